"""The last look at a text before it is written: is there a secret in it still?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .scrub import Scrubber
from .secrets import FAKE

_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(/))|%([0-9a-fA-F]{2})")
_DELTA = re.compile(r'^[^\n]*\{"type": ?"content_block_delta"[^\n]*$', re.MULTILINE)
_PIECE = re.compile(r'"(?:text|thinking|partial_json)": ?"((?:[^"\\]|\\.)*+)"')


class Finding(NamedTuple):
    """A secret in a text: on which line, from 1, and what it is; never its value. No line: in what was decoded."""

    line: int | None
    kind: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.kind}" if self.line else self.kind


def scan(scrubber: Scrubber, text: str, decoded: Iterable[str] = ()) -> list[Finding]:
    """Credentials in the text of a file, as it stands there and decoded, and in the further `decoded` texts.

    Those that only a pattern tells from a harmless text (what follows `?key=`), and e-mail addresses and the like, are
    no findings: a text that was scrubbed is not to be refused for them.
    """
    found = {Finding(_line(text, start), kind): None for start, kind in _credentials(scrubber, text)}
    for other in (*_unescaped(text), *_joined(text), *decoded):
        for _, kind in _credentials(scrubber, other):
            if kind not in {finding.kind for finding in found}:
                found[Finding(None, kind)] = None
    return list(found)


def _credentials(scrubber: Scrubber, text: str) -> Iterator[tuple[int, str]]:
    for span in scrubber.credentials(text):
        if FAKE not in text[span.start : span.end]:
            yield span.start, span.kind


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _unescaped(text: str) -> Iterator[str]:
    if _ESCAPED.search(text):
        yield _ESCAPED.sub(lambda match: match[3] or chr(int(match[1] or match[2] or match[4], 16)), text)


def _joined(text: str) -> Iterator[str]:
    """What the deltas of streams say together."""
    pieces = (_PIECE.search(line[0]) for line in _DELTA.finditer(text))
    if joined := "".join(json.loads(f'"{piece[1]}"', strict=False) for piece in pieces if piece):
        yield joined
