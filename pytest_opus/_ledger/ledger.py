"""The ledger: everything that one endpoint saw, in order."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from .call import Call, Probe
from .problems import Problem


class Ledger:
    """Calls, probes and problems of one endpoint; entries are added from any thread."""

    def __init__(self) -> None:
        self.entries: list[Call | Probe] = []
        self.calls: list[Call] = []
        self.problems: list[Problem] = []
        self._lock = Lock()

    def open_call(self, make: Callable[[int], Call]) -> Call:
        """Append the call that `make(number)` returns."""
        with self._lock:
            call = make(len(self.calls) + 1)
            self.calls.append(call)
            self.entries.append(call)
        return call
