"""Ways to answer. A responder decides what the answer to a request is and does no IO."""

from __future__ import annotations

from typing import Protocol

from .._api.reader import Body
from .._http import Forward, HttpRequest, Reply
from .._ledger.call import Call


class Responder(Protocol):
    """Answers the requests of one endpoint, from any thread."""

    def respond(self, request: HttpRequest, body: Body, call: Call | None) -> Reply | Forward:
        """The answer to `request` with `body`; `call` is its place in the ledger if it is a `POST /v1/messages`."""
