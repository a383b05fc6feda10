"""Interactions of a cassette that no request asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from .._api.describe import counted
from .._api.request import Sent
from .._cassette.matching import path_of
from .._ledger.problems import Problem, document
from .._ledger.transcript import describe_body

if TYPE_CHECKING:
    from .._responders.recorded import Deck

_MOST = 5


def unused_interactions(deck: Deck, places: Sequence[int], severity: Literal["fail", "warn"]) -> Problem:
    """The problem of the interactions at `places` of the cassette."""
    loaded = deck.cassette.loaded
    evidence = [describe_interaction(deck, place) for place in places[:_MOST]]
    if len(places) > _MOST:
        evidence.append(f"... and {len(places) - _MOST} more")
    numbers = ", ".join(str(place + 1) for place in places[:_MOST])
    return Problem(
        kind="unused_interactions",
        code="unused_interactions",
        severity=severity,
        message=document(
            f"{len(places)} of {counted(len(loaded), 'interaction')} of {deck.name} "
            f"{'was' if len(places) == 1 else 'were'} never asked for: {numbers}.",
            evidence=evidence,
            nearest=None,
            way_out="Find out why the program asked for less than when it was recorded. To record the test again: "
            f"{deck.choice.command} --opus-record=all\n"
            'Where fewer calls are fine: @pytest.mark.opus(unused_interactions="off").',
        ),
    )


def describe_interaction(deck: Deck, place: int) -> str:
    """`interaction 2, cassettes/test_agent/test_fix.yaml:41: model claude-opus-4-7, 1 message, the last: ...`."""
    request = deck.cassette.loaded[place].request
    asked = describe_body(request.body.body()) if isinstance(request.body, Sent) else ""
    what = asked or f"{request.method} {path_of(request.uri)}"
    return f"interaction {place + 1}, {deck.place_in_file(place)}: {what}"
