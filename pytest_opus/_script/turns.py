"""Turns: what a test may write for one answer of the endpoint, and how each form becomes a value."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Literal

from .._api.describe import describe_block
from .._api.request import Request
from .._ledger.usage import COUNTS, USAGE_FIELDS, Usage
from .blocks import Block, check_block, check_json, shown, text

Delivery = Literal["bytes", "whole"]
DELIVERIES = ("bytes", "whole")

STOP_REASONS = (
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
    "compaction",
)

_OWN_ARGUMENTS = {
    "content": "content comes first",
    "usage": "usage has an argument of its own",
    "model": "model has an argument of its own",
    "id": "id has an argument of its own",
    "type": "a message is always one",
    "role": "a message is always the assistant's",
}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")

ACCEPTED = (
    "a turn is a str, a content block (a dict, or text(), tool_use(), thinking(), ...), a list of blocks, "
    'a {"type": "message"} dict, turn(...), an error turn such as rate_limited(), plausible(), '
    "or a function (request) -> turn"
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to a body, and after how much of it."""

    kind: Literal["disconnect", "truncate", "stream_error", "garble", "stall"]
    after: int = 0
    seconds: float = 0.0
    type: str = ""
    message: str = ""

    def __str__(self) -> str:
        return f"{self.kind}(after={self.after})"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One scripted answer; `turn()` builds and checks it."""

    content: tuple[Block, ...] = ()
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: Mapping[str, Any] | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    model: str | None = None
    id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: int | tuple[str, ...] | Delivery | None = None
    delay: float = 0.0
    pace: float = 0.0
    fault: Fault | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join(map(describe_block, self.content)) or "no content"


@dataclass(frozen=True)
class WholeMessage:
    """A message to serve as it is; only what is missing is filled in."""

    message: Mapping[str, Any]

    def __str__(self) -> str:
        return f"message of {', '.join(map(describe_block, self.message.get('content', ()))) or 'no content'}"


@dataclass(frozen=True)
class ErrorTurn:
    """An HTTP error to answer with; a `type` or `message` of `None` is the one that goes with the status."""

    status: int
    type: str | None = None
    message: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return f"error {self.status}" + (f" {self.type}" if self.type else "")


@dataclass(frozen=True)
class NetworkErrorTurn:
    """No answer at all: the client library's own exception."""

    kind: Literal["connect_error", "read_timeout"]

    def __str__(self) -> str:
        return f"{self.kind}()"


@dataclass(frozen=True)
class Plausible:
    """An answer made from the request; see `plausible()`."""

    def __str__(self) -> str:
        return "plausible()"


@dataclass(frozen=True)
class ComputedTurn:
    """A function that makes the turn from the request."""

    function: Callable[[Request], Any]

    def __str__(self) -> str:
        return f"function {getattr(self.function, '__qualname__', repr(self.function))}"


AnyTurn = Turn | WholeMessage | ErrorTurn | NetworkErrorTurn | Plausible | ComputedTurn
TurnLike = str | Mapping[str, Any] | Sequence[Any] | AnyTurn | Callable[[Request], Any]


