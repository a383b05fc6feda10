"""The limits of a whole run, `--opus-budget` and `--opus-budget-usd`: once exceeded, no further test starts.

Each process adds up what the reports of its tests tell. Workers of xdist share their sums through a file to which each
of them appends a line per report: so a worker knows of the others before it starts a test, and what a worker has spent
outlives its crash.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from .._config import RunOptions
from .._ledger.prices import cost, no_price, unpriced
from .._ledger.usage import Usage
from .model import RunLimit
from .payload import call_from_wire


class Limit:
    """Watches what live calls use, and keeps tests from starting.

    Args:
        shared: the file that the workers of a run share; `None` on the controller and in a run without workers.
    """

    def __init__(self, options: RunOptions, shared: str | None) -> None:
        self._options = options
        self._shared = shared
        self._read = 0
        self._tokens = 0
        self._usd = Decimal(0)
        self._unpriced: dict[str, None] = {}
        self._own_file: str | None = None

    @property
    def state(self) -> RunLimit:
        return RunLimit(
            tokens=self._options.budget,
            usd=self._options.budget_usd,
            spent_tokens=self._tokens,
            spent_usd=None if self._unpriced else self._usd,
            exceeded=self.exceeded(),
        )

    def exceeded(self) -> str | None:
        """The sentence that ends the run; `None` while its limits hold."""
        from .._columns import dollars

        tokens, usd = self._options.budget, self._options.budget_usd
        if tokens is not None and self._tokens > tokens:
            return f"opus: the run has used {self._tokens:,} tokens of {tokens:,} (--opus-budget)"
        if usd is not None and self._unpriced:
            unknown = " ".join(map(no_price, self._unpriced))
            return f"opus: the cost of the run is limited (--opus-budget-usd), but not known. {unknown.rstrip('.')}"
        if usd is not None and self._usd > usd:
            return f"opus: the run has cost {dollars(self._usd)} of {dollars(usd)} (--opus-budget-usd)"
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        live = [call for call in getattr(report, "opus", {}).get("calls", ()) if call.get("live")]
        if not live:
            return
        usage = Usage.total(call_from_wire(call).usage for call in live)
        usd = Decimal(0) if self._options.budget_usd is None else cost(usage)
        line = [str(usage.total_tokens), str(usd), *((unpriced(usage) or ["?"]) if usd is None else ())]
        if self._shared is None:
            self._add(line)
        else:
            with open(self._shared, "a", encoding="utf-8") as file:  # noqa: PTH123 - appended to by several processes
                file.write("\t".join(line) + "\n")

    def _add(self, line: Iterable[str]) -> None:
        tokens, usd, *unknown = line
        self._tokens += int(tokens)
        self._usd += Decimal(0) if unknown else Decimal(usd)
        self._unpriced |= dict.fromkeys(unknown)

    def _catch_up(self) -> None:
        """Take in what the workers have appended since."""
        if self._shared is None:
            return
        with open(self._shared, encoding="utf-8") as file:  # noqa: PTH123 - read from where it was left
            file.seek(self._read)
            lines = file.readlines()
            self._read = file.tell()
        for line in lines:
            self._add(line.rstrip("\n").split("\t"))

    @pytest.hookimpl(tryfirst=True)  # before the test, or an attempt to run it again, begins
    def pytest_runtest_protocol(self, item: pytest.Item) -> object:
        self._catch_up()
        sentence = self.exceeded()
        if sentence is None:
            return None
        item.session.shouldfail = sentence
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Plugins that run a failed test again do so within its protocol."""
        self._catch_up()
        if sentence := self.exceeded():
            pytest.fail(sentence, pytrace=False)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.exceeded() and session.exitstatus != pytest.ExitCode.INTERNAL_ERROR:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if sentence := self.exceeded():
            terminalreporter.write_line(f"{sentence}; no further test was started", red=True, bold=True)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """On the controller: tell a worker of xdist which file to share."""
        if self._own_file is None:
            handle, self._own_file = tempfile.mkstemp(prefix="pytest-opus-")
            os.close(handle)
        node.workerinput["opus_spent"] = self._own_file

    def pytest_unconfigure(self) -> None:
        if self._own_file is not None:
            os.unlink(self._own_file)  # noqa: PTH108
