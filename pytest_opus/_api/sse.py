"""Server-sent events as bytes, and the compact JSON in them."""

from __future__ import annotations

from json import JSONEncoder
from typing import Any

to_json = JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def encode(event: dict[str, Any]) -> bytes:
    """One frame: `event: <type>`, `data: <json>` and a blank line."""
    return f"event: {event['type']}\ndata: {to_json(event)}\n\n".encode()
