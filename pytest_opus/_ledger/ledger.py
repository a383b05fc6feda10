"""The ledger: everything that one endpoint saw, in order."""

from __future__ import annotations

from threading import Lock

from .._api.request import Request
from .call import Call, Probe
from .problems import Problem


class Ledger:
    """Calls, probes and problems of one endpoint; entries are added from any thread."""

    def __init__(self) -> None:
        self.entries: list[Call | Probe] = []
        self.calls: list[Call] = []
        self.problems: list[Problem] = []
        self._lock = Lock()

    def open_call(self, request: Request, started: float) -> Call:
        """Append a call that began at the time `started` of the performance counter."""
        with self._lock:
            call = Call(number=len(self.calls) + 1, request=request, started=started)
            self.calls.append(call)
            self.entries.append(call)
        return call
