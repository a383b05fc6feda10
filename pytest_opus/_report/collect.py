"""The collector: takes what test reports tell, and has it shown and written when the run ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import pytest

from .._config import RunOptions, verbosity

if TYPE_CHECKING:
    from .model import Outcome, Report, TestRow

_RANK = ("passed", "skipped", "failed", "error")


def register(config: pytest.Config, options: RunOptions) -> None:
    """Put the collector to work; on a worker of xdist only the limits of the run are watched."""
    limit = None
    if options.limited:
        from .limit import Limit

        limit = Limit(options, getattr(config, "workerinput", {}).get("opus_spent"))
        config.pluginmanager.register(limit, "opus-limit")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Collector(options, limit), "opus-collector")


class Attempt:
    """One run of one test, as its reports have told so far."""

    def __init__(self) -> None:
        self.outcome = "passed"
        self.calls: list[dict[str, Any]] = []
        self.told: dict[str, Any] = {}

    def add(self, report: pytest.TestReport, payload: dict[str, Any]) -> None:
        outcome: str = "error" if report.failed and report.when != "call" else report.outcome
        if outcome == "rerun":  # as plugins that run a failed test again call it
            outcome = "failed"
        if outcome in _RANK and _RANK.index(outcome) > _RANK.index(self.outcome):
            self.outcome = outcome
        self.calls += payload["calls"]
        self.told |= payload


class Collector:
    """Gathers the payloads of reports. Nothing is made of them before the end of the run."""

    def __init__(self, options: RunOptions, limit: Any = None) -> None:
        self.attempts: dict[str, dict[tuple[str, int], Attempt]] = {}
        self.crashed: list[str] = []
        self._options = options
        self._limit = limit
        self._report: Report | None = None
        self._unwritten: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        payload = getattr(report, "opus", None)
        if payload is not None:
            runs = self.attempts.setdefault(report.nodeid, {})
            key = (getattr(report, "worker_id", ""), payload["attempt"])
            runs.setdefault(key, Attempt()).add(report, payload)
        elif report.when not in ("setup", "call", "teardown"):  # the test took its worker down
            self.crashed.append(report.nodeid)

    def report(self) -> Report:
        """What the run used; no property, which some versions of pytest read when they look for hooks."""
        if self._report is None:
            from .model import Report

            self._report = Report(
                tests=list(self._rows()),
                crashed=self.crashed,
                limit=self._limit.state if self._limit else None,
                min_pass_rate=self._options.min_pass_rate,
                created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            )
        return self._report

    def _rows(self) -> Iterator[TestRow]:
        for nodeid, runs in self.attempts.items():
            yield _row(nodeid, list(runs.values()), crashed=nodeid in self.crashed)

    @pytest.hookimpl(trylast=True)  # the terminal has said what failed
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._options.shown:
            self._show(terminalreporter)
        for sentence in self._unwritten:
            terminalreporter.write_line(sentence, red=True, bold=True)

    def _show(self, terminal: Any) -> None:
        from .terminal import summary

        lines = summary(
            self.report(),
            everything=self._options.usage == "all",
            verbose=verbosity(terminal.config) > 0,
            width=get_terminal_size().columns,
            max_age=self._options.max_age,
        )
        if lines:
            terminal.write_sep("=", "opus usage", bold=True)
        for line in lines:
            terminal.write_line(line.text, **dict.fromkeys(line.markup, True))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.config.option.collectonly:
            return  # nothing was run; the report of the last run stands
        for path in self._options.reports:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_render(self.report(), path.suffix), encoding="utf-8")
            except OSError as error:
                self._unwritten.append(f"opus: the report {path} cannot be written: {error.strerror}")
                session.exitstatus = pytest.ExitCode.USAGE_ERROR


def _row(nodeid: str, runs: list[Attempt], *, crashed: bool) -> TestRow:
    from .model import Calls, Taped, TestRow, shares_from_wire
    from .payload import call_from_wire

    last = runs[-1]
    outcome: Outcome = "crashed" if crashed else last.outcome  # type: ignore[assignment]
    return TestRow(
        nodeid=nodeid,
        outcome=outcome,
        calls=Calls([call_from_wire(wire) for wire in last.calls]),
        earlier=Calls([call_from_wire(wire) for run in runs[:-1] for wire in run.calls]),
        attempts=len(runs),
        effort=last.told.get("effort"),
        budget=shares_from_wire(last.told.get("budget", ())),
        problems=last.told.get("problems", ()),
        transcript=last.told.get("transcript", ""),
        cassette=Taped(**last.told["cassette"]) if "cassette" in last.told else None,
    )


def _render(report: Report, suffix: str) -> str:
    if suffix == ".json":
        from .json import render_json

        return render_json(report)
    from .markdown import render_markdown

    return render_markdown(report)
