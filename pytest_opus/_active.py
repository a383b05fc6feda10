"""Which endpoint answers a request: that of its context, else the innermost one that is open in the process."""

from __future__ import annotations

from collections import deque
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._endpoint import Endpoint
    from ._guard import Guard
    from ._ledger.call import Call
    from ._ledger.problems import Problem

_of_context: ContextVar[Endpoint | None] = ContextVar("pytest_opus_endpoint", default=None)
forwarded: ContextVar[bool] = ContextVar("pytest_opus_forwarded", default=False)
"""Whether what is sent here and now was let through by an endpoint."""
_open: list[Endpoint] = []
_watches: list[list[Call]] = []
stray: list[Problem] = []
"""Problems of requests that came after the end of their endpoint."""
guard: Guard | None = None
"""What answers where no endpoint is open."""
opened: deque[Endpoint] = deque(maxlen=3)
"""The last endpoints that were opened since the running test began."""


def current() -> Endpoint | Guard | None:
    """The endpoint that answers a request made here and now.

    A task that outlives its endpoint still belongs to it, so that it can reach neither the network nor the script of
    another test.
    """
    endpoint = _of_context.get()
    if endpoint is not None:
        return endpoint
    return _open[-1] if _open else guard


def enter(endpoint: Endpoint) -> Token[Endpoint | None]:
    _open.append(endpoint)
    opened.append(endpoint)
    return _of_context.set(endpoint)


def leave(endpoint: Endpoint, token: Token[Endpoint | None]) -> None:
    _open.remove(endpoint)
    try:
        _of_context.reset(token)
    except ValueError:  # an async fixture may be torn down in another context than it was set up in
        _of_context.set(None)
    if _of_context.get() not in _open:  # of fixtures of different scope, the outer endpoint may end first
        _of_context.set(None)


def begin_test(calls: list[Call]) -> None:
    """A test begins: forget the endpoints of the one before, and note every call of the process in `calls`."""
    _watches[:] = [calls]
    opened.clear()


def saw(call: Call) -> None:
    for calls in _watches:
        calls.append(call)
