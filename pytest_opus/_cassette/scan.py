"""The last look at a text before it is written: is there a secret in it still?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .._api.events import message_in
from .._api.places import written
from .._api.request import Sent
from .deltas import is_piece
from .interaction import Body, Events, Interaction, Json
from .scrub import Direction, Scrubber, is_secret_header
from .secrets import FAKE_KEY
from .values import placed_strings

_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(/))|%([0-9a-fA-F]{2})")
_DELTA = re.compile(r'(\{"type": ?"content_block_delta"[^\n]*)')
_DECODER = json.JSONDecoder()


class Finding(NamedTuple):
    """A secret: where it stands (`line 12`, or `request.body.messages[0].content`), and what it is; never its value."""

    place: str
    kind: str

    def __str__(self) -> str:
        return f"{self.place}: {self.kind}"


def scan(scrubber: Scrubber, text: str) -> list[Finding]:
    """Credentials in the text of a file: as it stands there, unescaped, decoded, and said by several deltas together.

    What only its surroundings make a secret (what follows `?key=`), e-mail addresses and the like are no findings: a
    text that was scrubbed is not to be refused for them.
    """
    found = {Finding(_line(text, start), kind): None for start, kind in _credentials(scrubber, text)}
    kinds = {finding.kind for finding in found}
    for place, other in (*_unescaped(text), *_joined(text)):
        found |= {Finding(place, kind): None for _, kind in _credentials(scrubber, other) if kind not in kinds}
    return list(found)


def inspect(scrubber: Scrubber, interaction: Interaction) -> list[Finding]:
    """Everything in an interaction that would not have been recorded: credentials, and what tells who recorded it."""
    request, response = interaction
    body = request.body.body() if isinstance(request.body, Sent) else request.body
    found = [
        *_headers(request.headers, "request"),
        *_headers(response.headers, "response"),
        *_within(scrubber, {"uri": request.uri, "headers": dict(request.headers), "body": body}, "request"),
        *_within(scrubber, {"headers": dict(response.headers), **_answer(response.body)}, "response"),
    ]
    return list(dict.fromkeys(found))


def _headers(headers: Mapping[str, str], direction: Direction) -> Iterator[Finding]:
    """Keys and cookies of any look; what another tool has put in their place (`REDACTED`, `DUMMY`) holds no digit."""
    for name, value in headers.items():
        if is_secret_header(name) and any(map(str.isdigit, value)) and not value.startswith("<"):
            yield Finding(written((direction, "headers", name)), "header that holds a secret")


def _answer(body: Body) -> dict[str, Any]:
    match body:
        case Json(value):
            return {"body": value}
        case Events(events, rest):
            message = message_in(events)
            return {"message": message, "events": _others(events) if message else list(events), "rest": rest}
    return {"body": body}


def _others(events: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """Those that are no pieces of a text: they are told by the message."""
    return [None if is_piece(event) else event for event in events]


def _within(scrubber: Scrubber, value: Any, name: str) -> Iterator[Finding]:
    for place, string in placed_strings(value):
        text = string.decode("latin-1") if isinstance(string, bytes) else string
        for span in scrubber.secrets(text):
            if span.kind != FAKE_KEY:
                yield Finding(written((name, *place)), span.kind)


def _credentials(scrubber: Scrubber, text: str) -> Iterator[tuple[int, str]]:
    for span in scrubber.credentials(text):
        if span.kind != FAKE_KEY:
            yield span.start, span.kind


def _line(text: str, start: int) -> str:
    number = text.count("\n", 0, start) + 1
    return f"line {number}"


def _unescaped(text: str) -> Iterator[tuple[str, str]]:
    if _ESCAPED.search(text):
        yield "escaped", _ESCAPED.sub(lambda match: match[3] or chr(int(match[1] or match[2] or match[4], 16)), text)


def _joined(text: str) -> Iterator[tuple[str, str]]:
    """What the deltas of streams say together, where each is a line of JSON."""
    if joined := "".join(piece for line in _DELTA.finditer(text) for piece in _pieces(line[1])):
        yield "several deltas together", joined


def _pieces(line: str) -> Iterator[str]:
    try:
        event, _ = _DECODER.raw_decode(line)
    except ValueError:
        return
    delta = event.get("delta")
    for value in delta.values() if isinstance(delta, dict) else ():
        if isinstance(value, list):  # several deltas, as our files hold them
            yield from (piece for piece in value if isinstance(piece, str))
        elif isinstance(value, str) and value != delta.get("type"):
            yield value
