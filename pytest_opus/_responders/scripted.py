"""The scripted responder: the turns that a test wrote, served in the order and under the rules of the API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from .._api.errors import MESSAGES, error_type
from .._api.headers import RateLimits
from .._api.ids import Ids
from .._api.models import find_model
from .._api.reader import Body
from .._api.request import Request, Sent
from .._api.rules import Refusal
from .._api.tokens import Estimator
from .._http import HttpRequest, Reply
from .._judges.definitions import Definitions
from .._judges.turns import Finding, broken_inputs, impossible
from .._ledger.call import Call
from .._ledger.problems import Problem
from .._script.blocks import text
from .._script.plausible import ANSWER, NoAnswerError, plausible_turn
from .._script.routes import Queued, Route
from .._script.turns import ComputedTurn, ErrorTurn, NetworkErrorTurn, Plausible, Turn, WholeMessage, as_turn
from .._settings import Settings
from . import mismatches
from .catalogue import list_models, retrieve_model
from .compose import NoInputError, compose
from .delivery import deliver, network_error
from .gate import Gate, Resource
from .replies import error_reply, json_reply
from .threads import Threads

ServedTurn = Turn | WholeMessage | ErrorTurn | NetworkErrorTurn


class Mismatch(Exception):  # noqa: N818
    """Request and script do not fit. The program gets the problem's summary as a 400 that no SDK retries."""

    def __init__(self, problem: Problem, *, reported: bool = True) -> None:
        super().__init__(problem.summary)
        self.problems = [problem] if reported else []


