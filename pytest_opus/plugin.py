"""The pytest plugin: its hooks and fixtures. What they do is imported when it is first done."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ._endpoint import Endpoint


def pytest_addoption(parser: pytest.Parser) -> None:
    from ._config import add_options

    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    from ._config import begin

    begin(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    from ._config import end

    end(config)


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
        from ._config import DESELECTED

        items[0].config.stash.setdefault(DESELECTED, []).extend(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    from ._config import SETTINGS

    if session.config.stash[SETTINGS].record == "once":
        from ._cassette_marks import note_fresh

        note_fresh(session)


def pytest_runtest_setup(item: pytest.Item) -> None:
    from ._verdict import prepare

    prepare(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that passed but whose calls are not as they should be; a failing test keeps its own failure."""
    from ._verdict import judged

    return (yield from judged(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    yield
    from ._verdict import clear_up

    clear_up()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    from ._verdict import complete

    complete(report, item)
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
    from ._verdict import endpoint_of

    with endpoint_of(request.node) as endpoint:
        yield endpoint


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
