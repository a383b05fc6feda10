"""Cassettes as files: opened for an endpoint, and saved after it."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterable, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from ._cassette.cassette import Cassette
from ._cassette.choice import Choice, cassette_file
from ._cassette.file import check_writable, locked, read
from ._cassette.interaction import CassetteError, Interaction, RecordedRequest, RecordedResponse
from ._cassette.matching import Matcher
from ._cassette.normal import Normal
from ._cassette.order import ordered
from ._cassette.persister import Persister
from ._cassette.scan import scan
from ._cassette.scrub import Scrubber
from ._environment import real_credentials
from ._responders.recorded import Deck, Recorded
from ._settings import Settings

_written: set[Path] = set()
"""What this session has recorded. Where one endpoint after the other plays a cassette, the later ones add to it."""


def end_session() -> None:
    _written.clear()


class _Storage(Persister):
    """Our files for vcrpy. Requests that a tool or a hand has written are brought into the form in which they match."""

    def __init__(self, normal: Normal, name: str) -> None:
        super().__init__(partial(scan, normal.scrubber), name)
        self._normal = normal

    def load_cassette(self, path: str | Path, serializer: Any) -> tuple[list[RecordedRequest], list[RecordedResponse]]:
        requests, responses = super().load_cassette(path, serializer)
        if self.tape and not self.tape.sealed:
            requests = [self._normal.stored(request) for request in requests]
        return requests, responses

    def save_interactions(self, path: Path, interactions: Sequence[Interaction]) -> None:
        """Write them, scrubbed; what was scrubbed before stays as it is."""
        requests = [self._normal.stored(one.request) for one in interactions]
        responses = [self._normal.stored_response(one.response) for one in interactions]
        self.save_cassette(path, {"requests": requests, "responses": responses}, None)


def choice_of_file(file: str | PathLike[str], settings: Settings) -> Choice:
    """The choice of a program that names its cassette itself; it may go to another folder before this is written.

    Raises:
        ValueError: there can be no file of that name.
    """
    named = cassette_file(file)
    path = named.absolute()
    mode = "new_episodes" if path in _written and settings.record in ("once", "all") else settings.record
    return Choice(path, str(named), mode, fresh=not os.path.lexists(path), speed=settings.replay_speed)


def open_cassette(choice: Choice, settings: Settings) -> Recorded:
    """What answers from the cassette.

    Raises:
        CassetteError: a file that cannot be read, or, where it is to be recorded, not written.
    """
    if choice.records:
        check_writable(choice.path, choice.name)
    normal = Normal(machine_scrubber())
    matcher = Matcher(choice.ignore)
    storage = _Storage(normal, choice.name)
    mode = "new_episodes" if choice.mode == "once" and choice.fresh else choice.mode
    cassette = Cassette(choice.path, mode, matcher, persister=storage, test=choice.test, repeats=choice.repeats)
    cassette._load()  # noqa: SLF001 - what vcrpy's own `load()` does to a cassette that it has made
    lines = storage.tape.lines if storage.tape else ()
    return Recorded(Deck(choice, cassette, lines, matcher, normal), settings)


def save_cassette(responder: Recorded) -> None:
    """Write what was recorded, beside what other tests have written since.

    Raises:
        CassetteError: a secret was found in it, or the file cannot be written; the file is as it was.
    """
    choice = responder.deck.choice
    responder.closed = True
    if responder.pending:
        raise CassetteError(
            f"{choice.name} is not written: {responder.pending} of its requests had not been answered when the test "
            "ended. Wait for the test's tasks and threads before it ends, or cancel them."
        )
    if responder.undecoded:
        raise CassetteError(
            f"{choice.name} is not written: an answer came with the content encoding {responder.undecoded!r}, which "
            "the HTTP library of the program cannot undo. Install what it needs for that, such as brotli, zstandard or "
            "backports.zstd, or let the program not ask for it (accept-encoding)."
        )
    if not responder.taken:
        return
    mine = ordered(responder.taken)
    with locked(choice.path):
        tape = read(choice.path, choice.name)
        if tape and choice.mode == "all":
            _check_answered(choice, mine)
        kept = _kept(choice, tape.interactions if tape else (), mine)
        together = [*kept, *mine]
        if choice.test:
            together.sort(key=lambda one: one.response.test)
        _Storage(responder.deck.normal, choice.name).save_interactions(choice.path, together)
        _written.add(choice.path)


def rewrite_cassette(path: Path, *, foreign: bool = True) -> bool | None:
    """Write a cassette that was edited, or (`foreign`) that another tool wrote, in our format, scrubbed.

    `False` if there is nothing to do, `None` if there is no such file.

    Raises:
        CassetteError: it cannot be read or written.
    """
    with locked(path):
        tape = read(path)
        if tape is None or tape.sealed or (tape.foreign and not foreign):
            return None if tape is None else False
        storage = _Storage(Normal(machine_scrubber()), str(path))
        storage.save_interactions(path, tape.interactions)
    return True


def _check_answered(choice: Choice, recorded: Sequence[Interaction]) -> None:
    """Answers that were paid for are not given up for a network that was down."""
    if all(one.response.status is None for one in recorded):
        told = recorded[0].response
        raise CassetteError(
            f"{choice.name} is left as it was: no request got an answer this time "
            f"({told.state.removeprefix('error:')}: {told.reason}). If that is meant, delete the file first."
        )


def _kept(choice: Choice, loaded: Iterable[Interaction], recorded: Iterable[Interaction]) -> list[Interaction]:
    """What stays of the file: all but what was recorded anew."""
    if choice.mode != "all":
        return list(loaded)
    if not choice.test:
        return []
    matcher = Matcher(choice.ignore)
    again = {matcher.key(one.request) for one in recorded}
    others = (one for one in loaded if one.response.test != choice.test)
    return [one for one in others if one.response.test or matcher.key(one.request) not in again]


def machine_scrubber() -> Scrubber:
    """Knows what must never be written on this machine."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # no such user, as in a container
        user = ""
    scrubber = Scrubber.of(os.environ, home=str(Path.home()), hostname=socket.gethostname(), user=user)
    scrubber.learn_environment(real_credentials())
    return scrubber
