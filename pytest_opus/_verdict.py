"""What becomes of a test: its markers read before it runs, its calls judged after it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from . import _active
from ._config import OPTIONS, SETTINGS, STATE, TestState
from ._marks import budget_of, effort_of, is_live, settings_of
from ._settings import Settings

if TYPE_CHECKING:
    from ._cassette.choice import Choice
    from ._endpoint import Endpoint
    from ._ledger.problems import Problem


def prepare(item: pytest.Item) -> None:
    """Read the item's markers; the `opus` and `opus_live` markers alone ask for the fixture."""
    taped = item.get_closest_marker("opus_cassette") is not None
    asked_live = item.config.getoption("opus_live")
    live = asked_live if taped else is_live(item)
    if live and not asked_live:
        pytest.skip("calls the real API: run it with --opus-live")
    try:
        settings = settings_of(item, item.config.stash[SETTINGS])
        budget, effort = budget_of(item), effort_of(item)
        attempt, told = _again(item)
        cassette = _cassette_of(item) if taped else None
        state = TestState(
            settings, budget, live=live, effort=effort, attempt=attempt, told=told, cassette=None if live else cassette
        )
    except ValueError as error:
        message = str(error)
    else:
        item.stash[STATE] = state
        _active.begin_test(state.seen)
        if live or taped or item.get_closest_marker("opus"):
            _ask_for_fixture(item)
        return
    pytest.fail(message, pytrace=False)  # outside the except block, which pytest would show too


def _cassette_of(item: pytest.Item) -> Choice | None:
    from ._cassette_marks import choice_of

    return choice_of(item)


def _again(item: pytest.Item) -> tuple[int, bool]:
    """Which run of the test this is, and whether a report told of an earlier one; plugins that rerun keep its item."""
    before = item.stash.get(STATE, None)
    return (before.attempt + 1, before.told) if before else (1, False)


def _ask_for_fixture(item: pytest.Item) -> None:
    """Put `opus` where `usefixtures` would: before the function's own fixtures, after those of wider scope."""
    names: list[str] = getattr(item, "fixturenames", [])
    if "opus" in names:
        return
    definitions = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    wider = [name for name in names if name in definitions and definitions[name][-1].scope != "function"]
    names.insert(names.index(wider[-1]) + 1 if wider else 0, "opus")


@contextmanager
def endpoint_of(item: pytest.Item) -> Iterator[Endpoint]:
    """The item's endpoint, which answers while the block runs."""
    state = item.stash[STATE]
    with _opened_for(state, item.nodeid) as endpoint:
        state.endpoint = endpoint
        yield endpoint
    raise_late(state)


def judged(item: pytest.Item) -> Generator[None, Any, Any]:
    """The call phase: a test that passed fails if its calls are not as they should be."""
    state = item.stash[STATE]
    try:
        with watching(item, state):
            result = yield
    except BaseException as error:
        raise_cause(state, error)
        raise
    raise_verdict(state)
    return result


def raise_verdict(state: TestState) -> None:
    """Fail a test that passed, if its calls are not as they should be."""
    from ._ledger.problems import settle

    problems = []
    if state.endpoint:
        state.endpoint.judge()
        problems = state.endpoint.problems
    state.judged = len(problems)
    messages = [*settle(problems), *guarded(), *_overruns(state), *_missing_effort(state)]
    if not messages and state.cassette and state.endpoint:
        messages = _saved(state.endpoint)
    if messages:
        pytest.fail("\n\n".join(messages), pytrace=False)


def _saved(endpoint: Endpoint) -> list[str]:
    """Write what a test that passed has recorded; what keeps it from being written fails the test."""
    from ._cassette.interaction import CassetteError

    try:
        endpoint.save()
    except CassetteError as error:
        return [str(error)]
    return []


def _overruns(state: TestState) -> list[str]:
    from ._ledger.problems import warn

    if state.budget is None:
        return []
    if overrun := state.budget.overrun(state.seen):
        return [overrun]
    tolerated = state.budget.tolerated(state.seen)
    return warn(tolerated) if tolerated else []


def _missing_effort(state: TestState) -> list[str]:
    if state.effort is None:
        return []
    from ._effort import not_carried

    missing = not_carried(state.effort, state.seen)
    return [missing] if missing else []


def raise_cause(state: TestState, error: BaseException) -> None:
    """For a test that ended with `error`: if a function of its script raised, that is the failure to show."""
    from ._ledger.problems import raise_exceptions

    problems = state.endpoint.problems if state.endpoint else []
    state.judged = len(problems)
    guarded()  # the failure tells of what was refused
    if isinstance(error, Exception | pytest.fail.Exception):  # not where it was skipped or interrupted
        raise_exceptions(problems)
        _raise_misses(problems, error)


