"""The usage that an answer reports, read from its bytes as they pass: JSON or a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]


def merge_usage(usage: Mapping[str, Any], later: Mapping[str, Any]) -> Json:
    """`usage` with what a later event of its stream says on top; counts are cumulative, `null` says nothing."""
    return {**usage, **{name: value for name, value in later.items() if value is not None}}


class EventReader:
    """Takes the bytes of a stream, cut anywhere, and gives the payloads of its events.

    An event that is not a JSON object is passed over: a reader that only watches has nobody to complain to.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[Json]:
        """The events that `chunk` completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in (line.removesuffix(b"\r") for line in lines):
            if line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" "))
            elif not line and self._data:
                data, self._data = b"\n".join(self._data), []
                if (event := _object(data)) is not None:
                    yield event


class UsageReader:
    """Watches the body of one answer of `POST /v1/messages` and knows the usage that it has reported so far.

    Args:
        stream: whether the body is a stream of events (`content-type: text/event-stream`) rather than JSON.

    Attributes:
        usage: the `usage` of the message; of a stream that was cut off, what it had reported; `{}` if nothing.
        model: the model that answered, `None` while it is not known.

        reader = UsageReader(stream=True)
        for chunk in response.iter_raw():
            reader.feed(chunk)
        Usage.from_wire(reader.usage, model=reader.model)
    """

    def __init__(self, *, stream: bool) -> None:
        self.usage: Json = {}
        self.model: str | None = None
        self._events = EventReader() if stream else None
        self._body = b""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body; of JSON, the usage is known when the last ones have come."""
        if self._events is None:
            self._body += chunk
            if message := _object(self._body):
                self._start(message)
            return
        for event in self._events.feed(chunk):
            match event:
                case {"type": "message_start", "message": dict(message)}:
                    self._start(message)
                case {"type": "message_delta", "usage": dict(usage)}:
                    self.usage = merge_usage(self.usage, usage)

    def _start(self, message: Json) -> None:
        usage = message.get("usage")
        self.model = message.get("model")
        self.usage = merge_usage({}, usage) if isinstance(usage, dict) else {}


def read_usage(body: bytes, *, stream: bool) -> tuple[Json, str | None]:
    """The usage and the model of a whole body; `{}` and `None` of one that reports none."""
    reader = UsageReader(stream=stream)
    reader.feed(body)
    return reader.usage, reader.model


def _object(data: bytes) -> Json | None:
    if not data.rstrip().endswith(b"}"):
        return None
    try:
        value = json.loads(data)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