def turn(
    *content: str | Mapping[str, Any],
    stop_reason: str | None = None,
    stop_sequence: str | None = None,
    stop_details: Mapping[str, Any] | None = None,
    usage: Mapping[str, Any] | Usage | None = None,
    model: str | None = None,
    id: str | None = None,
    headers: Mapping[str, str] | None = None,
    chunks: int | Sequence[str] | Delivery | None = None,
    delay: float = 0.0,
    pace: float = 0.0,
    fault: Fault | None = None,
    fields: Mapping[str, Any] | None = None,
) -> Turn:
    """One answer under full control.

    Args:
        content: text (a str) and content blocks, in order.
        stop_reason: `tool_use` if a client tool is called, else `end_turn`, unless given.
        stop_sequence: the sequence that stopped the answer.
        stop_details: why a `refusal` was one.
        usage: wire names such as `input_tokens`; what is missing is estimated.
        model: the model that the answer names; the request's unless given.
        id: the message's id, `msg_...`.
        headers: further response headers.
        chunks: how text and JSON are cut into stream deltas: characters per delta, or, for a turn of one text or
            tool block, the pieces themselves. With `stop_reason="max_tokens"` the pieces may leave the JSON of a tool's
            input unfinished. `"bytes"` delivers the stream byte by byte, `"whole"` in one piece.
        delay: seconds before the first byte.
        pace: seconds between the events of a stream.
        fault: what goes wrong on the way, such as `disconnect(after=3)`.
        fields: further top-level fields of the message.

    Raises:
        TypeError, ValueError: an argument that no answer of the API could have.

        opus.script(turn("I can", stop_reason="max_tokens", usage={"output_tokens": 300}))
    """
    __tracebackhide__ = True
    blocks = _blocks(content, "turn()")
    if stop_reason is not None and stop_reason not in STOP_REASONS:
        raise ValueError(
            f"turn(): stop_reason is {shown(stop_reason)}; one of {', '.join(STOP_REASONS)} is expected. "
            "A newer one goes into fields={'stop_reason': ...}."
        )
    return Turn(
        content=blocks,
        stop_reason=stop_reason,
        stop_sequence=_optional_string("stop_sequence", stop_sequence),
        stop_details=_mapping("stop_details", stop_details) or None,
        usage=_usage(usage),
        model=_optional_string("model", model),
        id=_optional_string("id", id),
        headers=_headers("turn()", headers),
        chunks=_chunks(chunks, blocks, truncated=stop_reason == "max_tokens"),
        delay=_seconds("delay", delay),
        pace=_seconds("pace", pace),
        fault=_fault(fault),
        fields=_fields(fields),
    )


def as_turn(value: Any, where: str) -> AnyTurn:
    """The turn that `value` stands for.

    Raises:
        TypeError: `value` is none of the forms a turn has; `where` begins the message.
    """
    __tracebackhide__ = True
    if isinstance(value, AnyTurn):
        return value
    if isinstance(value, str):
        return Turn(content=(text(value),))
    if isinstance(value, Mapping) and value.get("type") == "message":
        return _whole_message(value, where)
    if isinstance(value, Mapping) and value.get("type") == "error":
        raise TypeError(f"{where}: {shown(value)} is an error body; write api_error(status, type, message) instead.")
    if isinstance(value, Mapping):
        return Turn(content=(check_block(value, where),))
    if isinstance(value, list | tuple):
        return Turn(content=_blocks(value, where))
    if inspect.isfunction(value) and value.__module__.startswith("pytest_opus."):
        raise TypeError(f"{where}: {value.__name__} is a helper; write {value.__name__}().")
    if inspect.iscoroutinefunction(value):
        raise TypeError(f"{where}: {shown(value)} is async; a turn is made by a plain function (request) -> turn.")
    if callable(value):
        return ComputedTurn(value)
    raise TypeError(f"{where}: {shown(value)} is no turn; {ACCEPTED}.")


def _blocks(items: Sequence[Any], where: str) -> tuple[Block, ...]:
    __tracebackhide__ = True
    blocks = []
    for item in items:
        if isinstance(item, str):
            blocks.append(text(item))
        elif isinstance(item, Mapping):
            blocks.append(check_block(item, where))
        elif isinstance(item, AnyTurn):
            raise TypeError(f"{where}: a turn ({item}) within a turn; turns stand side by side: script(first, second).")
        else:
            raise TypeError(
                f"{where}: {shown(item)} is no content block; a str or a dict such as tool_use(...) is expected."
            )
    return tuple(blocks)


def _whole_message(message: Mapping[str, Any], where: str) -> WholeMessage:
    __tracebackhide__ = True
    content = message.get("content", [])
    if not isinstance(content, list):
        raise TypeError(f'{where}: the "content" of a message is a list of blocks; got {shown(content)}.')
    for block in content:
        if not isinstance(block, Mapping):
            raise TypeError(f'{where}: the "content" of a message holds blocks (dicts); got {shown(block)}.')
        check_block(block, where)
    usage = message.get("usage")
    if usage is not None and not isinstance(usage, Mapping):
        raise TypeError(f'{where}: the "usage" of a message is a dict; got {shown(usage)}.')
    _check_counts(usage or {}, where)
    check_block(message, where)
    return WholeMessage(message)


