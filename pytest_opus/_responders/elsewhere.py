"""Answers to requests that no script of a running test may answer."""

from __future__ import annotations

from typing import Literal

from .._api.reader import Body
from .._hosts import ANTHROPIC
from .._http import HttpRequest, Reply
from .._ledger.call import Call
from .._ledger.problems import Problem, document
from .._settings import Settings
from .replies import error_reply

_ID = "req_pytest_opus"


class UnknownHost:
    """A Messages request to a host that nobody named: it could be the real API behind another name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def respond(self, request: HttpRequest, body: Body, call: Call | None) -> Reply:  # noqa: ARG002 - a responder
        known = ", ".join((ANTHROPIC, *self._settings.hosts))
        host = request.host if request.port in (80, 443) else f"{request.host}:{request.port}"
        problem = Problem(
            kind="unknown_host",
            code="unknown_host",
            severity="warn" if self._settings.unknown_host == "warn" else "fail",
            message=document(
                f"a Messages request went to {host}, which is not known as a Messages host.",
                evidence=[
                    f"{request.method} {request.path}",
                    f"known: {known}, and that of ANTHROPIC_BASE_URL",
                ],
                nearest=f"opus_hosts = {host}",
                way_out=f"List the host in the ini file, opus_hosts = {host}, to have it answered. "
                'To let such requests through: @pytest.mark.opus(unknown_host="off").',
            ),
            call=call,
        )
        return refuse(problem)


def unanswered(host: str, kind: str, severity: Literal["fail", "warn"]) -> Problem:
    """A connection to a Messages host that no adapter made: its client cannot be answered in process."""
    return Problem(
        kind=kind,
        code="unanswered_client",
        severity=severity,
        message=document(
            f"a connection to {host} was refused: it came from an HTTP client that is not answered in process.",
            evidence=["answered in process: httpx, httpx2, and the clients that sit on them, such as anthropic"],
            nearest="the `opus_server` fixture, which answers any client over a loopback URL",
            way_out="Ask for `opus_server` and let the program take its base URL from ANTHROPIC_BASE_URL.",
        ),
    )


class AfterTheEnd:
    """A request of a task that outlived its test: it reaches neither the network nor the next script."""

    def __init__(self, name: str) -> None:
        self._name = name

    def respond(self, request: HttpRequest, body: Body, call: Call | None) -> Reply:  # noqa: ARG002 - a responder
        what = f"a request came after the end of {self._name}."
        way_out = "Wait for the test's tasks and threads before it ends, or cancel them."
        return refuse(_after_the_end(what, request, way_out, call))


PATHLESS = "the client dropped the path of ANTHROPIC_BASE_URL"


def pathless(request: HttpRequest) -> Reply:
    """To a request on the server whose path belongs to no test."""
    message = f"{request.method} {request.path}: {PATHLESS}."
    return error_reply(404, "not_found_error", message, {"request-id": _ID, "x-should-retry": "false"})


def late(request: HttpRequest, name: str) -> Reply:
    """To a request on the server for a test that has ended; a call is a problem."""
    what = f"a request came to the URL of {name} after its end."
    way_out = (
        "Wait for the test's threads and processes before it ends, and build clients in the test that uses them: "
        "a client that is kept asks at the URL of its first test."
    )
    reply = refuse(_after_the_end(what, request, way_out))
    is_call = request.method == "POST" and request.path == "/v1/messages"
    return reply if is_call else reply._replace(problems=())


def _after_the_end(what: str, request: HttpRequest, way_out: str, call: Call | None = None) -> Problem:
    evidence = [f"{request.method} {request.path}"]
    return Problem(
        kind="unscripted",
        code="after_the_end",
        severity="fail",
        message=document(what, evidence=evidence, nearest=None, way_out=way_out),
        call=call,
    )


def unreachable(url: str, error: Exception) -> Reply:
    """To a request that could not be sent on."""
    message = f"pytest-opus could not reach {url}: {type(error).__name__}: {error}"
    return error_reply(502, "api_error", message, {"request-id": _ID})


def unforeseen(request: HttpRequest, call: Call | None, error: BaseException) -> Reply:
    """A failure of our own: the test fails with its traceback, and the program gets an answer all the same."""
    return refuse(
        Problem(
            kind="internal",
            code="unforeseen",
            severity="fail",
            message=document(
                f"pytest-opus failed to answer {request.method} {request.path}: {type(error).__name__}: {error}",
                evidence=[],
                nearest=None,
                way_out="Please report this with the request.",
            ),
            call=call,
            exception=error,
        )
    )


def refuse(problem: Problem) -> Reply:
    """The problem as a 400 that no SDK retries."""
    headers = {"request-id": _ID, "x-should-retry": "false"}
    return error_reply(400, "invalid_request_error", problem.summary, headers, problems=[problem])