def _raise_misses(problems: Sequence[Problem], error: BaseException) -> None:
    """Show requests that are not in the cassette as the failure, where the error that ended the test tells of one.

    The traceback of that error leads through the HTTP client to an answer of ours.
    """
    missed = [problem for problem in problems if problem.kind == "unrecorded" and problem.severity == "fail"]
    told = " ".join(map(str, _chain(error)))
    if any(problem.summary in told for problem in missed):
        raise pytest.fail.Exception("\n\n".join(problem.message for problem in missed), pytrace=False) from None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def raise_late(state: TestState) -> None:
    """Problems that arose after the test was judged are errors of its teardown."""
    from ._ledger.problems import settle

    late = state.endpoint.problems[state.judged :] if state.endpoint and state.judged is not None else []
    if messages := settle(late):
        pytest.fail("\n\n".join(messages), pytrace=False)


def begin_guard(settings: Settings) -> None:
    """Refuse and remember every request to a Messages host that no endpoint answers or watches."""
    from ._adapters import cover_libraries
    from ._guard import Guard

    _active.guard = Guard(settings)
    cover_libraries()


def guarded() -> list[str]:
    """What the guard refused since it was asked last."""
    if _active.guard is None:
        return []
    messages = [problem.message for problem in _active.guard.problems]
    _active.guard.problems.clear()
    return messages


def clear_up() -> None:
    """The end of a teardown: nothing of an endpoint stays, and what came too late is told."""
    if _active.opened:
        from ._environment import forget_fakes

        forget_fakes()
    if _active.stray or _active.guard:
        raise_stray()


def complete(report: pytest.TestReport, item: pytest.Item) -> None:
    """Add to the report of a phase what the endpoint saw; after the last one, forget the test."""
    state, options = item.stash.get(STATE, None), item.config.stash[OPTIONS]
    if report.failed and state and (text := section(report.longreprtext)):
        report.sections.append(("opus", text))
    if state and options.collects and state.is_of_interest:
        from ._report.payload import attach

        attach(report, state, options)
    if state and state.cassette and report.when == "call" and report.passed:
        from ._sharing import tell

        if told := tell(item, state):
            report.opus_shared = told  # type: ignore[attr-defined]
    if report.when == "teardown":
        forget(item)


def raise_stray() -> None:
    """Requests that no test was there to judge are an error of the teardown during which they came to light.

    They come from tasks that outlived their test, or, past the guard, from fixtures and finalizers.
    """
    messages = [problem.message for problem in _active.stray] + guarded()
    _active.stray.clear()
    if messages:
        pytest.fail("\n\n".join(messages), pytrace=False)


def forget(item: pytest.Item) -> None:
    """Let go of what a test needed: pytest keeps its items until the session ends."""
    if state := item.stash.get(STATE, None):
        state.endpoint, state.seen = None, []
    _active.opened.clear()


@contextmanager
def _opened_for(state: TestState, name: str) -> Iterator[Endpoint]:
    """The endpoint of a test; a cassette that cannot be used fails it."""
    from ._opened import opened

    with ExitStack() as stack:
        if state.cassette is None:
            yield stack.enter_context(opened(state.settings, name, live=state.live))
            return
        from ._cassette.interaction import CassetteError

        try:
            endpoint = stack.enter_context(opened(state.settings, name, cassette=state.cassette))
        except CassetteError as error:
            message = str(error)
        else:
            yield endpoint
            return
    pytest.fail(message, pytrace=False)


@contextmanager
def watching(item: pytest.Item, state: TestState) -> Iterator[None]:
    """Watch live calls of a test that no endpoint answers, where a budget, an effort level or the run asks for them."""
    asked = state.budget or state.effort or item.config.stash[OPTIONS].limited
    if not asked or _active.current() is not None:
        yield
        return
    from ._opened import opened

    with opened(state.settings, item.nodeid, live=True):
        yield


def section(shown: str) -> str:
    """The report section of a failing test: problems that `shown` does not show yet, and the transcript.

    A test may open hundreds of endpoints; the last few tell enough.
    """
    parts = []
    for endpoint in _active.opened:
        parts += [problem.message for problem in endpoint.problems if not _stands_in(problem.message, shown)]
        parts.append(endpoint.transcript() or "(no request was seen)")
    return "\n\n".join(parts)


def _stands_in(message: str, shown: str) -> bool:
    """Whether a report shows `message`; it may have marked each line of it."""
    return all(line in shown for line in message.splitlines())
