"""A message as the events of a stream, and back.

Order: `message_start`, then for each block its start, deltas and stop, then `message_delta` and `message_stop`. Blocks
never interleave. The first ping follows the first `content_block_start`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .usage import merge_usage

Event = dict[str, Any]
Cut = int | Sequence[str] | None
"""How text and JSON are cut into deltas: characters per delta, the pieces themselves, or the default."""

PING: Event = {"type": "ping"}
TEXT_PIECE = 24
JSON_PIECE = 16

# Usage that is known only when the answer ends; the rest stands in message_start already.
_FINAL_USAGE = ("output_tokens_details", "server_tool_use", "iterations", "fallback_credit")
_DELTA_USAGE = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    *_FINAL_USAGE,
)
_DELTA_FIELDS = ("stop_reason", "stop_sequence", "stop_details", "container")
_TOP_FIELDS = ("context_management",)


def message_events(message: dict[str, Any], cut: Cut = None) -> Iterator[Event]:
    """All events of the stream that delivers `message`."""
    yield {"type": "message_start", "message": _opening(message)}
    for index, block in enumerate(message["content"]):
        start, deltas = _block_parts(block, cut)
        yield {"type": "content_block_start", "index": index, "content_block": start}
        if index == 0:
            yield PING
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield _closing(message)
    yield {"type": "message_stop"}


def _opening(message: dict[str, Any]) -> dict[str, Any]:
    late = {"container", *_TOP_FIELDS}
    opening = {key: value for key, value in message.items() if key not in late}
    usage = {key: value for key, value in message["usage"].items() if key not in _FINAL_USAGE}
    opening |= {
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage | {"output_tokens": 1},
    }
    if "stop_details" in message:
        opening["stop_details"] = None
    return opening


def _closing(message: dict[str, Any]) -> Event:
    usage = message["usage"]
    return {
        "type": "message_delta",
        "delta": {key: message[key] for key in _DELTA_FIELDS if key in message},
        "usage": {key: usage[key] for key in _DELTA_USAGE if key in usage},
    } | {key: message[key] for key in _TOP_FIELDS if key in message}


def _block_parts(block: dict[str, Any], cut: Cut) -> tuple[dict[str, Any], Iterable[Event]]:
    """The `content_block` of the start event and the deltas that complete it.

    Tool calls made by code the API runs, results of server tools and types unknown to us arrive complete in the start.
    """
    match block["type"]:
        case "text":
            opening: dict[str, Any] = {"text": ""} | ({"citations": []} if block.get("citations") is not None else {})
            return block | opening, _text_deltas(block, cut)
        case "thinking":
            return block | {"thinking": "", "signature": ""}, _thinking_deltas(block, cut)
        case "tool_use" if block.get("caller", {}).get("type", "direct") != "direct":
            return block, ()
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            return block | {"input": {}}, _input_deltas(block["input"], cut)
        case "compaction":
            content: dict[str, Any] = {key: block[key] for key in ("content", "encrypted_content") if key in block}
            return block | dict.fromkeys(content), [{"type": "compaction_delta", **content}]
        case _:
            return block, ()


def _text_deltas(block: dict[str, Any], cut: Cut) -> Iterator[Event]:
    for citation in block.get("citations") or ():
        yield {"type": "citations_delta", "citation": citation}
    left = len(block["text"])  # a stop sequence may have ended the text within the given pieces
    for piece in _pieces(block["text"], cut, TEXT_PIECE):
        if left > 0:
            yield {"type": "text_delta", "text": piece[:left]}
        left -= len(piece)


def _thinking_deltas(block: dict[str, Any], cut: Cut) -> Iterator[Event]:
    for piece in _pieces(block["thinking"], cut, TEXT_PIECE):
        yield {"type": "thinking_delta", "thinking": piece}
    yield {"type": "signature_delta", "signature": block["signature"]}


def _input_deltas(value: dict[str, Any], cut: Cut) -> Iterator[Event]:
    """The first fragment is empty; the rest is the JSON of the input, cut anywhere, also inside keys."""
    text = json.dumps(value, ensure_ascii=False) if value else ""
    for piece in ("", *_pieces(text, cut, JSON_PIECE)):
        yield {"type": "input_json_delta", "partial_json": piece}


def _pieces(text: str, cut: Cut, default: int) -> Sequence[str]:
    if cut is not None and not isinstance(cut, int):
        return cut
    size = cut or default
    return [text[start : start + size] for start in range(0, len(text), size)]


def accumulate(events: Iterable[Event]) -> dict[str, Any] | None:
    """The message that a reader of these events holds after them; `None` before `message_start`."""
    message: dict[str, Any] | None = None
    fragments: dict[int, str] = {}
    for event in events:
        kind = event.get("type")
        if kind == "message_start":
            message = event["message"] | {"content": [], "usage": dict(event["message"]["usage"])}
        elif message is None:
            continue
        elif kind == "content_block_start":
            message["content"].append(dict(event["content_block"]))
        elif kind == "content_block_delta":
            _apply(message["content"][event["index"]], event["delta"], fragments, event["index"])
        elif kind == "content_block_stop":
            if fragment := fragments.pop(event["index"], ""):
                message["content"][event["index"]]["input"] = _parsed(fragment)
        elif kind == "message_delta":
            message |= event["delta"]
            message |= {key: event[key] for key in _TOP_FIELDS if key in event}
            message["usage"] = merge_usage(message["usage"], event["usage"])
    return message


def message_in(events: Iterable[Event]) -> dict[str, Any] | None:
    """The same of events that may be anything, as gateways send them: `None` where they make no message."""
    try:
        return accumulate(events)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


def _parsed(fragment: str) -> Any:
    """The input of a tool; an input that `max_tokens` cut off reads as none."""
    try:
        return json.loads(fragment)
    except ValueError:
        return {}


def _apply(block: dict[str, Any], delta: Event, fragments: dict[int, str], index: int) -> None:
    match delta["type"]:
        case "text_delta":
            block["text"] += delta["text"]
        case "thinking_delta":
            block["thinking"] += delta["thinking"]
        case "signature_delta":
            block["signature"] = delta["signature"]
        case "citations_delta":
            block["citations"] = [*block.get("citations", ()), delta["citation"]]
        case "input_json_delta":
            fragments[index] = fragments.get(index, "") + delta["partial_json"]
        case "compaction_delta":
            block |= {key: value for key, value in delta.items() if key != "type"}
