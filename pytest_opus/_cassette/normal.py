"""Requests and answers in the form in which they are stored and matched: scrubbed, with the headers that matter."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from time import gmtime, strftime
from typing import Any

from .._api.conversation import Conversation, newest_first
from .._api.reader import Body as RequestBody
from .._api.request import Sent
from .._hosts import is_loopback
from .._http import Headers, HttpRequest, Upstream
from .bodies import body_of, request_body
from .interaction import Body, Events, Json, RecordedAt, RecordedRequest, RecordedResponse
from .scrub import Scrubber


class Normal:
    """Brings what goes over the wire into the form of a cassette; the program never sees it.

    What a request shares with one before it, its history above all, is scrubbed once.
    """

    def __init__(self, scrubber: Scrubber) -> None:
        self.scrubber = scrubber
        self._links: dict[Conversation, Conversation] = {}
        self._fields: dict[str, tuple[Any, tuple[str, Any]]] = {}

    def as_sent(self, request: HttpRequest, body: RequestBody) -> RecordedRequest:
        """The request before it is scrubbed. Where it matches so, it holds nothing that would be."""
        return RecordedRequest(request.method, _uri(request), request.headers, request_body(request.body, body))

    def request(self, request: HttpRequest, body: RequestBody) -> RecordedRequest:
        """The request as it is stored."""
        self.scrubber.learn_headers(request.headers)
        return self.stored(self.as_sent(request, body))

    def stored(self, request: RecordedRequest) -> RecordedRequest:
        """The same of a request that is not scrubbed yet: as it came, or as a hand or another tool wrote it."""
        body = request.body
        return RecordedRequest(
            method=request.method,
            uri=self.scrubber.uri(request.uri),
            headers=self.scrubber.headers(request.headers, "request"),
            body=self._sent(body) if isinstance(body, Sent) else self._plain(body),
        )

    def stored_response(self, response: RecordedResponse) -> RecordedResponse:
        """An answer from a cassette that was edited, or that another tool wrote."""
        headers = self._response_headers(response.headers)
        reason = self.scrubber.text(response.reason)
        return replace(response, headers=headers, body=self._scrubbed(response.body), reason=reason)

    def restored(self, response: RecordedResponse) -> RecordedResponse:
        """The answer as it is replayed: with the home directory of this machine's user in the place of the other's."""
        match response.body:
            case Json(value):
                body: Body = Json(self.scrubber.restored(value))
            case Events(events, rest):
                body = Events(self.scrubber.restored(list(events)), rest)
            case _:
                return response
        return replace(response, body=body)

    def response(self, request: HttpRequest, upstream: Upstream) -> RecordedResponse:
        """The answer as it is stored."""
        content_type = Headers(upstream.headers.items()).get("content-type", "")
        return RecordedResponse(
            status=upstream.status,
            headers=self._response_headers(upstream.headers),
            body=self._scrubbed(body_of(_whole_characters(upstream), content_type)),
            state=f"error:{upstream.exception}" if upstream.exception else upstream.end,
            reason=self.scrubber.text(upstream.reason),
            recorded=RecordedAt(
                strftime("%Y-%m-%d", gmtime(request.received)),
                upstream.first_byte,
                upstream.seconds,
            ),
            sdk=sdk_of(request.headers),
        )

    def _response_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The id of the request is left out: a replay makes one of the interaction's number."""
        kept = self.scrubber.headers(headers, "response")
        return {name: value for name, value in kept.items() if name != "request-id"}

    def _sent(self, sent: Sent) -> Sent:
        fields = dict(self._field(name, value) for name, value in sent.fields.items())
        return Sent(fields, self._conversation(sent.conversation))

    def _field(self, name: str, value: Any) -> tuple[str, Any]:
        """A field, scrubbed. Programs send the same tools and system prompt with every call."""
        known = self._fields.get(name)
        if known is None or known[0] is not value:
            ((new_name, new_value),) = self.scrubber.json({name: value}).items()
            known = self._fields[name] = (value, (new_name, new_value))
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

    def _plain(self, body: str | bytes) -> str | bytes:
        return self.scrubber.text(body) if isinstance(body, str) else self.scrubber.data(body)

    def _scrubbed(self, body: Body) -> Body:
        match body:
            case Json(value):
                return Json(self.scrubber.json(value, "response"))
            case Events(events, rest):
                return Events(self.scrubber.events(events), self.scrubber.text(rest))
            case plain:
                return self._plain(plain)


def _whole_characters(upstream: Upstream) -> bytes:
    """What came, without the beginning of a character where it was broken off."""
    if upstream.end == "complete":
        return upstream.body
    decoder = getincrementaldecoder("utf-8")()
    with suppress(UnicodeDecodeError):  # it is no text
        decoder.decode(upstream.body)
        unfinished, _ = decoder.getstate()
        return upstream.body[: len(upstream.body) - len(unfinished)]
    return upstream.body


def _uri(request: HttpRequest) -> str:
    """The URL, below its base; the port of a loopback server means nothing to anyone else."""
    host = f"[{request.host}]" if ":" in request.host else request.host
    scheme = "https" if request.port == 443 else "http"
    port = "" if request.port in (80, 443) or is_loopback(request.host) else f":{request.port}"
    return f"{scheme}://{host}{port}{request.path}{'?' * bool(request.query)}{request.query}"


def sdk_of(headers: Headers) -> str:
    """The client library, as SDKs tell of it: `python 2.12.0`."""
    return " ".join(filter(None, (headers.get(f"x-stainless-{name}") for name in ("lang", "package-version"))))
