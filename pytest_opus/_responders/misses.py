"""Requests that a cassette does not hold: the problem of each case, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from .._api.describe import counted
from .._cassette.difference import Difference, closest, differences
from .._cassette.interaction import Interaction, RecordedRequest, message_of
from .._cassette.matching import path_of
from .._columns import dollars
from .._ledger.call import Call
from .._ledger.problems import Problem, document
from .._ledger.transcript import describe_request
from .._ledger.usage import Usage

if TYPE_CHECKING:
    from .recorded import Deck

Severity = Literal["fail", "warn"]
_MOST = 5


def missing(deck: Deck, asked: RecordedRequest, call: Call | None, severity: Severity) -> Problem:
    """A request that no interaction is left for."""
    known = deck.cassette.places(asked)
    if known:
        return _used_up(deck, known, asked, call, severity)
    loaded = deck.cassette.loaded
    left = deck.cassette.unused or list(range(len(loaded)))
    near = closest(asked, [loaded[place].request for place in left], deck.matcher)
    if near is None:
        return _nothing_like_it(deck, asked, call, severity)
    return _differs(deck, left[near], asked, call, severity)


def too_late(deck: Deck, asked: RecordedRequest, call: Call | None) -> Problem:
    """A request to record after the cassette was written, as from the finalizer of a fixture."""
    return Problem(
        kind="unrecorded",
        code="too_late",
        severity="fail",
        message=document(
            f"{_who(call, asked)} came after the end of the test: {deck.name} was written without it.",
            evidence=[describe_request(call)] if call else [],
            nearest=None,
            way_out="Make the call within the test, or give the fixture that makes it a cassette of its own: "
            'pytest_opus.endpoint(cassette="...").',
        ),
        call=call,
    )


def beyond(deck: Deck, place: int, call: Call | None) -> Problem:
    """A program that reads on where the recorded one had stopped, or waits on for an answer."""
    reads = deck.cassette.data[place][1].status is not None
    what, then = ("reads on", "closed the stream") if reads else ("waits on", "gave the request up")
    return Problem(
        kind="unrecorded",
        code="recording_stops",
        severity="fail",
        message=document(
            f"{_who(call)} {what} where the recording stops: when interaction {place + 1} was recorded, the program "
            f"{then}.",
            evidence=[describe_request(call)] if call else [],
            nearest=deck.place_in_file(place),
            way_out=_again(deck),
        ),
        call=call,
    )


def _used_up(deck: Deck, known: list[int], asked: RecordedRequest, call: Call | None, severity: Severity) -> Problem:
    numbers = ", ".join(str(place + 1) for place in known)
    count = counted(len(known), "time")
    return Problem(
        kind="unrecorded",
        code="used_up",
        severity=severity,
        message=document(
            f"{_who(call, asked)} was recorded {count}, and each was answered already: used {len(known)} of "
            f"{len(known)} in {deck.name}.",
            evidence=[describe_request(call)] if call else [],
            nearest=f"interaction {numbers}, {deck.place_in_file(known[-1])}",
            way_out=f"Find out why the program asks once more than it did. {_again(deck)}",
        ),
        call=call,
    )


def _nothing_like_it(deck: Deck, asked: RecordedRequest, call: Call | None, severity: Severity) -> Problem:
    loaded = deck.cassette.loaded
    what = f"{asked.method} {path_of(asked.uri)}"
    where = f"{deck.name} holds no {what}" if loaded else f"there is no {deck.name}"
    return Problem(
        kind="unrecorded",
        code="nothing_recorded",
        severity=severity,
        message=document(
            f"{_who(call, asked)} is not recorded: {where}.",
            evidence=[describe_request(call)] if call else [],
            nearest=None,
            way_out=_again(deck) if loaded else f"To record it: {deck.choice.command} --opus-record=once",
        ),
        call=call,
    )


def _differs(deck: Deck, place: int, asked: RecordedRequest, call: Call | None, severity: Severity) -> Problem:
    recorded = deck.cassette.loaded[place].request
    found = differences(recorded, asked, deck.matcher)
    first = found[0]
    paths = list(dict.fromkeys(one.path for one in found))
    more = f" and {counted(len(paths) - 1, 'other place')}" if len(paths) > 1 else ""
    evidence = [describe_request(call)] if call else []
    evidence += ["recorded -> sent:", *(f"  {one}" for one in found[:_MOST])]
    if len(found) > _MOST:
        evidence.append(f"  ... and {len(found) - _MOST} more")
    return Problem(
        kind="unrecorded",
        code="request_differs",
        severity=severity,
        message=document(
            f"{_who(call, asked)} is not in the cassette {deck.name}: {first.path}{more} differs.",
            evidence=evidence,
            nearest=f"interaction {place + 1} of {len(deck.cassette.loaded)}; everything else is equal",
            way_out=f"{_again(deck)}\n{_ignoring(found)}{first.path} differs: {deck.place_in_file(place)}",
        ),
        path=first.path,
        call=call,
    )


def _ignoring(found: Sequence[Difference]) -> str:
    """How to have the request match all the same, where that can be."""
    if not all(one.ignorable for one in found):
        return ""
    paths = ", ".join(f'"{path}"' for path in dict.fromkeys(one.everywhere for one in found[:_MOST]))
    return f"If this changes from run to run: @pytest.mark.opus_cassette(ignore=[{paths}])\n"


def _who(call: Call | None, asked: RecordedRequest | None = None) -> str:
    if call:
        return f"call {call.number}"
    return f"{asked.method} {path_of(asked.uri)}" if asked else "the program"


def _again(deck: Deck) -> str:
    own = [one for one in deck.cassette.loaded if not deck.choice.test or one.response.test == deck.choice.test]
    price = _price(own)
    return f"To record this test again{price}: {deck.choice.command} --opus-record=all"


def _price(interactions: Iterable[Interaction]) -> str:
    """What it cost to record, which is about what it will cost again."""
    from .._ledger.prices import cost

    messages = [message for one in interactions if (message := message_of(one.response.body))]
    usages = [Usage.from_wire(message.get("usage") or {}, model=message.get("model")) for message in messages]
    paid = cost(Usage.total(usages))
    return "" if paid is None or not messages else f" (about {dollars(Decimal(f'{paid:.2g}'))}, as it cost then)"
