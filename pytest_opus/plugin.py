"""The pytest plugin: options, markers, the `opus` fixture, and the one hook that fails a test."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from . import _active
from ._config import DESELECTED, MARKERS, OPTIONS, SETTINGS, STATE, TestState, add_options, read_options, read_settings
from ._settings import begin_session, end_session

if TYPE_CHECKING:
    from ._endpoint import Endpoint


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    config.stash[SETTINGS] = read_settings(config)
    begin_session(config.stash[SETTINGS])
    if config.getini("opus_guard"):
        from ._verdict import begin_guard

        begin_guard(config.stash[SETTINGS])
    config.stash[OPTIONS] = read_options(config)
    if config.stash[OPTIONS].collects:
        from ._report.collect import register

        register(config, config.stash[OPTIONS])
    named = any(argument.startswith("opus_tools::") for argument in config.args)
    if named or config.getoption("opus_tools") or config.getini("opus_tools"):
        _register_tools(config)


def _register_tools(config: pytest.Config) -> None:
    from ._tool_items import tool_items

    if items := tool_items(config):
        config.pluginmanager.register(items, "opus_tools")


def pytest_unconfigure(config: pytest.Config) -> None:
    if SETTINGS in config.stash:
        end_session()
    if loopback := sys.modules.get("pytest_opus._adapters.loopback"):
        loopback.stop_unused()
    _active.guard = None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once per way of its marker. A wrong marker fails the test in setup."""
    if any(metafunc.definition.iter_markers("opus_chunking")):
        metafunc.fixturenames.append("_opus_delivery")
        metafunc.parametrize("_opus_delivery", ["events", "bytes", "whole"], indirect=True)
    if "opus_effort" in metafunc.fixturenames and any(metafunc.definition.iter_markers("opus_effort")):
        from ._marks import effort_levels_of

        with suppress(ValueError):
            metafunc.parametrize("opus_effort", effort_levels_of(metafunc.definition), indirect=True)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    if items:
        items[0].config.stash.setdefault(DESELECTED, []).extend(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.stash[SETTINGS].record == "once":
        from ._cassettes import note_fresh

        note_fresh(session)


def pytest_runtest_setup(item: pytest.Item) -> None:
    from ._verdict import prepare

    prepare(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that passed but whose calls are not as they should be; a failing test keeps its own failure."""
    from ._verdict import raise_cause, raise_verdict, watching

    try:
        with watching(item, item.stash[STATE]):
            result = yield
    except BaseException as error:
        raise_cause(item.stash[STATE], error)
        raise
    raise_verdict(item.stash[STATE])
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    yield
    if _active.opened:
        from ._environment import forget_fakes

        forget_fakes()
    if _active.stray or _active.guard:
        from ._verdict import raise_stray

        raise_stray()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and STATE in item.stash:
        from ._verdict import section

        if text := section(report.longreprtext):
            report.sections.append(("opus", text))
    state, options = item.stash.get(STATE, None), item.config.stash[OPTIONS]
    if state and options.collects and state.is_of_interest:
        from ._report.payload import attach

        attach(report, state, options)
    if state and state.cassette and report.when == "call" and report.passed:
        from ._sharing import tell

        if told := tell(item, state):
            report.opus_shared = told  # type: ignore[attr-defined]
    if report.when == "teardown":
        from ._verdict import forget

        forget(item)
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if told := getattr(report, "opus_shared", None):
        from ._sharing import hear

        hear(report.nodeid, told)


@pytest.hookimpl(tryfirst=True)  # whoever writes the outcome of the session must know it
def pytest_sessionfinish(session: pytest.Session) -> None:
    if f"{__package__}._sharing" in sys.modules and not hasattr(session.config, "workerinput"):
        from ._sharing import judge

        judge(session)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if f"{__package__}._sharing" in sys.modules:
        from ._sharing import lines

        for line in lines():
            terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture
def opus(request: pytest.FixtureRequest) -> Iterator[Endpoint]:
    """A fake Messages API for this test; script its turns with `opus.script(...)`.

    While the test runs, every request of the process to a Messages host is answered by it and none reaches the network.
    """
    from ._verdict import opened_for, raise_late

    state: TestState = request.node.stash[STATE]
    with opened_for(state, request.node.nodeid) as endpoint:
        state.endpoint = endpoint
        yield endpoint
    raise_late(state)


@pytest.fixture
def opus_server(opus: Endpoint) -> Endpoint:
    """The endpoint `opus`, which also listens on a loopback URL: for subprocesses, other languages, any HTTP client.

    `ANTHROPIC_BASE_URL` is `opus_server.url` while the test runs; `opus_server.env` is an environment to hand on.
    """
    _ = opus.url
    return opus


@pytest.fixture
def _opus_delivery(request: pytest.FixtureRequest) -> str:
    """How streams are cut in this run of a test that is marked `opus_chunking`."""
    return str(request.param)


@pytest.fixture
def opus_effort(request: pytest.FixtureRequest) -> str:
    """The effort level of this run of the test: one of those that the marker `opus_effort` names."""
    from ._effort import NO_MARKER

    if not hasattr(request, "param"):
        pytest.fail(NO_MARKER, pytrace=False)
    return request.param  # type: ignore[no-any-return]
