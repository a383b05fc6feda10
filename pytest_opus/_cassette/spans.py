"""Parts of a text that something else takes the place of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """What stands at `start` to `end` of a text, and what is to stand there.

    `kind` tells people what it is. `rank` says whose name a place bears that several have found: the higher one's.
    """

    start: int
    end: int
    instead: str
    kind: str
    rank: int


def merged(spans: Iterable[Span]) -> list[Span]:
    """In order; those that overlap are one, so that nothing of any is left."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if found and span.start < found[-1].end:
            last = found.pop()
            name = span if (span.rank, span.end - span.start) > (last.rank, last.end - last.start) else last
            found.append(name._replace(start=last.start, end=max(last.end, span.end)))
        else:
            found.append(span)
    return found


def replaced(text: str, spans: Iterable[Span]) -> str:
    """`text` with the spans, which are in order and apart, replaced."""
    return cut([text], spans)[0]


def cut(pieces: Sequence[str], spans: Iterable[Span]) -> list[str]:
    """The pieces of a text with the spans of the whole replaced.

    What takes the place of a span stands in the piece in which the span begins; the rest of it is cut out of the
    pieces that follow.
    """
    spans = list(spans)
    new: list[str] = []
    start = first = 0
    for piece in pieces:
        end = start + len(piece)
        at = start
        parts: list[str] = []
        while first < len(spans) and spans[first].start < end:
            span = spans[first]
            if span.start >= start:
                parts += (piece[at - start : span.start - start], span.instead)
            at = min(span.end, end)
            if span.end > end:
                break
            first += 1
        new.append("".join((*parts, piece[at - start :])))
        start = end
    return new
