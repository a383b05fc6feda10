"""Reading request bodies. What a body repeats of one before it is parsed and kept only once."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable
from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple

from .conversation import Conversation

_RECENT = 4
"""As many conversations as one program holds at the same time, sub-agents included."""

_skip_space = re.compile(r"[ \t\n\r]*").match


def _no_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = JSONDecoder(parse_constant=_no_json)


class Body(NamedTuple):
    """A body as it was read.

    `value` is the JSON value, whose `messages` are a list for the time of one call; `fields` and `conversation` are
    what is kept of it. `error` says why a body is no JSON.
    """

    value: Any = None
    fields: dict[str, Any] = {}  # noqa: RUF012 - never changed
    conversation: Conversation | None = None
    error: ValueError | None = None


class _Read(NamedTuple):
    """A body that was read: `opening` comes before its messages, in `text` the message of `links[i]` ends at `ends[i]`,
    and `tail` follows the last.

    Programs send the same tools and system prompt with every call; where the text is the same, so is the object.
    """

    text: str
    opening: str
    head: dict[str, Any]
    ends: list[int]
    links: list[Conversation]
    rest: dict[str, Any]
    tail: str


class _Irregular(Exception):  # noqa: N818
    """Not the plain form of a request; the ordinary parser has the word."""


class BodyReader:
    """Reads the bodies of one endpoint's requests."""

    def __init__(self) -> None:
        self._recent: tuple[_Read, ...] = ()
        self._last: tuple[bytes | None, Body] = None, Body()

    def read(self, data: bytes) -> Body:
        """The body, parsed; one that is no JSON has an `error`. Sent again, as clients do, it is the same object."""
        known, body = self._last
        if data != known:
            body = self._parse(data)
            self._last = data, body
        return body

    def _parse(self, data: bytes) -> Body:
        try:
            text = data.decode()
            known, shared = self._most_alike(text)
            _check_surrogates(text, known.ends[shared - 1] if known else 0)
            return self._read(text, known, shared) or _read_plainly(text)
        except ValueError as error:
            return Body(error=error)
        except RecursionError:
            return Body(error=ValueError("recursion limit exceeded"))

    def _read(self, text: str, known: _Read | None, shared: int) -> Body | None:
        try:
            read = _read(text, known, shared, self._recent)
        except (_Irregular, ValueError, IndexError):
            return None
        self._recent = (*[one for one in self._recent if one is not known][1 - _RECENT :], read)
        if not read.links:
            return None
        fields = read.head | read.rest
        return Body({**fields, "messages": [link.message for link in read.links]}, fields, read.links[-1])

    def _most_alike(self, text: str) -> tuple[_Read | None, int]:
        """The body read before that shares the most messages with `text`, and how many."""
        best: _Read | None = None
        most = 0
        for read in self._recent:
            shared = _shared(read, text)
            if shared > most:
                best, most = read, shared
        return best, most


def _read_plainly(text: str) -> Body:
    value = _DECODER.decode(text)
    return Body(value, value if isinstance(value, dict) else {})


def _shared(read: _Read, text: str) -> int:
    """How many messages `text` has in common with a body, all that stands before them included."""
    if not read.ends or text.startswith(read.text):
        return len(read.ends)
    return bisect(read.ends, 0, key=lambda end: 0 if text.startswith(read.text[:end]) else 1)


def _read(text: str, known: _Read | None, shared: int, recent: Iterable[_Read]) -> _Read:
    if known is not None:
        opening, head, ends, links = known.opening, known.head, known.ends[:shared], known.links[:shared]
        place = ends[-1]
    else:
        opening, head = _opening(text, recent)
        place, ends, links = len(opening), [], []
    place = _read_messages(text, place, ends, links)
    tail = text[place:]
    rest = next((read.rest for read in recent if read.tail == tail), None)
    if rest is None:
        rest = _read_rest(text, place)
    return _Read(text[: ends[-1]] if ends else "", opening, head, ends, links, rest, tail)


def _opening(text: str, recent: Iterable[_Read]) -> tuple[str, dict[str, Any]]:
    """What comes before the messages, and the fields in it."""
    for read in recent:
        if text.startswith(read.opening):
            return read.opening, read.head
    head, place = _read_head(text)
    return text[:place], head


def _read_head(text: str) -> tuple[dict[str, Any], int]:
    """The fields before `messages`, and where its list begins."""
    head: dict[str, Any] = {}
    place = _expect(text, 0, "{")
    while True:
        key, place = _DECODER.raw_decode(text, _space(text, place))
        place = _space(text, _expect(text, place, ":"))
        if key == "messages":
            return head, _expect(text, place, "[")
        if key in head:
            raise _Irregular
        head[key], place = _DECODER.raw_decode(text, place)
        place = _expect(text, place, ",")


def _read_messages(text: str, place: int, ends: list[int], links: list[Conversation]) -> int:
    """Read the messages that are left; returns where the list ends."""
    place = _space(text, place)
    if not links and text[place] == "]":
        return place + 1
    while True:
        if links:
            if text[place] == "]":
                return place + 1
            place = _expect(text, place, ",")
        message, end = _DECODER.raw_decode(text, _space(text, place))
        links.append(Conversation(message, links[-1] if links else None))
        ends.append(end)
        place = _space(text, end)


def _read_rest(text: str, place: int) -> dict[str, Any]:
    """The fields after `messages`."""
    place = _space(text, place)
    if text[place] == "}":
        rest: dict[str, Any] = _DECODER.decode("{" + text[place:])
    else:
        rest = _DECODER.decode("{" + text[_expect(text, place, ",") :])
        if not rest or "messages" in rest:
            raise _Irregular
    return rest


_ESCAPES = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")


def _check_surrogates(text: str, start: int) -> None:
    """Half a character, as cutting a string may leave it, is no JSON for the API, although Python takes it.

    What comes before `start` was looked at before.
    """
    if text.find("\\ud", start) < 0 and text.find("\\uD", start) < 0:
        return
    high: re.Match[str] | None = None
    for escape in _ESCAPES.finditer(text, start):
        code = int(escape[1] or "0", 16)
        follows = high is not None and high.end() == escape.start()
        if high is not None and not (follows and 0xDC00 <= code <= 0xDFFF):
            raise JSONDecodeError("no low surrogate in string", text, high.end())
        if 0xDC00 <= code <= 0xDFFF and not follows:
            raise JSONDecodeError("unexpected low surrogate in string", text, escape.end())
        high = escape if 0xD800 <= code <= 0xDBFF else None
    if high is not None:
        raise JSONDecodeError("no low surrogate in string", text, high.end())


def _space(text: str, place: int) -> int:
    return _skip_space(text, place).end()  # type: ignore[union-attr]


def _expect(text: str, place: int, character: str) -> int:
    place = _space(text, place)
    if text[place] != character:
        raise _Irregular
    return place + 1
