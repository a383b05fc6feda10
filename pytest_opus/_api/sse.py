"""Server-sent events as bytes and back, and the compact JSON in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json import JSONEncoder
from json.encoder import encode_basestring
from typing import Any

to_json = JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def encode(event: dict[str, Any]) -> bytes:
    """One frame: `event: <type>`, `data: <json>` and a blank line."""
    data = _delta(event) if event["type"] == "content_block_delta" else to_json(event)
    return f"event: {event['type']}\ndata: {data}\n\n".encode()


def _delta(event: dict[str, Any]) -> str:
    """The JSON of a delta. Streams are made of deltas that carry one string: these are put together by hand."""
    match event["delta"]:
        case {"type": kind, **rest} if len(rest) == 1:
            ((name, value),) = rest.items()
            if isinstance(value, str):
                head = f'{{"type":"content_block_delta","index":{event["index"]},"delta":{{"type":"{kind}",'
                return f'{head}"{name}":{encode_basestring(value)}}}}}'
    return to_json(event)


_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")


def decode(data: bytes) -> Iterator[dict[str, Any]]:
    """The events of a stream that holds `data`; a frame that is not finished, or no JSON object, is left out."""
    *frames, _ = _BLANK_LINE.split(data)
    for frame in frames:
        lines = (line for line in frame.splitlines() if line.startswith(b"data:"))
        try:
            event = json.loads(b"\n".join(line[5:] for line in lines))
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event
