"""Calls: what the program asked, what it got, and how the delivery went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import takewhile
from typing import Any

from .._api.conversation import Conversation, newest_first
from .._api.events import message_in
from .._api.objects import JsonObject, blocks_of, readable
from .._api.request import Request, ToolResult, results_in
from .._api.sse import decode
from .._http import End, Headers, Reply
from .usage import Usage


@dataclass(eq=False, kw_only=True)
class Call:
    """One HTTP attempt on `POST /v1/messages`.

    Attributes:
        number: its place in the order of arrival, from 1.
        request: what the program sent.
        status: the HTTP status of the answer, `None` while there is none.
        error: the `error` object of an error answer (`.type`, `.message`), else `None`.
        end: how the delivery ended; `None` while it lasts.
        seconds, first_byte: from arrival to the end, and to the first byte of the body.
        phase: the part of the test's work that it belongs to (`opus.phase`), or `None`.
        live: whether it reached the real API; `recorded`: whether it was answered from a recording.
    """

    number: int
    request: Request
    started: float
    status: int | None = None
    error: JsonObject | None = None
    end: End | None = None
    seconds: float | None = None
    first_byte: float | None = None
    message: dict[str, Any] | None = None
    chunks: Sequence[bytes] = ()
    delivered: int = 0
    estimated: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    phase: str | None = None
    live: bool = False
    recorded: bool = False

    def answer(self, reply: Reply) -> None:
        """Note what the endpoint decided to answer."""
        self.status = reply.status
        self.fields = reply.headers
        self.error = None if reply.error is None else JsonObject(reply.error)
        self.message = reply.message
        self.chunks = reply.chunks
        self.estimated = reply.estimated

    def close(self, end: End, now: float) -> None:
        """Note how the delivery ended; only the first word counts."""
        if self.end is None:
            self.end = end
            self.seconds = now - self.started
            if end == "complete":  # what came is `message`
                self.chunks = ()

    @property
    def headers(self) -> Headers:
        """The headers of the answer."""
        return Headers(self.fields.items())

    @property
    def stream(self) -> bool:
        """Whether the program asked for a stream."""
        return self.request.stream

    @property
    def response(self) -> JsonObject | None:
        """The message that the program got; of a stream that ended early, the part that was delivered."""
        if self.message is None:
            return None
        if self.end == "complete":
            return self._whole_response
        part: JsonObject | None = readable(message_in(decode(b"".join(self.chunks[: self.delivered]))))
        return part

    @cached_property
    def _whole_response(self) -> JsonObject:
        whole: JsonObject = readable(self.message)
        return whole

    @property
    def usage(self) -> Usage:
        """Tokens of this call; zero if it failed; of a stream that ended early, what it had reported."""
        if self.end == "complete" and self.message is not None:
            return self._whole_usage
        response = self.response
        if response is None:
            return Usage()
        return self._usage_of(response)

    @cached_property
    def _whole_usage(self) -> Usage:
        return self._usage_of(self.message or {})

    def _usage_of(self, message: Mapping[str, Any]) -> Usage:
        """What gateways answer may lack any of it; the model is then the one that was asked."""
        model = message.get("model") or self.request.model
        return Usage.from_wire(message.get("usage") or {}, model=model, estimated=self.estimated)

    @property
    def cost(self) -> Decimal | None:
        """US dollars; `None` if the model has no known price."""
        return self.usage.cost

    @property
    def outcome(self) -> str:
        """Model, status and how it ended: `claude-opus-4-7 200 end_turn`."""
        response = self.response
        ended = self.error.type if self.error else (response and response.get("stop_reason")) or self.end
        return f"{self.request.model} {self.status} {ended}"

    def __repr__(self) -> str:
        return f"<Call {self.number}: {self.outcome}>"


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A request that is no call: counting tokens, listing models, a path that does not exist.

    `reason` says why it was not answered, where that is no matter of course.
    """

    method: str
    path: str
    status: int | None
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}" + (f", {self.reason}" if self.reason else "")


@dataclass(frozen=True)
class ToolCall:
    """A `tool_use` that the endpoint issued, joined with the result that the program sent back.

    `result` is `None` until it came.
    """

    name: str
    input: JsonObject
    id: str
    call: Call
    result: ToolResult | None = None

    def __repr__(self) -> str:
        return f"ToolCall({self.name!r}, {dict(self.input)!r}, result={self.result!r})"


def tool_calls(calls: Iterable[Call]) -> list[ToolCall]:
    """Every client tool call of these calls, in order, with its result."""
    issued: list[ToolCall] = []
    results: dict[str, ToolResult] = {}
    known: set[Conversation] = set()
    for call in calls:
        for link in _new_links(call.request, known):
            known.add(link)
            for result in results_in(link.message):
                results.setdefault(result.tool_use_id, result)
        content = blocks_of(call.response.get("content")) if call.response else []
        issued += [
            ToolCall(block.get("name", ""), block.get("input", JsonObject()), block.get("id", ""), call)
            for block in content
            if block.get("type") == "tool_use"
        ]
    return [ToolCall(one.name, one.input, one.id, one.call, results.get(one.id)) for one in issued]


def _new_links(request: Request, known: set[Conversation]) -> Iterator[Conversation]:
    """What a request adds to the conversations of earlier ones; theirs it holds by the same objects."""
    return takewhile(lambda link: link not in known, newest_first(request.sent.conversation))
