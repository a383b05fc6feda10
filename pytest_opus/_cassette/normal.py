"""Requests and answers in the form in which they are stored and matched: scrubbed, with the headers that matter."""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Mapping
from dataclasses import replace
from time import gmtime, strftime
from typing import Any

from .._api.conversation import Conversation, extended, newest_first
from .._api.reader import Body as RequestBody
from .._api.request import Sent
from .._hosts import is_loopback
from .._http import Headers, HttpRequest, Upstream
from .interaction import Body, Events, Json, Recorded, RecordedRequest, RecordedResponse
from .scrub import Scrubber

_utf8 = getincrementaldecoder("utf-8")
_BLANK_LINE = re.compile(r"\r\n\r\n|\n\n|\r\r")


class Normal:
    """Brings what goes over the wire into the form of a cassette; the program never sees it.

    What a request shares with one before it, its history above all, is scrubbed once.
    """

    def __init__(self, scrubber: Scrubber) -> None:
        self.scrubber = scrubber
        self._links: dict[Conversation, Conversation] = {}
        self._values: dict[int, tuple[Any, Any]] = {}

    def request(self, request: HttpRequest, body: RequestBody) -> RecordedRequest:
        """The request as it is stored."""
        self.scrubber.learn_headers(request.headers)
        return RecordedRequest(
            method=request.method,
            uri=self.scrubber.uri(_uri(request)),
            headers=self.scrubber.headers(request.headers, "request"),
            body=self._request_body(request.body, body),
        )

    def stored(self, request: RecordedRequest) -> RecordedRequest:
        """A request from a cassette that was edited, or that another tool wrote."""
        body = request.body
        return RecordedRequest(
            method=request.method,
            uri=self.scrubber.uri(request.uri),
            headers=self.scrubber.headers(request.headers, "request"),
            body=self._sent(body) if isinstance(body, Sent) else self._text(body),
        )

    def stored_response(self, response: RecordedResponse) -> RecordedResponse:
        """The same for an answer."""
        return replace(
            response,
            headers=self._response_headers(response.headers),
            body=self._scrubbed(response.body),
            reason=self.scrubber.text(response.reason),
        )

    def response(self, request: HttpRequest, upstream: Upstream) -> RecordedResponse:
        """The answer as it is stored."""
        return RecordedResponse(
            status=upstream.status,
            headers=self._response_headers(upstream.headers),
            body=self._response_body(upstream),
            state=f"error:{upstream.exception}" if upstream.exception else upstream.end,
            reason=self.scrubber.text(upstream.reason),
            recorded=Recorded(
                strftime("%Y-%m-%d", gmtime(request.received)),
                _rounded(upstream.first_byte),
                _rounded(upstream.seconds),
            ),
            sdk=sdk_of(request.headers),
        )

    def _response_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The id of the request is left out: a replay makes one of the interaction's number."""
        kept = self.scrubber.headers(headers, "response")
        return {name: value for name, value in kept.items() if name != "request-id"}

    def _request_body(self, data: bytes, body: RequestBody) -> Sent | str | bytes:
        if isinstance(body.value, dict):
            return self._sent(Sent(body.fields, body.conversation))
        try:
            return self.scrubber.text(data.decode())
        except UnicodeDecodeError:
            return data

    def _sent(self, sent: Sent) -> Sent:
        fields, conversation = dict(sent.fields), sent.conversation
        if conversation is None and isinstance(fields.get("messages"), list):
            conversation = extended(None, fields["messages"])
        if conversation is not None:
            fields.pop("messages", None)
        return Sent(
            {name: self._value(name, value) for name, value in fields.items()}, self._conversation(conversation)
        )

    def _value(self, name: str, value: Any) -> Any:
        """The scrubbed value of a field. Programs send the same tools and system prompt with every call."""
        if not isinstance(value, dict | list):
            return self.scrubber.json({name: value})[name]
        known = self._values.get(id(value))
        if known is None or known[0] is not value:
            known = self._values[id(value)] = (value, self.scrubber.json({name: value})[name])
        return known[1]

    def _conversation(self, last: Conversation | None) -> Conversation | None:
        new: list[Conversation] = []
        scrubbed: Conversation | None = None
        for link in newest_first(last):
            if link in self._links:
                scrubbed = self._links[link]
                break
            new.append(link)
        for link in reversed(new):
            message = self.scrubber.json(link.message)
            same = message is link.message and link.before is scrubbed
            scrubbed = self._links[link] = link if same else Conversation(message, scrubbed)
        return scrubbed

    def _text(self, body: str | bytes) -> str | bytes:
        return self.scrubber.text(body) if isinstance(body, str) else body

    def _response_body(self, upstream: Upstream) -> Body:
        try:
            text = _utf8().decode(upstream.body, final=upstream.end == "complete")  # else it may end within a character
        except UnicodeDecodeError:
            return upstream.body
        if Headers(upstream.headers.items()).get("content-type", "").startswith("text/event-stream"):
            return self._scrubbed(read_events(text) or text)
        try:
            return self._scrubbed(Json(json.loads(text)))
        except ValueError:
            return self._scrubbed(text)

    def _scrubbed(self, body: Body) -> Body:
        match body:
            case Events(events, rest):
                return Events(self.scrubber.events(events), self.scrubber.text(rest))
            case Json(value):
                return Json(self.scrubber.json(value, "response"))
            case str(text):
                return self.scrubber.text(text)
        return body


def read_events(text: str) -> Events | None:
    """The events of a stream; `None` if it holds anything else than named JSON objects."""
    *frames, rest = _BLANK_LINE.split(text)
    events = []
    for frame in frames:
        fields = [line.partition(":") for line in frame.splitlines()]
        named = {name: value.removeprefix(" ") for name, _, value in fields if name == "event"}
        data = "\n".join(value.removeprefix(" ") for name, _, value in fields if name == "data")
        try:
            event = json.loads(data)
        except ValueError:
            return None
        others = [name for name, _, _ in fields if name not in ("event", "data")]
        if others or not isinstance(event, dict) or named.get("event") != event.get("type"):
            return None
        events.append(event)
    return Events(events, rest)


def _uri(request: HttpRequest) -> str:
    """The URL, below its base; the port of a loopback server means nothing to anyone else."""
    host = f"[{request.host}]" if ":" in request.host else request.host
    scheme = "https" if request.port == 443 else "http"
    port = "" if request.port in (80, 443) or is_loopback(request.host) else f":{request.port}"
    return f"{scheme}://{host}{port}{request.path}{'?' * bool(request.query)}{request.query}"


def sdk_of(headers: Headers) -> str:
    """The client library, as SDKs tell of it: `python 2.12.0`."""
    return " ".join(filter(None, (headers.get(f"x-stainless-{name}") for name in ("lang", "package-version"))))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
