"""The order in which interactions are written: the same for every recording of the same test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .._api.request import Sent
from .interaction import Interaction, RecordedRequest
from .matching import Matcher


class Taken(NamedTuple):
    """An interaction, the Unix times between which it was on its way, and the thread that asked."""

    start: float
    end: float
    thread: int
    interaction: Interaction


def ordered(taken: Iterable[Taken]) -> list[Interaction]:
    """Interactions in the order of their requests.

    Those of several threads, and those that were on their way at the same time, come in no fixed order; they are sorted
    by what they ask.
    """
    matcher = Matcher()
    interactions: list[Interaction] = []
    in_time = sorted(taken, key=lambda one: one.start)
    threads = {one.thread for one in in_time}
    for group in [in_time] if len(threads) > 1 else _overlapping(in_time):
        interactions += sorted((one.interaction for one in group), key=lambda one: _rank(one.request, matcher))
    return interactions


def _overlapping(taken: Iterable[Taken]) -> Iterator[list[Taken]]:
    group: list[Taken] = []
    for one in taken:
        if group and one.start > max(other.end for other in group):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _rank(request: RecordedRequest, matcher: Matcher) -> tuple[int, bytes]:
    """Short conversations first: longer ones may refer to them."""
    conversation = request.body.conversation if isinstance(request.body, Sent) else None
    return (conversation.length if conversation else 0, matcher.key(request))