class Scripted:
    """Answers from queues of turns, and refuses what the real API would refuse.

    Order: key, version, rules of requests (a refused request takes no turn), the first matching route that has an
    answer, the default script, else a mismatch.
    """

    def __init__(self, settings: Settings, seed: str) -> None:
        self.script = Route()
        self.routes: list[Route] = []
        self.invalid_allowed = False
        self.refusals: list[Refusal] = []
        self._settings = settings
        self._gate = Gate(settings)
        self._ids = Ids(seed)
        self._threads = Threads()
        self._estimator = Estimator()
        self._limits = RateLimits()
        self._definitions = Definitions(settings.tool_schemas)

    def respond(self, request: HttpRequest, body: Body, call: Call | None) -> Reply:
        headers = {"request-id": self._ids.new("req_011C"), **self._limits.headers(request.received)}
        if call is not None:
            return self._message(request, body, call, headers)
        if request.method == "POST" and request.path == "/v1/messages/count_tokens":
            return self._refusal(request, body, "count_tokens", None, headers) or self._count(body, headers)
        if request.method == "GET" and f"{request.path}/".startswith("/v1/models/"):
            return self._models(request, headers)
        return _not_found(MESSAGES[404], headers)  # with or without a key: clients look whether anybody is there

    def _models(self, request: HttpRequest, headers: dict[str, str]) -> Reply:
        if refusal := self._gate.head_refusal(request):
            return self._refused(refusal, None, request.path, headers)
        model_id = request.path.removeprefix("/v1/models").removeprefix("/")
        if not model_id:
            return self._list_models(request, headers)
        model = retrieve_model(model_id, any_id=self._settings.invalid_requests == "off")
        return json_reply(model, headers) if model else _not_found(f"model: {model_id}", headers)

    def _count(self, body: Body, headers: dict[str, str]) -> Reply:
        model = body.fields.get("model")
        known = find_model(model) if isinstance(model, str) else None
        count = self._estimator.input_tokens(Sent(body.fields, body.conversation), known)
        return json_reply({"input_tokens": count}, headers)

    def _list_models(self, request: HttpRequest, headers: dict[str, str]) -> Reply:
        page = list_models(request.query)
        if isinstance(page, Refusal):
            return self._refused(page, None, request.path, headers)
        return json_reply(page, headers)

    def _message(self, request: HttpRequest, body: Body, call: Call, headers: dict[str, str]) -> Reply:
        if reply := self._refusal(request, body, "messages", call, headers):
            return reply
        if "thread" in body.fields and (reply := self._join(request, call, headers)):
            return reply
        try:
            queued = self._take(call)
            turn = self._resolve(queued, call)
            match turn:
                case ErrorTurn():
                    return self._error(turn, request, headers)
                case NetworkErrorTurn():
                    return network_error(turn)
                case _:
                    return self._answer(turn, queued, call, headers)
        except Mismatch as mismatch:
            return error_reply(
                400,
                "invalid_request_error",
                str(mismatch),
                headers | {"x-should-retry": "false"},
                problems=mismatch.problems,
            )

    def _refusal(
        self, request: HttpRequest, body: Body, resource: Resource, call: Call | None, headers: dict[str, str]
    ) -> Reply | None:
        """The refusal of a request for messages or their tokens; switched off, only of what is no JSON object."""
        if self._settings.invalid_requests == "off":
            refusal = self._gate.unreadable(body, request, resource)
        else:
            refusal = self._gate.head_refusal(request) or self._gate.body_refusal(body, request, resource)
        return self._refused(refusal, call, request.path, headers) if refusal else None

    def _refused(self, refusal: Refusal, call: Call | None, path: str, headers: dict[str, str]) -> Reply:
        self.refusals.append(refusal)
        severity = self._settings.invalid_requests
        problems = []
        if severity != "off" and not self.invalid_allowed:
            problems.append(mismatches.refused(refusal, call, path, severity))
        return error_reply(
            refusal.status, refusal.type, refusal.message, headers, details=refusal.details, problems=problems
        )

    def _join(self, request: HttpRequest, call: Call, headers: dict[str, str]) -> Reply | None:
        """Read the request as the whole conversation that its thread makes of it, and judge that."""
        whole = self._threads.join(call.request.sent)
        if isinstance(whole, Refusal):
            return self._refused(whole, call, request.path, headers)
        call.request = Request(call.request.sent, request.headers, whole=whole)
        if self._settings.invalid_requests == "off":
            return None
        refusal = self._gate.rule_refusal(whole.body(), request, "messages")
        return self._refused(refusal, call, request.path, headers) if refusal else None

    def _take(self, call: Call) -> Queued:
        for route in (*self.routes, self.script):
            if (route is self.script or _applies(route, call)) and (queued := route.take()):
                queued.used_by = call.number
                return queued
        severity = self._settings.unscripted
        raise Mismatch(
            mismatches.unscripted(call, self.script, self.routes, "warn" if severity == "warn" else "fail"),
            reported=severity != "off",
        )

    def _resolve(self, queued: Queued, call: Call) -> ServedTurn:
        """The turn itself: computed from the request where a function or `plausible()` stands for it."""
        turn = queued.turn
        while isinstance(turn, ComputedTurn):
            turn = _computed(turn, queued, call)
        if isinstance(turn, Plausible):
            try:
                return plausible_turn(call.request)
            except NoAnswerError as error:
                if self._settings.impossible_turns == "off":
                    return Turn(content=(text(ANSWER),))
                raise self._misfit(queued, call, _no_answer(error)) from None
        return turn

    def _error(self, turn: ErrorTurn, request: HttpRequest, headers: dict[str, str]) -> Reply:
        kind = turn.type or error_type(turn.status, self._gate.profile(request))
        message = turn.message or MESSAGES.get(turn.status, kind.replace("_", " ").capitalize())
        return error_reply(turn.status, kind, message, headers | dict(turn.headers), details=turn.details)

    def _answer(self, turn: Turn | WholeMessage, queued: Queued, call: Call, headers: dict[str, str]) -> Reply:
        try:
            judged = self._settings.tool_inputs != "off"
            message, estimated = compose(turn, call.request.whole, self._ids, self._estimator, inputs_judged=judged)
        except NoInputError as error:
            raise self._misfit(queued, call, _no_input(error)) from None
        problems = [*self._definitions.judge(call), *self._judge(message, queued, call)]
        if "thread" in call.request.sent.fields:
            self._threads.hold(call.request.sent, call.request.whole, message)
        usage = message["usage"]
        self._limits.spend(usage.get("input_tokens") or 0, usage.get("output_tokens") or 0)
        delivery = turn if isinstance(turn, Turn) else Turn()
        if delivery.chunks is None and self._settings.delivery != "events":
            delivery = replace(delivery, chunks=self._settings.delivery)
        return deliver(message, delivery, headers, stream=call.stream, estimated=estimated, problems=problems)

    def _judge(self, message: dict[str, Any], queued: Queued, call: Call) -> Iterator[Problem]:
        """Warnings about the turn; what fails the test is a mismatch."""
        if "tool_use" not in [block["type"] for block in message["content"]]:
            return
        body = call.request.whole.fields
        wrong_calls = impossible(message["content"], body, call.request.betas)
        for finding in chain(wrong_calls, broken_inputs(message, body)):
            match self._settings.severity(finding.kind):
                case "fail":
                    raise self._misfit(queued, call, finding)
                case "warn":
                    yield mismatches.misfit(call, queued, finding, "warn")

    def _misfit(self, queued: Queued, call: Call, finding: Finding) -> Mismatch:
        return Mismatch(mismatches.misfit(call, queued, finding, "fail"))


def _applies(route: Route, call: Call) -> bool:
    try:
        return route.condition is not None and route.condition.matches(call.request)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # that of pytest.fail() is no Exception
        raise Mismatch(mismatches.raised(call, f"when({route.condition})", error)) from error


def _computed(turn: ComputedTurn, queued: Queued, call: Call) -> Any:
    try:
        made = turn.function(call.request)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # that of pytest.fail() is no Exception
        raise Mismatch(mismatches.raised(call, str(queued), error)) from error
    try:
        return as_turn(made, "the function")
    except TypeError as error:
        got = "None" if made is None else str(error)
        raise Mismatch(mismatches.computed_nothing(call, queued, got)) from None


def _no_answer(error: NoAnswerError) -> Finding:
    return Finding(
        "impossible_turns",
        "no_answer_found",
        f"finds no JSON for the schema of output_config.format ({error})",
        None,
        "Write the answer as a str.",
        "output_config.format.schema",
        serveable=False,
    )


def _no_input(error: NoInputError) -> Finding:
    return Finding(
        "tool_inputs",
        "no_input_found",
        f"leaves the input open, and no smallest input was found for the schema ({error})",
        None,
        "Write the input: tool_use(name, {...}).",
        serveable=False,
    )


def _not_found(message: str, headers: dict[str, str]) -> Reply:
    return error_reply(404, "not_found_error", message, headers)
