"""A request with the reply to play, as steps for an adapter, or on its way upstream; the ledger notes what happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter

from ._api.events import accumulate
from ._api.objects import JsonObject
from ._api.sse import decode
from ._http import End, Failure, Reply, Sleep, Step
from ._ledger.call import Call

_END_OF: dict[str, End] = {"connect_error": "dropped", "read_timeout": "timeout", "disconnect": "dropped"}


class Exchange:
    """A `Reply` on its way to the client.

    An adapter takes the steps of `head()`, sends status and headers, then takes those of `body()`, and calls `abort()`
    when the client goes away. A wait that is longer than the client's read timeout is not slept through: the timeout
    comes at once.
    """

    __slots__ = ("_call", "_read_timeout", "reply")

    def __init__(self, reply: Reply, call: Call | None, read_timeout: float | None) -> None:
        self.reply = reply
        self._call = call
        self._read_timeout = read_timeout

    def head(self) -> Iterator[Sleep | Failure]:
        """What happens before the status line."""
        if self.reply.delay:
            yield self._wait(self.reply.delay)
        if self.reply.status is None and self.reply.failure:
            yield self._fail(self.reply.failure)

    def body(self) -> Iterator[Step]:
        """What happens after the headers."""
        reply, waits, call = self.reply, self.reply.waits, self._call
        last = None if reply.failure else len(reply.chunks)
        if last == 0:
            self._ended(reply.end)
        for count, chunk in enumerate(reply.chunks, 1):
            if count - 1 in waits:
                yield self._wait(waits[count - 1])
            if call is not None:
                call.delivered = count
                if count == 1:
                    call.first_byte = perf_counter() - call.started
                if count == last:  # before the last bytes go out: the client may never ask whether there are more
                    self._ended(reply.end)
            yield chunk
        if reply.failure:
            yield self._fail(reply.failure)

    def abort(self) -> None:
        """The client went away; after the end this means nothing."""
        self._ended("aborted")

    def _wait(self, seconds: float) -> Sleep | Failure:
        if self._read_timeout is None or seconds <= self._read_timeout:
            return Sleep(seconds)
        return self._fail(Failure("read_timeout", "The read operation timed out"))

    def _fail(self, failure: Failure) -> Failure:
        self._ended(_END_OF[failure.kind])
        return failure

    def _ended(self, end: End) -> None:
        if self._call is not None:
            self._call.close(end, perf_counter())


class Forwarding:
    """A request on its way to the real API. The adapter tells what comes back; the ledger reads it in the end."""

    __slots__ = ("_call", "_judge")

    def __init__(self, call: Call | None, judge: Callable[[Call], None]) -> None:
        self._call = call
        self._judge = judge

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The status line and the headers came."""
        if self._call is not None:
            self._call.status, self._call.fields = status, headers

    def passed(self) -> None:
        """Bytes of the body went by."""
        if self._call is not None and self._call.first_byte is None:
            self._call.first_byte = perf_counter() - self._call.started

    def ended(self, end: End, body: bytes = b"") -> None:
        """Nothing more comes; `body` is what came, with its content encoding undone. Only the first report counts."""
        call = self._call
        if call is None or call.end is not None:
            return
        if call.stream and call.status == 200:
            events = list(decode(body))
            call.chunks, call.delivered = [body], 1
            call.message = accumulate(events)
            if any(event.get("type") == "message_stop" for event in events):
                end = "complete"
        else:
            _read_json(call, body)
        call.close(end, perf_counter())
        self._judge(call)


def _read_json(call: Call, body: bytes) -> None:
    try:
        value = json.loads(body)
    except ValueError:
        return
    if isinstance(value, dict) and value.get("type") == "message":
        call.message = value
    elif isinstance(value, dict) and isinstance(value.get("error"), dict):
        call.error = JsonObject(value["error"])
