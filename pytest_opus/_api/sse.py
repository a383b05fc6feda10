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
    usual = event["type"] == "content_block_delta" and len(event) == 3 and "index" in event and "delta" in event
    if usual and (delta := event["delta"]).__class__ is dict and len(delta) == 2:
        (first, kind), (name, value) = delta.items()
        if first == "type" and isinstance(value, str):  # streams are made of these, so they are put together by hand
            return (
                f'event: content_block_delta\ndata: {{"type":"content_block_delta","index":{event["index"]},'
                f'"delta":{{"type":"{kind}","{name}":{encode_basestring(value)}}}}}\n\n'
            ).encode()
    return f"event: {event['type']}\ndata: {to_json(event)}\n\n".encode()


_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")


def decode(data: bytes) -> Iterator[dict[str, Any]]:
    """The events of a stream that holds `data`; a frame that is not finished, or no JSON object, is left out."""
    *frames, _ = _BLANK_LINE.split(data)
    for frame in frames:
        lines = (line for line in frame.splitlines() if line.startswith(b"data:"))
        try:
            event = json.loads(b"\n".join(line[5:] for line in lines))
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event
