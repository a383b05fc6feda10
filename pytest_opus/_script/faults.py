"""Faults: what may go wrong with an answer on its way. `after` counts SSE events, pings too; of a JSON body, bytes."""

from __future__ import annotations

from math import isfinite
from typing import Any

from .blocks import shown
from .turns import Fault, NetworkErrorTurn


def disconnect(after: int = 0) -> Fault:
    """The connection breaks: the client library raises its `RemoteProtocolError`.

    opus.script(turn("A long answer", fault=disconnect(after=3)))
    """
    __tracebackhide__ = True
    return Fault(kind="disconnect", after=_after("disconnect()", after))


def truncate(after: int = 0) -> Fault:
    """The body ends cleanly but too early: a stream without `message_stop`, JSON that breaks off."""
    __tracebackhide__ = True
    return Fault(kind="truncate", after=_after("truncate()", after))


def stream_error(type: str, message: str, after: int = 0) -> Fault:
    """An `error` event within a stream of status 200; a request that does not stream gets that error over HTTP.

    opus.script(turn("A long answer", fault=stream_error("overloaded_error", "Overloaded", after=3)))
    """
    __tracebackhide__ = True
    for name, value in (("type", type), ("message", message)):
        if not isinstance(value, str):
            raise TypeError(f"stream_error(): {name} is {shown(value)}; a str is expected.")
    return Fault(kind="stream_error", after=_after("stream_error()", after), type=type, message=message)


def garble(after: int = 0) -> Fault:
    """One event that is not JSON; a JSON body holds bytes that do not belong there."""
    __tracebackhide__ = True
    return Fault(kind="garble", after=_after("garble()", after))


def stall(seconds: float, after: int = 0) -> Fault:
    """Nothing comes for so many seconds. Longer than the client waits, its timeout comes at once and nobody sleeps."""
    __tracebackhide__ = True
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not isfinite(seconds) or seconds < 0:
        raise ValueError(f"stall(): seconds is {shown(seconds)}; a number of seconds is expected.")
    return Fault(kind="stall", after=_after("stall()", after), seconds=float(seconds))


def connect_error() -> NetworkErrorTurn:
    """No connection: the client library raises its `ConnectError`. An SDK then sleeps by itself before it retries."""
    return NetworkErrorTurn("connect_error")


def read_timeout() -> NetworkErrorTurn:
    """No answer in time: the client library raises its `ReadTimeout`, at once."""
    return NetworkErrorTurn("read_timeout")


def _after(where: str, after: Any) -> int:
    __tracebackhide__ = True
    if isinstance(after, bool) or not isinstance(after, int) or after < 0:
        raise ValueError(f"{where}: after is {shown(after)}; a number of events (or bytes), 0 or more, is expected.")
    return after
