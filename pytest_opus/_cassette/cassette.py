"""vcrpy's cassette, which finds its interactions by a hash of the request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vcr.cassette import Cassette as VcrCassette
from vcr.record_mode import RecordMode

from .interaction import Interaction, RecordedRequest, RecordedResponse
from .matching import Matcher

if TYPE_CHECKING:
    from pathlib import Path


class Cassette(VcrCassette):  # type: ignore[misc]  # vcrpy is not typed
    """The interactions of one file. Equal requests are answered in recorded order, different ones in any.

    Where several tests share the file, a test is answered by what it recorded itself before what others did.
    """

    def __init__(
        self, path: Path, mode: str, matcher: Matcher, *, persister: Any, test: str = "", repeats: bool = False
    ) -> None:
        super().__init__(path=path, record_mode=RecordMode(mode), persister=persister)
        self._matcher = matcher
        self._test = test
        self._repeats = repeats
        self._places: defaultdict[bytes, list[int]] = defaultdict(list)
        self._place_of: dict[int, int] = {}
        self._last: tuple[RecordedRequest | None, bytes] = (None, b"")

    def append(self, request: RecordedRequest, response: RecordedResponse) -> None:
        self._places[self._key(request)].append(len(self.data))
        self._place_of[id(response)] = len(self.data)
        super().append(request, response)

    def play(self, request: RecordedRequest) -> int | None:
        """The place of the interaction that answers the request, used up by this; `None` if it is to be recorded."""
        if self._repeats and request not in self:
            for place in self.places(request):
                self.play_counts[place] = 0
        if not self.can_play_response_for(request):
            return None
        return self._place_of[id(self.play_response(request))]

    def _responses(self, request: RecordedRequest) -> Iterator[tuple[int, RecordedResponse]]:
        """What vcrpy asks for every request, without its walk over all of them.

        What was recorded since the file was loaded answers nothing: a program that asks twice recorded both.
        """
        places = [place for place in self._places.get(self._key(request), ()) if place < self._loaded_count]
        for place in sorted(places, key=lambda place: self.data[place][1].test != self._test):
            yield place, self.data[place][1]

    def _key(self, request: RecordedRequest) -> bytes:
        """vcrpy asks three times for each request."""
        known, key = self._last
        if known is not request:
            key = self._matcher.key(request)
            self._last = (request, key)
        return key

    def places(self, request: RecordedRequest) -> list[int]:
        """Where the interactions of this request stand, used or not."""
        return list(self._places.get(self._key(request), ()))

    @property
    def interactions(self) -> list[Interaction]:
        return [Interaction(*pair) for pair in self.data]

    @property
    def loaded(self) -> list[Interaction]:
        """What the file held."""
        return self.interactions[: self._loaded_count]

    @property
    def recorded(self) -> list[Interaction]:
        """What was recorded since."""
        return self.interactions[self._loaded_count :]

    @property
    def unused(self) -> list[int]:
        """The places of the interactions of the file that no request asked for."""
        return [place for place in range(self._loaded_count) if not self.play_counts[place]]

    @property
    def replays(self) -> bool:
        """Whether nothing can be recorded any more."""
        return bool(self.write_protected)
