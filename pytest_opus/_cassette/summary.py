"""What an interaction's answer says, for the people who review a cassette."""

from __future__ import annotations

from typing import Any

from .._api.objects import blocks_of, object_at, text_of
from .._api.sse import to_json
from .block_yaml import Flow
from .interaction import Body, Events, Json, message_of

_LONGEST = 300
_LONGEST_INPUT = 120


def summary_of(body: Body) -> dict[str, Any]:
    """The model, stop reason, usage, text, tool calls and error of an answer; without what it does not have."""
    message = message_of(body) or {}
    usage = {key: value for key, value in object_at(message, "usage").items() if value.__class__ is int}
    found = {
        "model": _text(message.get("model")),
        "stop_reason": _text(message.get("stop_reason")),
        "usage": Flow(usage),
        "text": _clipped(text_of(message.get("content")), _LONGEST),
        "tool_calls": [_call(block) for block in blocks_of(message.get("content")) if "input" in block],
        "error": _error(body),
    }
    return {key: value for key, value in found.items() if value}


def _error(body: Body) -> str:
    objects = [body.value] if isinstance(body, Json) else body.events if isinstance(body, Events) else ()
    for value in objects:
        if isinstance(value, dict) and value.get("type") == "error":
            error = object_at(value, "error")
            return _clipped(f"{error.get('type')}: {error.get('message')}", _LONGEST)
    return ""


def _text(value: Any) -> str:
    return _clipped(value, _LONGEST) if isinstance(value, str) else ""


def _call(block: dict[str, Any]) -> str:
    return _clipped(f"{block.get('name')}({_clipped(to_json(block['input']), _LONGEST_INPUT)})", _LONGEST)


def _clipped(text: str, longest: int) -> str:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # halves of a character, of two deltas
    return text if len(text) <= longest else f"{text[:longest].rstrip()} … ({len(text) - longest:,} more characters)"
