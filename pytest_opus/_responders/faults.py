"""Faults put into replies."""

from __future__ import annotations

from typing import Any

from .._api import sse
from .._http import Failure, Reply
from .._script.turns import Fault

_GARBAGE = b'event: content_block_delta\ndata: {"type":"content_block_del\n\n'
_BROKEN = Failure("disconnect", "peer closed connection without sending complete message body")


def broken_stream(reply: Reply, fault: Fault, request_id: str) -> Reply:
    """A streamed reply to which `fault` happens after `fault.after` events."""
    chunks = list(reply.chunks)
    after = min(fault.after, len(chunks))
    match fault.kind:
        case "disconnect":
            return reply._replace(chunks=chunks[:after], failure=_BROKEN)
        case "truncate":  # message_stop is never among what remains
            return reply._replace(chunks=chunks[: min(after, len(chunks) - 1)], end="dropped")
        case "stream_error":
            error = {"type": fault.type, "message": fault.message, "details": None}
            event = {"type": "error", "error": error, "request_id": request_id}
            return reply._replace(chunks=[*chunks[:after], sse.encode(event)], error=error, message=None)
        case "garble":
            return reply._replace(chunks=[*chunks[:after], _GARBAGE, *chunks[after:]])
        case "stall":
            place = min(after, len(chunks) - 1)  # after the last event there is none to wait for
            return reply._replace(waits={place: fault.seconds})


def broken_body(reply: Reply, fault: Fault) -> Reply:
    """A JSON reply to which `fault` happens after `fault.after` bytes."""
    data = b"".join(reply.chunks)
    after = min(fault.after, len(data))
    match fault.kind:
        case "disconnect":
            return reply._replace(chunks=_chunks(data[:after]), failure=_BROKEN)
        case "truncate":
            return _resized(reply, data[: min(after, len(data) - 1)], end="dropped")
        case "garble":
            return _resized(reply, data[:after] + b"\x01garbled" + data[after:])
        case "stall":
            before = _chunks(data[:after])
            return reply._replace(chunks=[*before, data[after:]], waits={len(before): fault.seconds})
    return reply


def _resized(reply: Reply, data: bytes, **changes: Any) -> Reply:
    return reply._replace(
        headers={**reply.headers, "content-length": str(len(data))},
        chunks=_chunks(data),
        message=None,
        **changes,
    )


def _chunks(data: bytes) -> list[bytes]:
    return [data] if data else []
