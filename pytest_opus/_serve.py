"""The command `pytest-opus serve`: an endpoint outside of pytest, for manual work and for other languages."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Literal

from . import _active
from ._api.describe import clip, counted
from ._endpoint import Endpoint
from ._ledger.call import Call
from ._ledger.transcript import describe_call
from ._script.plausible import plausible
from ._settings import Profile, Settings


def serve(host: str, port: int, endpoint: Endpoint) -> int:
    """Have `endpoint` answer until a signal says to end; prints the URL, a line per call, and a summary.

    Raises:
        OSError: the address cannot be listened at.
    """
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    calls: list[Call] = []
    _active.begin_test(calls)

    from ._adapters.loopback import Server

    server = Server(host, port, answered=lambda: _tell(calls))
    server.mount("", endpoint)
    _say(f"http://{f'[{host}]' if ':' in host else host}:{server.port}")
    while not ended.wait(1):  # a wait without an end cannot be interrupted on every system
        pass
    server.stop()
    endpoint.close()
    _tell(calls)
    usage = endpoint.usage
    about = "about " if usage.estimated else ""
    _say(f"{counted(len(endpoint.calls), 'call')}, {about}{usage.total_tokens:,} tokens")
    return 0


def plausible_endpoint(profile: Profile, validate: Literal["api", "off"]) -> Endpoint:
    """An endpoint that answers every request with something that fits; validated or not."""
    unjudged = {"invalid_requests": "off", "tool_schemas": "off", "tool_inputs": "off", "impossible_turns": "off"}
    settings = Settings().override({"profile": profile} | (unjudged if validate == "off" else {}), "pytest-opus serve")
    endpoint = Endpoint(settings, "pytest-opus serve")
    endpoint.otherwise(plausible())
    return endpoint


def cassette_endpoint(path: Path, profile: Profile) -> Endpoint:
    """An endpoint that answers from a cassette; when all answers to a request are used, it begins again.

    Raises:
        ValueError: there is no such cassette, or it cannot be read.
    """
    from ._cassette.choice import Choice
    from ._cassette.interaction import CassetteError
    from ._recording import open_cassette

    settings = Settings().override({"profile": profile}, "pytest-opus serve")
    if not path.exists():
        raise ValueError(f"there is no cassette {path}")
    try:
        recorded = open_cassette(Choice(path, str(path), repeats=True), settings)
    except CassetteError as error:
        raise ValueError(str(error)) from None
    return Endpoint(settings, "pytest-opus serve", recorded=recorded)


def _tell(calls: list[Call]) -> None:
    """A line for every call that has ended, once."""
    for call in [call for call in calls if call.end is not None]:
        calls.remove(call)
        reason = f": {clip(call.error.get('message', ''), 300)}" if call.error else ""
        _say(describe_call(call) + reason)


def _say(text: str) -> None:
    """One line, whatever a program put into it, that any terminal can show."""
    encoding = sys.stdout.encoding or "utf-8"
    line = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    with suppress(OSError):  # nobody listens any more
        print(line.encode(encoding, "backslashreplace").decode(encoding), flush=True)  # noqa: T201 - this is the output of the command
