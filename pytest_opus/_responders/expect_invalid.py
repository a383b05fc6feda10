"""Refused requests that a test means."""

from __future__ import annotations

from types import TracebackType

from .scripted import Scripted


class ExpectInvalid:
    """Refusals are meant; as a context manager it demands at least one inside."""

    def __init__(self, scripted: Scripted) -> None:
        self._scripted = scripted
        self._allowed_before = scripted.invalid_allowed
        scripted.invalid_allowed = True

    def __enter__(self) -> None:
        self._refused_before = len(self._scripted.refusals)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        __tracebackhide__ = True
        self._scripted.invalid_allowed = self._allowed_before
        if kind is None and len(self._scripted.refusals) == self._refused_before:
            raise AssertionError("opus: expect_invalid() saw no refused request inside its block.")
