"""Which phase of a test's work a call belongs to."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import NamedTuple, Self

from .._api.request import Request


class _Open(NamedTuple):
    """A `with opus.phase(name)` that is being run, and the one around it."""

    phases: Phases
    name: str
    outer: _Open | None


_innermost: ContextVar[_Open | None] = ContextVar("pytest_opus_phase", default=None)


class Phases:
    """The phases of one endpoint: those that the test has opened, and rules for what it has not."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._rules: list[tuple[str, Callable[[Request], bool]]] = []

    def add_rule(self, name: str, matches: Callable[[Request], bool]) -> None:
        self._rules.append((name, matches))

    def name_of(self, request: Request) -> str | None:
        """The phase of a request that is made here and now: an open one, else that of the first rule that matches."""
        if opened := self._opened():
            return opened
        for name, matches in self._rules:
            if matches(request):
                return name
        return None

    def _opened(self) -> str | None:
        """The phase open in this context; in a thread of the program, which has none, the last one opened."""
        frame = _innermost.get()
        while frame is not None:
            if frame.phases is self:
                return frame.name
            frame = frame.outer
        return self._open[-1].name if self._open else None

    def enter(self, name: str) -> tuple[_Open, Token[_Open | None]]:
        frame = _Open(self, name, _innermost.get())
        self._open.append(frame)
        return frame, _innermost.set(frame)

    def leave(self, frame: _Open, token: Token[_Open | None]) -> None:
        # By identity: two frames of one name are equal.
        del self._open[next(place for place, one in enumerate(self._open) if one is frame)]
        try:
            _innermost.reset(token)
        except ValueError:  # left in another context than it was entered in
            _innermost.set(frame.outer)


class Phase:
    """What `opus.phase(name)` returns: calls made within the block belong to the phase."""

    def __init__(self, phases: Phases, name: str, *, rule: bool) -> None:
        self.name = name
        self._phases = phases
        self._rule = rule
        self._entered: list[tuple[_Open, Token[_Open | None]]] = []

    def __enter__(self) -> Self:
        __tracebackhide__ = True
        if self._rule:
            raise TypeError(
                f"phase({self.name!r}, ...) with conditions is a rule for the whole test; "
                f"with a block, write `with opus.phase({self.name!r}):`."
            )
        self._entered.append(self._phases.enter(self.name))
        return self

    def __exit__(self, *_: object) -> None:
        self._phases.leave(*self._entered.pop())
