"""How an answer travels: as JSON or as a stream, in which pieces, and with what going wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._api.errors import STATUSES
from .._http import Chunk, Failure, Reply
from .._script.turns import NetworkErrorTurn, Turn
from .faults import broken_body, broken_stream
from .replies import error_reply, json_reply, stream_reply

_NETWORK_ERRORS = {
    "connect_error": Failure("connect_error", "All connection attempts failed"),
    "read_timeout": Failure("read_timeout", "The read operation timed out"),
}


def deliver(message: dict[str, Any], turn: Turn, headers: dict[str, str], *, stream: bool, **meaning: Any) -> Reply:
    """The reply that carries `message` the way `turn` says."""
    headers |= turn.headers
    if stream:
        return _stream(message, turn, headers, **meaning)
    fault = turn.fault
    if fault is not None and fault.kind == "stream_error":
        retry = {"retry-after-ms": "1"}  # as for error turns: retries of an SDK do not sleep
        status = STATUSES.get(fault.type, 500)
        reply = error_reply(status, fault.type, fault.message, retry | headers, problems=meaning.get("problems", ()))
        return replace(reply, delay=turn.delay)
    reply = json_reply(message, headers, delay=turn.delay, message=message, **meaning)
    return broken_body(reply, fault) if fault else reply


def network_error(turn: NetworkErrorTurn) -> Reply:
    """No answer at all."""
    return Reply(None, {}, (), failure=_NETWORK_ERRORS[turn.kind])


def _stream(message: dict[str, Any], turn: Turn, headers: Mapping[str, str], **meaning: Any) -> Reply:
    cut = None if isinstance(turn.chunks, str) else turn.chunks
    reply = stream_reply(message, headers, cut=cut, pace=turn.pace, delay=turn.delay, **meaning)
    if turn.fault:
        reply = broken_stream(reply, turn.fault, headers["request-id"])
    return recut(reply, turn.chunks) if isinstance(turn.chunks, str) else reply


def recut(reply: Reply, way: str) -> Reply:
    """The stream byte by byte (`"bytes"`), in one piece (`"whole"`), or as it is (`"events"`)."""
    match way:
        case "bytes":
            return replace(reply, chunks=list(_byte_by_byte(reply.chunks)))
        case "whole":
            return replace(reply, chunks=_in_one_piece(reply.chunks))
        case _:
            return reply


def _byte_by_byte(chunks: Sequence[Chunk]) -> Iterator[Chunk]:
    """An event is complete with its last byte."""
    for chunk in chunks:
        for place in range(len(chunk.data)):
            last = place == len(chunk.data) - 1
            yield Chunk(
                chunk.data[place : place + 1],
                0.0 if place else chunk.wait,
                chunk.events if last else chunk.events - 1,
            )


def _in_one_piece(chunks: Sequence[Chunk]) -> list[Chunk]:
    if not chunks:
        return []
    return [Chunk(b"".join(chunk.data for chunk in chunks), sum(chunk.wait for chunk in chunks), chunks[-1].events)]
