"""What a run used, as values. All output is made from a `Report`, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from .._ledger.usage import Usage

Outcome = Literal["passed", "failed", "skipped", "error", "crashed"]


@dataclass(frozen=True, kw_only=True)
class CallRow:
    """One call, as far as a report tells of it."""

    usage: Usage
    model: str | None = None
    status: int | None = None
    end: str | None = None
    phase: str | None = None
    effort: str | None = None
    live: bool = False
    recorded: bool = False
    seconds: float | None = None
    first_byte: float | None = None
    noted_cost: Decimal | None = field(default=None, compare=False)
    """What the call cost by the prices of the run that made it; a report that was read from a file keeps to those."""

    @property
    def cost(self) -> Decimal | None:
        """US dollars, `None` if a model has no known price."""
        if self.noted_cost is not None:
            return self.noted_cost
        from .._ledger.prices import cost

        return cost(self.usage)

    @property
    def measured(self) -> bool:
        """Whether its times say something about the API."""
        return self.live or self.recorded


@dataclass(frozen=True)
class Calls:
    """Several calls and their sums."""

    rows: Sequence[CallRow] = ()

    @cached_property
    def usage(self) -> Usage:
        return Usage.total(row.usage for row in self.rows)

    @property
    def count(self) -> int:
        """Answers of status 200, as in a budget."""
        return sum(row.status == 200 for row in self.rows)

    @cached_property
    def tokens(self) -> int:
        return sum(row.usage.total_tokens for row in self.rows)

    @property
    def estimated(self) -> bool:
        return any(row.usage.estimated for row in self.rows)

    @cached_property
    def cost(self) -> Decimal | None:
        """US dollars, `None` if a model has no known price."""
        costs = [row.cost for row in self.rows]
        return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))

    @property
    def models(self) -> list[str]:
        return list(dict.fromkeys(row.model for row in self.rows if row.model))

    @property
    def seconds(self) -> float | None:
        """How long live and recorded calls took together; `None` if there are none."""
        times = [row.seconds for row in self.rows if row.measured and row.seconds is not None]
        return sum(times) if times else None

    @property
    def live(self) -> Calls:
        return Calls([row for row in self.rows if row.live])

    @property
    def measured(self) -> Calls:
        return Calls([row for row in self.rows if row.measured and row.status == 200])

    def by_phase(self) -> dict[str, Calls]:
        """The calls of each phase, in order of appearance; those in no phase are left out."""
        names = dict.fromkeys(row.phase for row in self.rows if row.phase)
        return {name: Calls([row for row in self.rows if row.phase == name]) for name in names}


@dataclass(frozen=True, kw_only=True)
class Share:
    """How much of one limit of a budget was used. Numbers are tokens or calls; of a cost, US dollars."""

    limit: str
    used: Decimal
    most: Decimal

    @property
    def percent(self) -> int:
        """In whole percent, rounded so that 100 means the limit and no more than it."""
        ratio = self.used * 100 / self.most
        return max(101, round(ratio)) if ratio > 100 else int(ratio)

    @property
    def exceeded(self) -> bool:
        return self.used > self.most


@dataclass(frozen=True, kw_only=True)
class Taped:
    """What became of a test's cassette: requests that were replayed, recorded and missed, interactions left unused.

    `oldest` is the day of its oldest interaction, such as `2026-11-22`; `drift` says what has changed since then.
    """

    name: str
    replayed: int = 0
    recorded: int = 0
    unused: int = 0
    missed: int = 0
    oldest: str | None = None
    drift: Sequence[str] = ()

    def __str__(self) -> str:
        counts = {"replayed": self.replayed, "recorded": self.recorded, "unused": self.unused, "missed": self.missed}
        return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


@dataclass(frozen=True, kw_only=True)
class TestRow:
    """One test: its last attempt, and what the attempts before it used."""

    __test__ = False

    nodeid: str
    outcome: Outcome
    calls: Calls = Calls()
    earlier: Calls = Calls()
    attempts: int = 1
    effort: str | None = None
    budget: Sequence[Share] = ()
    problems: Sequence[str] = ()
    transcript: str = ""
    cassette: Taped | None = None

    @cached_property
    def all_calls(self) -> Calls:
        return Calls([*self.earlier.rows, *self.calls.rows])


@dataclass(frozen=True, kw_only=True)
class RunLimit:
    """The limits of the whole run, and what the calls that reached the API have used of them."""

    tokens: int | None = None
    usd: Decimal | None = None
    spent_tokens: int = 0
    spent_usd: Decimal | None = Decimal(0)
    exceeded: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """A run: its tests in order of appearance, tests that took their worker down, and the limits of the run."""

    tests: Sequence[TestRow] = ()
    crashed: Sequence[str] = ()
    limit: RunLimit | None = None
    min_pass_rate: float = 1.0
    created: str = ""

    @cached_property
    def calls(self) -> Calls:
        """All calls, those of attempts that were made again included: they cost money too."""
        return Calls([row for test in self.tests for row in test.all_calls.rows])


def shares_from_wire(wire: Iterable[Mapping[str, Any]]) -> list[Share]:
    return [Share(limit=one["limit"], used=Decimal(one["used"]), most=Decimal(one["most"])) for one in wire]