def _usage(usage: Any) -> Mapping[str, Any]:
    __tracebackhide__ = True
    if isinstance(usage, Usage):
        return usage.to_wire()
    for name in _mapping("usage", usage):
        if name not in USAGE_FIELDS:
            raise ValueError(f"turn(): usage has no field {name!r}; its fields are {', '.join(USAGE_FIELDS)}.")
    _check_counts(usage or {}, "turn()")
    check_json(usage, "turn()")
    return usage or {}


def _check_counts(usage: Mapping[str, Any], where: str) -> None:
    __tracebackhide__ = True
    for name, count in usage.items():
        if name in COUNTS and (isinstance(count, bool) or not isinstance(count, int) or count < 0):
            raise ValueError(f"{where}: usage[{name!r}] is {shown(count)}; a number of tokens is expected.")


def _chunks(chunks: Any, blocks: Sequence[Block], *, truncated: bool) -> Any:
    __tracebackhide__ = True
    if isinstance(chunks, str) and chunks in DELIVERIES:
        return chunks
    if chunks is None or (isinstance(chunks, int) and not isinstance(chunks, bool) and chunks > 0):
        return chunks
    if isinstance(chunks, list | tuple) and all(isinstance(piece, str) for piece in chunks):
        _check_pieces("".join(chunks), blocks, truncated=truncated)
        return tuple(chunks)
    raise TypeError(
        f"turn(): chunks is {shown(chunks)}; characters per delta (1 or more), a list of str, "
        '"bytes" or "whole" is expected.'
    )


def _check_pieces(joined: str, blocks: Sequence[Block], *, truncated: bool) -> None:
    """The pieces must join to the text or to the JSON of the input; where `max_tokens` cut it off, to its beginning."""
    __tracebackhide__ = True
    kinds = [block["type"] for block in blocks]
    if kinds == ["text"]:
        if joined != blocks[0]["text"]:
            raise ValueError(f"turn(): the chunks join to {shown(joined)}, the text is {shown(blocks[0]['text'])}.")
    elif kinds in (["tool_use"], ["server_tool_use"]) and "input" in blocks[0]:
        whole = json.dumps(blocks[0]["input"], ensure_ascii=False)
        if not (_same_json(joined, whole) or (truncated and whole.startswith(joined))):
            raise ValueError(f"turn(): the chunks join to {shown(joined)}, which is not the JSON of the input {whole}.")
    else:
        raise ValueError(
            "turn(): a list of chunks cuts a turn of one text block, or of one tool block whose input is given; "
            f"this turn has {', '.join(kinds) or 'no block'}."
        )


def _same_json(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def _fault(fault: Any) -> Fault | None:
    __tracebackhide__ = True
    if fault is not None and not isinstance(fault, Fault):
        raise TypeError(
            f"turn(): fault is {shown(fault)}; "
            "disconnect(), truncate(), stream_error(), garble() or stall() is expected."
        )
    return fault


def _seconds(name: str, value: Any) -> float:
    __tracebackhide__ = True
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        raise ValueError(f"turn(): {name} is {shown(value)}; seconds (0 or more) are expected.")
    return float(value)


def _optional_string(name: str, value: Any) -> str | None:
    __tracebackhide__ = True
    if value is not None and not isinstance(value, str):
        raise TypeError(f"turn(): {name} is {shown(value)}; a str is expected.")
    return value


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    __tracebackhide__ = True
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(f"turn(): {name} is {shown(value)}; a dict is expected.")
    check_json(value, f"turn(): {name}")
    return value or {}


def _fields(fields: Any) -> Mapping[str, Any]:
    __tracebackhide__ = True
    for name in _mapping("fields", fields):
        if name in _OWN_ARGUMENTS:
            raise ValueError(f"turn(): fields holds {name!r}, which is no further field: {_OWN_ARGUMENTS[name]}.")
    return fields or {}


def _headers(where: str, value: Any) -> Mapping[str, str]:
    __tracebackhide__ = True
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(item, str) for pair in value.items() for item in pair):
        raise TypeError(f"{where}: headers is {shown(value)}; a dict of str to str is expected.")
    for name, content in value.items():
        if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(content)):
            raise ValueError(f"{where}: HTTP cannot carry the header {name!r}: {content!r}; plain ASCII is expected.")
    return value
