"""The endpoint of a test: its script, its ledger, and the requests that it answers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from functools import cached_property
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any

from . import _active
from ._api.describe import concealing, counted
from ._api.reader import Body, BodyReader
from ._api.request import Request, Sent
from ._exchange import Exchange, Forwarding
from ._hosts import Claim, api_path, bases, is_loopback
from ._http import Forward, HttpRequest, decoded
from ._judges.leftovers import unused_turns
from ._judges.task_budget import Task, declared_task, remaining_dropped
from ._judges.watched import Watched
from ._ledger.call import Call, Probe, ToolCall, tool_calls
from ._ledger.ledger import Ledger
from ._ledger.phases import Phase, Phases
from ._ledger.problems import Problem
from ._ledger.transcript import transcript
from ._ledger.usage import Usage
from ._responders import Responder
from ._responders.elsewhere import AfterTheEnd, UnknownHost, unanswered, unforeseen
from ._responders.expect_invalid import ExpectInvalid
from ._responders.live import Live
from ._responders.mismatches import raised
from ._responders.scripted import Scripted
from ._script.blocks import shown
from ._script.routes import Pattern, Route, condition
from ._script.turns import TurnLike
from ._settings import Settings

if TYPE_CHECKING:
    import anthropic

    from ._adapters.loopback import Listening
    from ._responders.recorded import Deck, Recorded


_NOTHING_TO_CONCEAL = nullcontext()


class Endpoint:
    """A fake Messages API. The `opus` fixture and `endpoint()` make one; annotate with it, do not construct it.

    def test_fixes_the_bug(opus: Endpoint):
        opus.script(tool_use("run_tests", {"file": "test_name.py"}), "All tests pass now.")
        assert run_agent("Fix this bug") == "All tests pass now."
        assert [call.name for call in opus.tool_calls] == ["run_tests"]
    """

    def __init__(self, settings: Settings, name: str, *, live: bool = False, recorded: Recorded | None = None) -> None:
        self._settings = settings
        self.name = name
        self._live = Live() if live else None
        self._recorded = recorded
        self._watched = Watched(settings)
        self._ledger = Ledger()
        self._phases = Phases()
        self._reader = BodyReader()
        self._scripted = Scripted(settings, seed=name)
        self._listening: Listening | None = None
        self._exit = ExitStack()
        self._lock = Lock()
        self._closed = False
        self._judged = False

    def script(self, *turns: TurnLike) -> None:
        """Queue turns; each call takes the next one.

        A turn is a str, a content block or a list of them, a `{"type": "message"}` dict, `turn(...)`, an error turn
        such as `rate_limited()`, `plausible()`, or a function that makes one of these from the request.

        Raises:
            TypeError: a value that is no turn; the message says what is accepted.
        """
        __tracebackhide__ = True
        self._only_scripted("script()")
        self._scripted.script.script(*turns)

    def otherwise(self, turn: TurnLike) -> None:
        """Answer with `turn` whenever the script is used up. A later call replaces the turn."""
        __tracebackhide__ = True
        self._only_scripted("otherwise()")
        self._scripted.script.otherwise(turn)

    def when(
        self,
        *,
        model: Pattern | None = None,
        system: Pattern | None = None,
        tools: str | Iterable[str] | None = None,
        user: Pattern | None = None,
        where: Callable[[Request], object] | None = None,
    ) -> Route:
        """A script of its own for the requests that meet all given conditions.

        Args:
            model, system, user: a substring of the model, of the system prompt, of the last user text, or a compiled
                regex to search there.
            tools: a tool's name or several, which the request must offer.
            where: any condition on the request.

        Raises:
            TypeError: no condition, or one of another type.

            opus.when(system="You review code").script("Looks good.")
        """
        __tracebackhide__ = True
        self._only_scripted("when()")
        route = Route(condition(model=model, system=system, tools=tools, user=user, where=where))
        self._scripted.routes.append(route)
        return route

    def phase(
        self,
        name: str,
        *,
        model: Pattern | None = None,
        system: Pattern | None = None,
        tools: str | Iterable[str] | None = None,
        user: Pattern | None = None,
        where: Callable[[Request], object] | None = None,
    ) -> Phase:
        """Name a part of the test's work, for `call.phase` and the phases of a token budget.

        With conditions, which are those of `when()`, it is a rule: every call that meets them belongs to the phase,
        unless an earlier rule matches too. Without any, the calls made within the block do, whatever the rules say.

            opus.phase("tool_execution", tools="run_tests", where=lambda request: request.tool_results)
            with opus.phase("verification"):
                verify()

        Raises:
            TypeError: a name that is no text, or a condition of another type than is accepted.
        """
        __tracebackhide__ = True
        if not isinstance(name, str) or not name:
            raise TypeError(f"phase(): the name is {shown(name)}; a name is expected.")
        name = str.__str__(name)  # members of an enumeration are names too
        conditions = {"model": model, "system": system, "tools": tools, "user": user, "where": where}
        is_rule = any(value is not None for value in conditions.values())
        if is_rule:
            self._phases.add_rule(name, condition(**conditions, caller="phase()").matches)
        return Phase(self._phases, name, rule=is_rule)

    def expect_invalid(self) -> ExpectInvalid:
        """Say that refused requests are meant: from here on, or, as a context manager, within it: it demands one."""
        return ExpectInvalid(self._scripted)

    @property
    def calls(self) -> list[Call]:
        """Every attempt on `POST /v1/messages`, in order of arrival."""
        return list(self._seen.calls)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """Every `tool_use` that was issued, joined with the result that the program sent back."""
        return tool_calls(self._seen.calls)

    @property
    def usage(self) -> Usage:
        """The tokens of all calls together."""
        return Usage.total(call.usage for call in self._seen.calls)

    @property
    def task_budget(self) -> Task | None:
        """The task budget that the program declared last: `declared`, `spent`, `remaining`; `None` if it has none.

        Spent is what the API counts: what the model writes and newly sees, not history that is sent again.
        """
        return declared_task(self._seen.calls)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong so far. Turns that nobody asked for are added when the test's call phase ends."""
        return list(self._seen.problems)

    def transcript(self) -> str:
        """What went back and forth, as text."""
        with self._concealing():
            text = transcript(self._seen)
        return self._conceal(text) if self._live or self._recorded else text

    @property
    def _seen(self) -> Ledger:
        """The ledger, with what clients of the server have done so far."""
        if self._listening is not None and not self._closed:
            self._listening.settle()
        return self._ledger

    @property
    def url(self) -> str:
        """A base URL of its own, `http://127.0.0.1:PORT/PATH`, for clients in other processes and in other languages.

        From its first use on the endpoint listens there, and `ANTHROPIC_BASE_URL` is this URL until the test ends.

        Raises:
            RuntimeError: the test has ended.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("opus.url: the test has ended, and its endpoint listens no more.")
            if self._listening is None:
                from ._adapters.loopback import listening

                self._listening = self._exit.enter_context(listening(self))
            return self._listening.url

    @property
    def env(self) -> dict[str, str]:
        """A copy of `os.environ` for a subprocess, with `ANTHROPIC_BASE_URL` set to `url`.

        subprocess.run(["node", "agent.mjs"], env=opus.env, check=True)
        """
        url = self.url
        return {**os.environ, "ANTHROPIC_BASE_URL": url}

    def client(self, **kw: Any) -> anthropic.Anthropic:
        """An `anthropic.Anthropic` client wired to this endpoint; `kw` goes to its constructor.

        Raises:
            ImportError: the SDK is not installed.
        """
        from ._adapters.sdk import sync_client

        return sync_client(self, kw)

    def async_client(self, **kw: Any) -> anthropic.AsyncAnthropic:
        """An `anthropic.AsyncAnthropic` client wired to this endpoint; `kw` goes to its constructor.

        Raises:
            ImportError: the SDK is not installed.
        """
        from ._adapters.sdk import async_client

        return async_client(self, kw)

    def claim(self, host: str, port: int, path: str, header_names: Iterable[str]) -> Claim | None:
        """Whether a request is ours to answer; for adapters."""
        found = api_path(host, port, path, bases(self._settings))
        if found is not None:
            return Claim(found, known_host=True)
        if self._live or self._settings.unknown_host == "off" or not path.endswith("/v1/messages") or is_loopback(host):
            return None
        spoken = any(name.lower().startswith(("anthropic-", "x-api-key")) for name in header_names)
        return Claim(path, known_host=False) if spoken else None

    def forbid(self, host: str, port: int | None, *, recordable: bool) -> str | None:
        """Why nothing may be sent to an address by any other way than through an adapter; for adapters.

        `recordable` unless it is known that no adapter sends it: then it must not be paid for and lost.
        """
        if self._live or (self.forwards and recordable):
            return None
        if api_path(host, port or 443, "/", bases(self._settings)) is None:
            return None
        if is_loopback(host) and not self._recorded:
            return None
        kind = "unrecorded" if self._recorded else "unknown_host"
        problem = unanswered(host, kind, "warn" if self._settings.severity(kind) == "warn" else "fail")
        known = any(one.summary == problem.summary for one in self._ledger.problems)  # clients try again
        if self._settings.severity(kind) != "off" and not known:
            self._note(problem)
        return problem.summary

    @property
    def calls_functions(self) -> bool:
        """Whether functions of the test take part in its answers, which may take their time; for adapters."""
        return any(route.calls_functions for route in (self._scripted.script, *self._scripted.routes))

    def handle(self, request: HttpRequest, *, known_host: bool = True) -> Exchange | Forwarding:
        """The answer to a request that this endpoint claims; for adapters."""
        with self._concealing():
            return self._handle(request, known_host=known_host)

    def _handle(self, request: HttpRequest, *, known_host: bool) -> Exchange | Forwarding:
        responder = self._responder(known_host=known_host)
        request = decoded(request)
        body = self._reader.read(request.body) if request.method == "POST" else Body()
        call = None
        if request.method == "POST" and (request.path == "/v1/messages" or not known_host):
            asked = Request(Sent(body.fields, body.conversation), request.headers)
            call = self._ledger.open_call(asked, perf_counter())
            _active.saw(call)
        try:
            reply = responder.respond(request, body, call)
        except Exception as error:  # noqa: BLE001 - nothing unforeseen may reach the client as a network error
            reply = unforeseen(request, call, error)
        if call is not None:
            self._observe(call)
        if isinstance(reply, Forward):
            return Forwarding(call, self._watch, reply)
        if call is None:
            self._ledger.entries.append(Probe(method=request.method, path=request.path, status=reply.status))
        else:
            call.answer(reply)
            if call.recorded and reply.failure is None:
                self._judge_answer(call)
        self._note(*reply.problems)
        if self._closed:
            _active.stray += reply.problems
        return Exchange(reply, call, request.read_timeout, self._note)

    def missed(self, request: HttpRequest, reason: str) -> None:
        """Note a request that was perhaps meant for this endpoint; for adapters."""
        self._ledger.entries.append(Probe(method=request.method, path=request.path, status=404, reason=reason))

    def _observe(self, call: Call) -> None:
        """Name the call's phase, and see whether it keeps its task budget."""
        try:
            call.phase = self._phases.name_of(call.request)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a function of the test raises
            self._note(raised(call, "the condition of a phase", error))
        self._check_task_budget(call, ended=False)

    def _check_task_budget(self, call: Call, *, ended: bool) -> None:
        severity = self._settings.task_budgets
        if severity == "off":
            return
        problem = remaining_dropped(call, self._ledger.calls, severity, ended=ended)
        if problem and all(known.code != problem.code or known.call is not call for known in self._ledger.problems):
            self._note(problem)

    def _watch(self, call: Call) -> None:
        """Note the problems of a call that the real API has answered."""
        if call.end == "complete":
            with self._concealing():
                self._judge_answer(call)

    def _judge_answer(self, call: Call) -> None:
        self._note(*self._watched.judge(call))

    def _responder(self, *, known_host: bool) -> Responder:
        if self._closed:
            return AfterTheEnd(self.name)
        if not known_host:
            return UnknownHost(self._settings)
        return self._live or self._recorded or self._scripted

    def _only_scripted(self, what: str) -> None:
        __tracebackhide__ = True
        if self._live:
            raise RuntimeError(f"opus.{what}: this test is live, the real API answers; a script has no effect here.")
        if self._recorded:
            raise RuntimeError(f"opus.{what}: this test replays a cassette; a script has no effect here.")

    @property
    def deck(self) -> Deck | None:
        """The cassette that answers, with what is needed to play it."""
        return self._recorded.deck if self._recorded else None

    @property
    def taped(self) -> dict[str, Any] | None:
        """What became of the cassette, for reports."""
        return self._recorded.facts() if self._recorded else None

    @property
    def forwards(self) -> bool:
        """Whether calls may reach the real API."""
        return self._live is not None or (self._recorded is not None and self._recorded.deck.choice.records)

    def judge(self) -> None:
        """Add what can be said only at the end: turns that nobody asked for. Judging twice adds nothing."""
        with self._concealing():
            self._judge()

    def _judge(self) -> None:
        for call in self._ledger.calls:
            self._check_task_budget(call, ended=True)
        if self._judged:
            return
        self._judged = True
        if self._recorded:
            self._note(*self._recorded.judge())
            return
        severity = self._settings.unused_turns
        if severity == "off":
            return
        problem = unused_turns([self._scripted.script, *self._scripted.routes], self._ledger, severity)
        if problem:
            self._note(problem)

    def _note(self, *problems: Problem) -> None:
        """Add to the ledger; what is told of real calls and recorded ones holds no secrets."""
        if self._live or self._recorded:
            problems = tuple(replace(problem, message=self._conceal(problem.message)) for problem in problems)
        self._ledger.problems += problems

    def _concealing(self) -> AbstractContextManager[None]:
        return concealing(self._conceal) if self._live or self._recorded else _NOTHING_TO_CONCEAL

    @cached_property
    def _conceal(self) -> Callable[[str], str]:
        if self._recorded:
            return self._recorded.deck.normal.scrubber.text
        from ._recording import machine_scrubber

        return machine_scrubber().text

    def save(self) -> None:
        """Write what was recorded.

        Raises:
            CassetteError: the recording holds a secret or is not over, or the file cannot be written.
        """
        if self._recorded:
            from ._recording import save_cassette

            save_cassette(self._recorded)

    def close(self) -> None:
        """Answer nothing any more, nor listen; deliveries that never ended count as aborted."""
        with self._lock:
            self._closed = True
        self._exit.close()
        for call in self._ledger.calls:
            call.end = call.end or "aborted"

    def __repr__(self) -> str:
        calls, problems = counted(len(self._ledger.calls), "call"), counted(len(self._ledger.problems), "problem")
        return f"<Endpoint: {calls}, {self._scripted.script.summary}{f', {problems}' * bool(self._ledger.problems)}>"
