"""One request with the reply to play, and where the adapter tells how the delivery went."""

from __future__ import annotations

from time import perf_counter

from ._http import Reply
from ._ledger.call import Call, End


class Exchange:
    """A `Reply` on its way to the client. Adapters report each chunk as they hand it over, and the end."""

    __slots__ = ("_call", "reply")

    def __init__(self, reply: Reply, call: Call | None) -> None:
        self.reply = reply
        self._call = call

    def delivered(self, count: int) -> None:
        """`count` chunks are in the client's hands; with the last one the delivery is complete."""
        call = self._call
        if call is None:
            return
        call.delivered = count
        if count == 1:
            call.first_byte = perf_counter() - call.started
        if count == len(self.reply.chunks):
            self.ended("complete")

    def ended(self, end: End) -> None:
        """The delivery ended; only the first report counts."""
        if self._call is not None and self._call.end is None:
            self._call.end = end
            self._call.seconds = perf_counter() - self._call.started
