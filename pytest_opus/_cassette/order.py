"""The order in which interactions are written: the same for every recording of the same test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .._api.request import Sent
from .interaction import Interaction, RecordedRequest
from .matching import Matcher


class Taken(NamedTuple):
    """An interaction, and the Unix times between which it was on its way."""

    start: float
    end: float
    interaction: Interaction


def ordered(taken: Iterable[Taken]) -> list[Interaction]:
    """Interactions in the order of their requests.

    Requests that were on their way at the same time come in no fixed order; they are sorted by what they ask.
    """
    matcher = Matcher()
    interactions: list[Interaction] = []
    for group in _overlapping(sorted(taken, key=lambda one: one.start)):
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
