"""The guard: no request reaches a Messages host unless a fixture, a cassette or a live test is there to see it."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from ._exchange import Exchange
from ._hosts import Claim, api_path, bases
from ._http import HttpRequest
from ._ledger.problems import Problem, document
from ._responders.elsewhere import refuse
from ._settings import Settings

_LIBRARIES = ("pytest_opus", "anthropic", "httpx", "httpx2", "httpcore", "httpcore2", "anyio", "asyncio", "contextlib")


class Guard:
    """Refuses every request to a Messages host and remembers which line made it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.problems: list[Problem] = []

    def claim(self, host: str, port: int, path: str, header_names: Iterable[str]) -> Claim | None:  # noqa: ARG002
        found = api_path(host, port, path, bases(self._settings))
        return None if found is None else Claim(found, known_host=True)

    def forbid(self, host: str, port: int | None, *, recordable: bool) -> None:
        """Nothing: what the guard claims it answers, and it knows of no test that is not to make connections."""

    def handle(self, request: HttpRequest, *, known_host: bool = True) -> Exchange:  # noqa: ARG002
        problem = Problem(
            kind="guard",
            code="unguarded_request",
            severity="fail",
            message=document(
                f"{_calling_line()} sent a request to {request.host}, which opus_guard forbids.",
                evidence=[f"{request.method} {request.path}"],
                nearest="the `opus` fixture, which would have answered it",
                way_out="Ask for the `opus` fixture, or mark the test @pytest.mark.opus_live if the real API is meant.",
            ),
        )
        self.problems.append(problem)
        return Exchange(refuse(problem), None, request.read_timeout)


def _calling_line() -> str:
    """The innermost line that belongs to no HTTP library: `agent.py:12, in ask`."""
    frame = sys._getframe(1)  # noqa: SLF001 - there is no public way that is as cheap
    while frame.f_back is not None:
        root = frame.f_globals.get("__name__", "").partition(".")[0]
        if root not in _LIBRARIES:
            break
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}, in {frame.f_code.co_name},"
