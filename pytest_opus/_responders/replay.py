"""Recorded answers as replies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._api import sse
from .._cassette.interaction import Events, Json, RecordedResponse, message_of
from .._http import Failure, Reply
from .._ledger.problems import Problem
from .replies import json_reply

_GRACE = 1.0
"""How many seconds longer than in the recording a program may take to go away: its own clock may be what ends it."""


def replayed(response: RecordedResponse, number: int, speed: float | None, beyond: Problem | None) -> Reply:
    """The reply that an interaction, the one of that number, was answered with.

    Args:
        speed: how many times as fast as it was recorded; `None` for no waits at all.
        beyond: the problem of a client that reads on, or waits on, where it went away when it was recorded.
    """
    headers = {**_headers(response.headers, speed), "request-id": f"req_opus_{number}"}
    failure = _failure(response, beyond)
    linger = (response.recorded.seconds or 0.0) + _GRACE
    if response.status is None:
        return Reply(None, {}, (), failure=failure, beyond=beyond, linger=linger)
    took = (response.recorded.first_byte, response.recorded.seconds)
    reply = _body(response, headers)._replace(failure=failure, beyond=beyond, linger=linger, took=took)
    if speed is None or response.recorded.seconds is None:
        return reply
    first = response.recorded.first_byte or response.recorded.seconds
    pace = (response.recorded.seconds - first) / speed / max(len(reply.chunks) - 1, 1)
    return reply._replace(delay=first / speed, waits=dict.fromkeys(range(1, len(reply.chunks)), pace))


def _headers(recorded: Mapping[str, str], speed: float | None) -> dict[str, str]:
    """The headers, but for the waits before a retry: those of a replay are as short as clients can be told.

    Some try again only if there is a `retry-after`, which has whole seconds.
    """
    headers = dict(recorded)
    seconds = headers.pop("retry-after", None)
    milliseconds = headers.pop("retry-after-ms", None)
    if seconds is None and milliseconds is None:
        return headers
    wait = 1.0 if speed is None else max(_number(milliseconds, 1) or _number(seconds, 1000), 1.0) / speed
    waits = {"retry-after-ms": f"{wait:.0f}"} | ({} if seconds is None else {"retry-after": f"{wait / 1000:.0f}"})
    return headers | waits


def _number(text: str | None, factor: int) -> float:
    try:
        return float(text or 0) * factor
    except ValueError:  # a date
        return 0.0


def _body(response: RecordedResponse, headers: dict[str, str]) -> Reply:
    status, message = response.status or 200, message_of(response.body)
    match response.body:
        case Json(value):
            return json_reply(value, headers, status=status, message=message, error=_error(value))
        case Events(events, rest):
            chunks = [*map(sse.encode, events), *([rest.encode()] if rest else [])]
            return Reply(status, headers, chunks, message=message)
        case str(text):
            return _plain(status, headers, text.encode("utf-8", "surrogatepass"))
        case data:
            return _plain(status, headers, data)


def _plain(status: int, headers: dict[str, str], data: bytes) -> Reply:
    return Reply(status, headers, [data] if data else [])


def _error(value: Any) -> dict[str, Any] | None:
    error = value.get("error") if isinstance(value, dict) else None
    return error if isinstance(error, dict) else None


def _failure(response: RecordedResponse, beyond: Problem | None) -> Failure | None:
    if beyond:
        return Failure("disconnect", beyond.summary)
    kind, _, exception = response.state.partition(":")
    if kind != "error":
        return None
    if "Timeout" in exception:
        return Failure("connect_error" if exception == "ConnectTimeout" else "read_timeout", response.reason, exception)
    return Failure("connect_error" if exception == "ConnectError" else "disconnect", response.reason, exception)
