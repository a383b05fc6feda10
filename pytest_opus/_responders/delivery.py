"""How an answer travels: as JSON or as a stream, in which pieces, and with what going wrong on the way."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from .._api.errors import STATUSES, retry_at_once
from .._http import Failure, Reply
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
        status = STATUSES.get(fault.type, 500)
        fields = retry_at_once(status) | headers  # as for error turns
        reply = error_reply(status, fault.type, fault.message, fields, problems=meaning.get("problems", ()))
        return reply._replace(delay=turn.delay)
    reply = json_reply(message, headers, delay=turn.delay, message=message, **meaning)
    return broken_body(reply, fault) if fault else reply


def network_error(turn: NetworkErrorTurn) -> Reply:
    """No answer at all."""
    return Reply(None, {}, (), failure=_NETWORK_ERRORS[turn.kind])


def _stream(message: dict[str, Any], turn: Turn, headers: Mapping[str, str], **meaning: Any) -> Reply:
    cut = None if isinstance(turn.chunks, str) else turn.chunks
    reply = stream_reply(message, headers, cut=cut, delay=turn.delay, **meaning)
    if turn.fault:
        reply = broken_stream(reply, turn.fault, headers["request-id"])
    if turn.pace:
        reply = _paced(reply, turn.pace)
    return recut(reply, turn.chunks) if isinstance(turn.chunks, str) else reply


def recut(reply: Reply, way: str) -> Reply:
    """The stream byte by byte (`"bytes"`), in one piece (`"whole"`), or as it is (`"events"`)."""
    match way:
        case "bytes":
            return _byte_by_byte(reply)
        case "whole":
            return _in_one_piece(reply)
        case _:
            return reply


def _paced(reply: Reply, seconds: float) -> Reply:
    waits = {place: seconds + reply.waits.get(place, 0.0) for place in range(1, len(reply.chunks))}
    return reply._replace(waits={**reply.waits, **waits})


def _byte_by_byte(reply: Reply) -> Reply:
    """What comes before a chunk comes before its first byte."""
    data = b"".join(reply.chunks)
    starts = accumulate(map(len, reply.chunks), initial=0)
    waits = {start: reply.waits[place] for place, start in enumerate(starts) if place in reply.waits}
    return reply._replace(chunks=[data[place : place + 1] for place in range(len(data))], waits=waits)


def _in_one_piece(reply: Reply) -> Reply:
    waits = {0: sum(reply.waits.values())} if reply.waits else {}
    return reply._replace(chunks=[b"".join(reply.chunks)] if reply.chunks else [], waits=waits)
