"""Bodies: from the bytes of requests and answers, and as the values that stand in a cassette."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, overload

from .._api.reader import Body as RequestBody
from .._api.request import Sent
from .._api.sse import to_json
from .block_yaml import SPECIAL
from .history import sent_of
from .interaction import Body, Events, Json


def body_of(data: bytes, content_type: str = "") -> Body:
    """The body of an answer, from its bytes as they came once they were decompressed."""
    text = text_or_bytes(data)
    if isinstance(text, bytes):
        return text
    if "event-stream" in content_type or (not content_type and text.startswith(("event:", "data:"))):
        return _events_of(text)
    if "json" in content_type or text[:1] in ("{", "["):
        try:
            return Json(json.loads(text))
        except (ValueError, RecursionError):
            return text
    return text


def request_body(data: bytes, body: RequestBody) -> Sent | str | bytes:
    """The body of a request, from its bytes and from what they were read as."""
    if not isinstance(body.value, dict):
        return text_or_bytes(data)
    return Sent(body.fields, body.conversation) if body.conversation else sent_of(body.fields)


def text_or_bytes(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


_BLANK_LINE = re.compile(r"\r\n\r\n|\n\n|\r\r")


def _events_of(text: str) -> Events:
    """The events that are whole; all that follows the last of them is `rest`."""
    events: list[dict[str, Any]] = []
    place = 0
    for blank in _BLANK_LINE.finditer(text):
        frame = text[place : blank.start()]
        if frame.strip():
            event = _event_of(frame)
            if event is None:
                break
            events += event
        place = blank.end()
    return Events(events, text[place:] if text[place:].strip() else "")


def _event_of(frame: str) -> list[dict[str, Any]] | None:
    """The event of a frame, none if it is a comment; `None` if it is no event of the Messages API."""
    lines = [line for line in re.split(r"\r\n|\n|\r", frame) if line and not line.startswith(":")]
    if not lines:
        return []
    fields: dict[str, list[str]] = {"event": [], "data": []}
    for line in lines:
        name, _, value = line.partition(":")
        if name not in fields:
            return None
        fields[name].append(value.removeprefix(" "))
    try:
        event = json.loads("\n".join(fields["data"]))
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        return None
    if fields["event"] not in ([], [event["type"]]):
        return None
    return [event]


# Events in a cassette: one line of JSON each. The deltas of a block that follow each other share lines, whose text is
# the list of their texts.
_WIDEST = 400
_escaped = re.compile(f"[{SPECIAL}\ud800-\udfff]")


def event_lines(events: Sequence[dict[str, Any]]) -> list[str]:
    """The events, as they stand in a cassette."""
    lines: list[str] = []
    run: list[str] = []  # the texts of deltas that are alike but for it, as JSON
    kind: tuple[Any, ...] | None = None
    width = 0
    for event in events:
        one = _delta_of(event)
        if one is None or one[0] != kind or width > _WIDEST:
            lines += _run_line(kind, run)
            kind, run, width = (one[0] if one else None), [], 0
        if one is None:
            lines.append(json_line(event))
        else:
            run.append(json_line(one[1]))
            width += len(run[-1])
    return lines + _run_line(kind, run)


def _delta_of(event: dict[str, Any]) -> tuple[tuple[Any, ...], Any] | None:
    """What a delta that carries one value has in common with its neighbours, and that value."""
    match event:
        case {"type": "content_block_delta", "index": int(index), "delta": {"type": str(kind)} as delta}:
            keys, inner = list(event), list(delta)
            if keys == ["type", "index", "delta"] and len(inner) == 2 and inner[0] == "type":
                value = delta[inner[1]]
                if isinstance(value, str | list) and not isinstance(index, bool):
                    return (index, kind, inner[1], isinstance(value, list)), value
    return None


def _run_line(kind: tuple[Any, ...] | None, run: list[str]) -> list[str]:
    if kind is None:
        return []
    index, name, key, is_list = kind
    if is_list:
        return [line for value in run for line in [_delta_line(index, name, key, f"[{value}]")]]
    return [_delta_line(index, name, key, run[0] if len(run) == 1 else f"[{','.join(run)}]")]


def _delta_line(index: int, name: str, key: str, value: str) -> str:
    delta = f'{{"type":{json_line(name)},{json_line(key)}:{value}}}'
    return f'{{"type":"content_block_delta","index":{index},"delta":{delta}}}'


def json_line(value: Any) -> str:
    """Compact JSON, in characters that a literal block of YAML can hold."""
    return _escaped.sub(lambda found: f"\\u{ord(found[0]):04x}", to_json(value))


class StoredEvents(Sequence[dict[str, Any]]):
    """The events of lines in a cassette, read when they are first needed: they are most of what there is to read.

    Raises `ValueError` then, for a line that is no JSON object.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _events(self) -> list[dict[str, Any]]:
        return list(_events_from(self._text.split("\n")))

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        return self._events[index]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._events == list(other)

    __hash__ = None  # type: ignore[assignment]  # as lists have none

    def __repr__(self) -> str:
        return repr(self._events)


def _events_from(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in filter(None, lines):
        event = json.loads(line)
        if event.__class__ is not dict:
            raise ValueError("an event is a JSON object")
        one = _delta_of(event) if event.get("type") == "content_block_delta" else None
        if one is None or not one[0][3]:
            yield event
            continue
        (index, kind, key, _), values = one
        for value in values:
            yield {"type": "content_block_delta", "index": index, "delta": {"type": kind, key: value}}


def from_base64(text: str) -> bytes:
    return base64.b64decode("".join(text.split()), validate=True)


def to_base64(data: bytes) -> str:
    """The bytes in lines of 76 characters."""
    return base64.encodebytes(data).decode()
