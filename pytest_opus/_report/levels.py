"""Effort levels compared: what each costs, how long it takes, and how often it does the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from statistics import median

from .._api.models import EFFORT_LEVELS
from .model import Calls, Report, TestRow


@dataclass(frozen=True, kw_only=True)
class Times:
    """Median and 95th percentile of the seconds that live and recorded calls took."""

    median: float
    p95: float


@dataclass(frozen=True, kw_only=True)
class Level:
    """The tests of one effort level. `calls` are those of the last attempts; skipped tests are not counted."""

    name: str
    tests: int
    passed: int
    calls: Calls
    first_byte: Times | None
    seconds: Times | None

    @property
    def pass_rate(self) -> float:
        return self.passed / self.tests if self.tests else 0.0


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The levels from low to max; those that no other beats in everything, and the cheapest that passes often enough.

    `even` says whether the same tests ran with every level: if not, sums cannot be compared.
    """

    levels: Sequence[Level]
    front: Sequence[str]
    cheapest: str | None
    even: bool
    min_pass_rate: float


def compare_levels(report: Report) -> Comparison | None:
    """The comparison of a run; `None` if fewer than two levels were run."""
    rows = [test for test in report.tests if test.effort and test.outcome != "skipped"]
    names = [name for name in EFFORT_LEVELS if any(row.effort == name for row in rows)]
    if len(names) < 2:
        return None
    levels = [_level(name, [row for row in rows if row.effort == name]) for name in names]
    passing = [level for level in levels if level.pass_rate >= report.min_pass_rate]
    price = _price(levels)
    return Comparison(
        levels=levels,
        front=pareto_front(levels),
        cheapest=min(passing, key=lambda level: price[level.name]).name if passing else None,
        even=len({frozenset(_without_level(row) for row in rows if row.effort == name) for name in names}) == 1,
        min_pass_rate=report.min_pass_rate,
    )


def _without_level(row: TestRow) -> str:
    """The id of a test without the effort level in its parameters."""
    head, bracket, parameters = row.nodeid.partition("[")
    kept = parameters.removesuffix("]").split("-")
    if row.effort in kept:
        kept.remove(row.effort)
    return f"{head}{bracket}{'-'.join(kept)}"


def _level(name: str, rows: Sequence[TestRow]) -> Level:
    calls = Calls([call for row in rows for call in row.calls.rows])
    measured = calls.measured.rows
    return Level(
        name=name,
        tests=len(rows),
        passed=sum(row.outcome == "passed" for row in rows),
        calls=calls,
        first_byte=times([row.first_byte for row in measured if row.first_byte is not None]),
        seconds=times([row.seconds for row in measured if row.seconds is not None]),
    )


def times(seconds: Sequence[float]) -> Times | None:
    """The 95th percentile is the smallest of the values that 95% of them do not exceed."""
    if not seconds:
        return None
    return Times(median=median(seconds), p95=sorted(seconds)[ceil(len(seconds) * 0.95) - 1])


def _price(levels: Sequence[Level]) -> dict[str, Decimal]:
    """What each level costs; in tokens if one of them has no known cost."""
    costs = {level.name: level.calls.cost for level in levels}
    known = {name: cost for name, cost in costs.items() if cost is not None}
    return known if len(known) == len(costs) else {level.name: Decimal(level.calls.tokens) for level in levels}


def pareto_front(levels: Sequence[Level]) -> list[str]:
    """The levels that no other one beats: none is as good in pass rate, cost and latency, and better in one of them.

    Latency, the median to the end of an answer, counts where it is known of every level.
    """
    price = _price(levels)
    timed = all(level.seconds for level in levels)
    scores = {
        level.name: (
            -level.pass_rate,
            price[level.name],
            level.seconds.median if timed and level.seconds else 0.0,
        )
        for level in levels
    }
    return [name for name, score in scores.items() if not any(_beats(other, score) for other in scores.values())]


def _beats(one: tuple[float | Decimal, ...], other: tuple[float | Decimal, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))
