"""Faults put into replies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .._api import sse
from .._http import Chunk, Failure, Reply
from .._script.turns import Fault

_GARBAGE = b'event: content_block_delta\ndata: {"type":"content_block_del\n\n'
_BROKEN = Failure("disconnect", "peer closed connection without sending complete message body")


def broken_stream(reply: Reply, fault: Fault, request_id: str) -> Reply:
    """A streamed reply to which `fault` happens after `fault.after` events."""
    chunks, events = list(reply.chunks), list(reply.events or ())
    after = min(fault.after, len(chunks))
    match fault.kind:
        case "disconnect":
            return replace(reply, chunks=chunks[:after], failure=_BROKEN)
        case "truncate":  # message_stop is never among what remains
            return replace(reply, chunks=chunks[: min(after, len(chunks) - 1)], end="dropped")
        case "stream_error":
            error = {"type": fault.type, "message": fault.message, "details": None}
            event = {"type": "error", "error": error, "request_id": request_id}
            last = Chunk(sse.encode(event), events=after + 1)
            return replace(reply, chunks=[*chunks[:after], last], error=error, message=None)
        case "garble":
            return replace(
                reply,
                chunks=[*chunks[:after], Chunk(_GARBAGE, events=after + 1), *_later(chunks[after:])],
                events=[*events[:after], {"type": "garbled"}, *events[after:]],
            )
        case "stall":
            return replace(reply, chunks=_stalled(chunks, after, fault.seconds))


def broken_body(reply: Reply, fault: Fault) -> Reply:
    """A JSON reply to which `fault` happens after `fault.after` bytes."""
    data = b"".join(chunk.data for chunk in reply.chunks)
    after = min(fault.after, len(data))
    match fault.kind:
        case "disconnect":
            return replace(reply, chunks=_chunks(data[:after]), failure=_BROKEN)
        case "truncate":
            return _resized(reply, data[: min(after, len(data) - 1)], end="dropped")
        case "garble":
            return _resized(reply, data[:after] + b"\x01garbled" + data[after:])
        case "stall":
            return replace(reply, chunks=[*_chunks(data[:after]), Chunk(data[after:], wait=fault.seconds)])
    return reply


def _resized(reply: Reply, data: bytes, **changes: Any) -> Reply:
    return replace(
        reply,
        headers={**reply.headers, "content-length": str(len(data))},
        chunks=_chunks(data),
        message=None,
        **changes,
    )


def _chunks(data: bytes) -> list[Chunk]:
    return [Chunk(data)] if data else []


def _later(chunks: Sequence[Chunk]) -> list[Chunk]:
    return [replace(chunk, events=chunk.events + 1) for chunk in chunks]


def _stalled(chunks: list[Chunk], after: int, seconds: float) -> list[Chunk]:
    """The wait comes before the next event; after the last one there is none to wait for."""
    place = min(after, len(chunks) - 1)
    chunks[place] = replace(chunks[place], wait=chunks[place].wait + seconds)
    return chunks
