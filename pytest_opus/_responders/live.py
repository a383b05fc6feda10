"""The live responder: calls go through to the real API and are only watched."""

from __future__ import annotations

from .._api.reader import Body
from .._http import Forward, HttpRequest
from .._ledger.call import Call


class Live:
    """Forwards everything untouched."""

    def respond(self, request: HttpRequest, body: Body, call: Call | None) -> Forward:  # noqa: ARG002 - a responder
        if call is not None:
            call.live = True
        return Forward()
