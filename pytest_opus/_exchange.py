"""A request with the reply to play, as steps for an adapter, or on its way upstream; the ledger notes what happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter

from ._api.events import message_in
from ._api.objects import JsonObject
from ._api.sse import decode
from ._http import End, Failure, Forward, Reply, Sleep, Step, Upstream
from ._ledger.call import Call
from ._ledger.problems import Problem

_END_OF: dict[str, End] = {"connect_error": "dropped", "read_timeout": "timeout", "disconnect": "dropped"}


class Exchange:
    """A `Reply` on its way to the client.

    An adapter takes the steps of `head()`, sends status and headers, then takes those of `body()`, and calls `abort()`
    when the client goes away. A wait that is longer than the client's read timeout is not slept through: the timeout
    comes at once.
    """

    __slots__ = ("_call", "_note", "_read_timeout", "reply")

    def __init__(
        self,
        reply: Reply,
        call: Call | None,
        read_timeout: float | None,
        note: Callable[[Problem], None] | None = None,
    ) -> None:
        self.reply = reply
        self._call = call
        self._read_timeout = read_timeout
        self._note = note

    def head(self) -> Iterator[Sleep | Failure]:
        """What happens before the status line."""
        if self.reply.delay:
            yield self._wait(self.reply.delay)
        if self.reply.status is None and self.reply.failure:
            yield from self._last(self.reply.failure)

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
                    call.first_byte = reply.took[0] or perf_counter() - call.started
                if count == last:  # before the last bytes go out: the client may never ask whether there are more
                    self._ended(reply.end)
            yield chunk
        if reply.failure:
            yield from self._last(reply.failure)

    def abort(self) -> None:
        """The client went away; after the end this means nothing."""
        self._ended("aborted")

    def _wait(self, seconds: float) -> Sleep | Failure:
        if self._read_timeout is None or seconds <= self._read_timeout:
            return Sleep(seconds)
        return self._fail(Failure("read_timeout", "The read operation timed out"))

    def _last(self, failure: Failure) -> Iterator[Sleep | Failure]:
        """The failure that the reply ends with. A client that had gone away may take its time to do so again."""
        if beyond := self.reply.beyond:
            yield Sleep(min(self.reply.linger, self._read_timeout or self.reply.linger))
            if self._note:
                self._note(beyond)
        yield self._fail(failure)

    def _fail(self, failure: Failure) -> Failure:
        self._ended(_END_OF[failure.kind])
        return failure

    def _ended(self, end: End) -> None:
        if self._call is not None:
            took = self.reply.took[1]
            self._call.close(end, perf_counter() if took is None else self._call.started + took)


class Forwarding:
    """A request on its way to the real API. The adapter tells what comes back; the ledger reads it in the end."""

    __slots__ = ("_call", "_first_byte", "_headers", "_judge", "_over", "_record", "_started", "_status")

    def __init__(self, call: Call | None, judge: Callable[[Call], None], forward: Forward) -> None:
        self._call = call
        self._judge = judge
        self._record = forward.record
        self._started = perf_counter()
        self._status: int | None = None
        self._headers: Mapping[str, str] = {}
        self._first_byte: float | None = None
        self._over = False

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The status line and the headers came."""
        self._status, self._headers = status, headers
        if self._call is not None:
            self._call.status, self._call.fields = status, headers

    def passed(self) -> None:
        """Bytes of the body went by."""
        if self._first_byte is None:
            self._first_byte = perf_counter() - self._started
            if self._call is not None:
                self._call.first_byte = self._first_byte

    def failed(self, end: End, error: BaseException) -> None:
        """There will be no answer."""
        self.ended(end, error=error)

    def ended(self, end: End, body: bytes = b"", error: BaseException | None = None) -> None:
        """Nothing more comes; `body` is what came, with its content encoding undone; `error` is what broke it off.

        Only the first report counts.
        """
        if self._over:
            return
        self._over = True
        now = perf_counter()
        if self._call is not None:
            end = _read(self._call, body, end, now)
            self._judge(self._call)
        if self._record is not None:
            seconds = now - self._started
            broken = ("", "") if error is None or end in ("complete", "aborted") else (type(error).__name__, str(error))
            self._record(Upstream(self._status, self._headers, body, end, self._first_byte, seconds, *broken))


def _read(call: Call, body: bytes, end: End, now: float) -> End:
    """Note on the call what came back, and how it ended; a stream whose last event came is complete."""
    if call.stream and call.status == 200:
        events = list(decode(body))
        call.chunks, call.delivered = [body], 1
        call.message = message_in(events)
        if any(event.get("type") == "message_stop" for event in events):
            end = "complete"
    else:
        _read_json(call, body)
    call.close(end, now)
    return end


def _read_json(call: Call, body: bytes) -> None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict) and value.get("type") == "message":
        call.message = value
    elif isinstance(value, dict) and isinstance(value.get("error"), dict):
        call.error = JsonObject(value["error"])
