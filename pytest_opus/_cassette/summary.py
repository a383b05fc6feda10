"""What an interaction's answer says, for the people who review a cassette."""

from __future__ import annotations

from typing import Any

from .._api.events import accumulate
from .._api.objects import blocks_of, object_at, text_of
from .._api.sse import to_json
from .block_yaml import Flow
from .interaction import Body, Events, Json

_LONGEST = 300
_LONGEST_INPUT = 120


def summary_of(body: Body) -> dict[str, Any]:
    """The model, stop reason, usage, text and tool calls of an answer, or its error; without what it does not have."""
    message = message_of(body)
    if message is None:
        return {}
    if message.get("type") == "error":
        error = object_at(message, "error")
        return {"error": _clipped(f"{error.get('type')}: {error.get('message')}", _LONGEST)}
    usage = {key: value for key, value in object_at(message, "usage").items() if value.__class__ is int}
    found = {
        "model": _text(message.get("model")),
        "stop_reason": _text(message.get("stop_reason")),
        "usage": Flow(usage),
        "text": _clipped(text_of(message.get("content")), _LONGEST),
        "tool_calls": [_call(block) for block in blocks_of(message.get("content")) if "input" in block],
    }
    return {key: value for key, value in found.items() if value}


def message_of(body: Body) -> dict[str, Any] | None:
    """The message that an answer holds, as far as it came, or its error object; `None` if it is neither."""
    if isinstance(body, Json):
        kind = body.value.get("type") if isinstance(body.value, dict) else None
        return body.value if kind in ("message", "error") else None
    if not isinstance(body, Events):
        return None
    for event in body.events:
        if event.get("type") == "error":
            return event
    try:
        return accumulate(body.events)
    except (LookupError, TypeError, AttributeError):
        return None  # events that the API would not send


def _text(value: Any) -> str:
    return _clipped(value, _LONGEST) if isinstance(value, str) else ""


def _call(block: dict[str, Any]) -> str:
    return _clipped(f"{block.get('name')}({_clipped(to_json(block['input']), _LONGEST_INPUT)})", _LONGEST)


def _clipped(text: str, longest: int) -> str:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # halves of a character, of two deltas
    return text if len(text) <= longest else f"{text[:longest].rstrip()} … ({len(text) - longest:,} more characters)"
