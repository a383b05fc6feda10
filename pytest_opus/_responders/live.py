"""The live responder: calls go through to the real API and are only watched."""

from __future__ import annotations

from .._api.reader import Body
from .._http import Forward, HttpRequest, Upstream
from .._ledger.call import Call
from .threads import Threads


class Live:
    """Forwards everything untouched."""

    def __init__(self) -> None:
        self._threads = Threads()

    def respond(self, request: HttpRequest, body: Body, call: Call | None) -> Forward:  # noqa: ARG002 - a responder
        if call is None:
            return Forward()
        call.live = True
        self._threads.follow(call)

        def record(upstream: Upstream) -> None:  # noqa: ARG001 - the call has read it
            self._threads.answered(call, call.message if call.end == "complete" else None)

        return Forward(record)
