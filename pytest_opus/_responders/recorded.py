"""The cassette responder: recorded calls are replayed, or go upstream to be recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from threading import RLock, get_ident
from typing import TYPE_CHECKING, Any, NamedTuple

from .._api.reader import Body
from .._cassette.interaction import Events, Interaction, RecordedRequest, RecordedResponse
from .._cassette.normal import Normal, sdk_of
from .._cassette.order import Taken
from .._http import Forward, HttpRequest, Reply, Upstream
from .._judges.unused import unused_interactions
from .._ledger.call import Call
from .._ledger.problems import Problem
from .._settings import Settings
from .delivery import recut
from .elsewhere import refuse
from .misses import beyond, missing, too_late
from .replay import replayed
from .threads import Threads

if TYPE_CHECKING:
    from .._cassette.cassette import Cassette
    from .._cassette.choice import Choice
    from .._cassette.matching import Matcher


class Deck(NamedTuple):
    """A cassette with what is needed to play it; `lines` are those of its interactions in the file."""

    choice: Choice
    cassette: Cassette
    lines: Sequence[int]
    matcher: Matcher
    normal: Normal

    @property
    def name(self) -> str:
        return self.choice.name

    def place_in_file(self, place: int) -> str:
        """`tests/cassettes/test_agent/test_fix.yaml:41`"""
        return f"{self.name}:{self.lines[place]}" if place < len(self.lines) else self.name


class Recorded:
    """Answers from a cassette; what it does not hold is recorded where the record mode allows, else refused.

    `replayed`, `recorded` and `missed` count requests, `pending` those that are on their way upstream; `undecoded`
    is the content encoding of an answer that nothing here can read. Once it is `closed` nothing more is recorded.
    """

    def __init__(self, deck: Deck, settings: Settings) -> None:
        self.deck = deck
        self.replayed = self.missed = self.pending = 0
        self.closed = False
        self.undecoded = ""
        self.taken: list[Taken] = []
        self.drift: dict[str, None] = {}
        self._settings = settings
        self._threads = Threads()
        self._lock = RLock()  # a stream that nobody closed may end here, when it is garbage-collected

    def respond(self, request: HttpRequest, body: Body, call: Call | None) -> Reply | Forward:
        with self._lock:
            asked = self.deck.normal.as_sent(request, body)
            if not (self.deck.cassette.replays and self.deck.cassette.places(asked)):
                asked = self.deck.normal.request(request, body)
            if call is not None:
                self._threads.follow(call)
            return self._respond(asked, request, call)

    def _respond(self, asked: RecordedRequest, request: HttpRequest, call: Call | None) -> Reply | Forward:
        cassette = self.deck.cassette
        place = cassette.play(asked)
        if place is not None:
            self.replayed += 1
            response = cassette.data[place][1]
            self._note_drift(asked, request, *cassette.data[place])
            stops = beyond(self.deck, place, call) if response.state == "aborted" else None
            reply = replayed(self.deck.normal.restored(response), place + 1, self.deck.choice.speed, stops)
            if call is not None:
                call.recorded = True
                self._threads.answered(call, None if reply.failure else reply.message)
            return recut(reply, self._settings.delivery) if isinstance(response.body, Events) else reply
        if cassette.replays:
            self.missed += 1
            return self._miss(asked, call)
        if self.closed:
            return refuse(too_late(self.deck, asked, call))
        if call is not None:
            call.live = True
        self.pending += 1
        return Forward(partial(self._record, asked, request, get_ident(), call))

    def judge(self) -> Iterator[Problem]:
        """Interactions that nobody asked for, where that can be said of one test alone.

        It cannot where a miss sent the program another way, where calls were recorded, or where tests share the file.
        """
        severity = self._settings.unused_interactions
        unused = self._unused()
        if unused and severity != "off" and not (self.missed or self.taken or self.deck.choice.test):
            yield unused_interactions(self.deck, unused, severity)

    def facts(self) -> dict[str, Any]:
        """What became of the cassette, in builtin types: counts of requests, the oldest day, what has changed since."""
        cassette = self.deck.cassette
        days = [one.response.recorded.day for one in cassette.loaded if one.response.recorded.day]
        return {
            "name": self.deck.name,
            "replayed": self.replayed,
            "recorded": len(self.taken),
            "unused": len(self._unused()),
            "missed": self.missed,
            "oldest": min(days, default=None),
            "drift": list(self.drift),
        }

    def _unused(self) -> list[int]:
        """The interactions that this test recorded once and has not asked for."""
        cassette, choice = self.deck.cassette, self.deck.choice
        if choice.mode == "all" and self.taken:  # their place is taken
            return []
        return [place for place in cassette.unused if not choice.test or cassette.data[place][1].test == choice.test]

    def _note_drift(
        self, asked: RecordedRequest, request: HttpRequest, recorded: RecordedRequest, response: RecordedResponse
    ) -> None:
        """What may differ from the recording, and is worth knowing."""
        names = {
            "anthropic-version": (recorded.headers.get("anthropic-version"), asked.headers.get("anthropic-version")),
            "SDK": (response.sdk, sdk_of(request.headers)),
        }
        for name, (then, now) in names.items():
            if then and now and then != now:
                self.drift[f"{name} {then}, now {now}"] = None

    def _miss(self, asked: RecordedRequest, call: Call | None) -> Reply:
        severity = self._settings.unrecorded
        reply = refuse(missing(self.deck, asked, call, "warn" if severity == "warn" else "fail"))
        return reply._replace(problems=()) if severity == "off" else reply

    def _record(
        self, asked: RecordedRequest, request: HttpRequest, thread: int, call: Call | None, upstream: Upstream
    ) -> None:
        with self._lock:
            if call is not None:
                self._threads.answered(call, call.message if call.end == "complete" else None)
            response = replace(self.deck.normal.response(request, upstream), test=self.deck.choice.test)
            if isinstance(response.body, bytes):
                self.undecoded = upstream.headers.get("content-encoding", "")
            self.deck.cassette.append(asked, response)
            start = request.received
            self.taken.append(Taken(start, start + upstream.seconds, thread, Interaction(asked, response)))
            self.pending -= 1  # at the very end: what could not be kept keeps the file from being written
