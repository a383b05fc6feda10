"""Two reports of the same tests: what became dearer or slower."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from .._api.describe import counted
from .._columns import aligned, dollars
from .model import Calls, Report, TestRow


@dataclass(frozen=True)
class Pair:
    """The calls of a test, or of all tests, in the old and in the new run."""

    name: str
    old: Calls
    new: Calls

    @property
    def tokens(self) -> Decimal | None:
        return ratio(self.old.tokens, self.new.tokens)

    @cached_property
    def cost(self) -> Decimal | None:
        return ratio(self.old.cost, self.new.cost)

    @property
    def seconds(self) -> Decimal | None:
        return ratio(self.old.seconds, self.new.seconds)

    def exceeds(self, bound: Decimal) -> bool:
        """Whether its tokens or its cost grew beyond `bound` times what they were; times vary too much to be judged."""
        return any(grew is not None and grew > bound for grew in (self.tokens, self.cost))


def ratio(old: Decimal | float | None, new: Decimal | float | None) -> Decimal | None:
    """`new` to `old`; `None` where one of them is not known; infinite where something came of nothing."""
    if old is None or new is None:
        return None
    if not old:
        return Decimal("Infinity") if new else Decimal(1)
    return Decimal(str(new)) / Decimal(str(old))


@dataclass(frozen=True)
class Difference:
    """The tests that both reports have, and those that only one of them has."""

    pairs: Sequence[Pair]
    added: Sequence[str]
    removed: Sequence[str]

    @property
    def whole(self) -> Pair:
        old = Calls([row for pair in self.pairs for row in pair.old.rows])
        new = Calls([row for pair in self.pairs for row in pair.new.rows])
        return Pair(f"sum of {counted(len(self.pairs), 'test')}", old, new)

    def beyond(self, bound: Decimal) -> list[Pair]:
        """What grew beyond the bound; that of the sum implies that of a test."""
        return [pair for pair in self.pairs if pair.exceeds(bound)]


def difference(old: Report, new: Report) -> Difference:
    """Tests are the same if their ids are; the last attempt of each is compared."""
    before: dict[str, TestRow] = {test.nodeid: test for test in old.tests}
    after: dict[str, TestRow] = {test.nodeid: test for test in new.tests}
    both = [name for name in before if name in after]
    return Difference(
        pairs=[Pair(name, before[name].calls, after[name].calls) for name in both],
        added=[name for name in after if name not in before],
        removed=[name for name in before if name not in after],
    )


def comparison_lines(found: Difference, bound: Decimal | None) -> Iterator[str]:
    """The comparison as text: a row per test, the sum, tests without a counterpart, and the verdict on the bound."""
    if found.pairs:
        yield from _table(found)
    else:
        yield "The reports have no test in common."
    for what, names in (("only in the new report", found.added), ("only in the old report", found.removed)):
        if names:
            yield ""
            yield f"{counted(len(names), 'test')} {what}, and not in the sum:"
            yield from (f"  {name}" for name in names)
    if bound is not None and found.pairs:
        yield ""
        yield _verdict(found, bound)


def _table(found: Difference) -> Iterator[str]:
    timed = any(pair.seconds is not None for pair in found.pairs)
    head = ["test", "tokens", "new", "ratio", "cost", "new", "ratio", *(["seconds", "new", "ratio"] if timed else [])]
    rows = [_row(pair, timed=timed) for pair in (*found.pairs, found.whole)]
    yield from aligned([head, *rows], left=("test",))


def _row(pair: Pair, *, timed: bool) -> list[str]:
    old, new = pair.old, pair.new
    cells = [f"{old.tokens:,}", f"{new.tokens:,}", _times(pair.tokens)]
    cells += [dollars(old.cost), dollars(new.cost), _times(pair.cost)]
    if timed:
        cells += [_seconds(old.seconds), _seconds(new.seconds), _times(pair.seconds)]
    return [pair.name, *cells]


def _times(grew: Decimal | None) -> str:
    if grew is None:
        return "-"
    return "new" if grew.is_infinite() else f"{grew:.2f}x"


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.2f}"


def _verdict(found: Difference, bound: Decimal) -> str:
    beyond = found.beyond(bound)
    if not beyond:
        return f"No test grew beyond {bound:f} times its tokens or its cost."
    names = ", ".join(pair.name for pair in beyond[:5]) + (", ..." if len(beyond) > 5 else "")
    return f"{counted(len(beyond), 'test')} grew beyond {bound:f} times its tokens or its cost: {names}"
