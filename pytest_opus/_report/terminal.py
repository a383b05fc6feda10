"""A report as lines for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from .._api.describe import counted
from .._columns import aligned, dollars
from .levels import Comparison, Level, Times, compare_levels
from .model import Calls, Report, TestRow

MOST_ROWS = 20


class Line(NamedTuple):
    """A line of text and its colours, as pytest's terminal writer names them."""

    text: str
    markup: tuple[str, ...] = ()


def summary(
    report: Report, *, everything: bool = False, verbose: bool = False, width: int = 80, max_age: int = 0
) -> list[Line]:
    """The summary of a run; no lines if there is nothing to tell.

    Args:
        everything: whether the usage of every test was asked for: then costs are shown in any case.
        verbose: whether all tests are listed, rather than the largest.
        width: columns of the terminal; ids of tests that do not fit lose their beginning.
        max_age: days after which a cassette is called old; 0 for never.
    """
    if not report.tests and not report.crashed:
        return []
    priced = everything or any(_wants_cost(test) for test in report.tests)
    lines: list[Line] = []
    if report.tests:
        lines += _tests(report, priced=priced, most=None if verbose else MOST_ROWS, width=width)
        lines += _live(report)
        lines += _cassettes(report, max_age)
    if comparison := compare_levels(report):
        lines += [Line(""), *_levels(comparison)]
    return lines + list(_notes(report, priced=priced))


def _wants_cost(test: TestRow) -> bool:
    return any(call.measured for call in test.all_calls.rows) or any(share.limit == "cost" for share in test.budget)


def _tests(report: Report, *, priced: bool, most: int | None, width: int) -> Iterator[Line]:
    shown, left = _largest(report.tests, most)
    columns = ["test", "calls", "tokens", *(["cost"] if priced else []), "budget", "cassette"]
    rows = [columns, *(_row(test.nodeid, test.all_calls, test, priced=priced) for test in shown)]
    if left:
        rest = Calls([call for test in left for call in test.all_calls.rows])
        rows.append(_row(f"... and {len(left):,} more", rest, None, priced=priced))
    if len(report.tests) > 1:
        rows.append(_row(counted(len(report.tests), "test"), report.calls, None, priced=priced))
    rows = _without_empty(rows, ("budget", "cassette"))
    head, *texts = aligned(list(_fitted(rows, width)), left=("test", "budget", "cassette"))
    yield Line(head, ("bold",))
    for text, test in zip(texts, [*shown, None, None], strict=False):
        yield Line(text, _markup(test))


def _fitted(rows: Sequence[list[str]], width: int) -> Iterator[list[str]]:
    """The rows with their first cells cut from the left, so far that lines fit and names can still be told apart."""
    others = sum(max(map(len, column)) + 2 for column in list(zip(*rows, strict=True))[1:])
    room = max(width - others, 30)
    for name, *cells in rows:
        yield [name if len(name) <= room else f"...{name[3 - room :]}", *cells]


def _largest(tests: Sequence[TestRow], most: int | None) -> tuple[Sequence[TestRow], Sequence[TestRow]]:
    """The tests that used most, in their order, and the others."""
    if most is None or len(tests) <= most:
        return tests, ()
    by_size = sorted(range(len(tests)), key=lambda place: -tests[place].all_calls.tokens)
    chosen = set(by_size[:most])
    return [tests[place] for place in sorted(chosen)], [tests[place] for place in by_size[most:]]


def _row(name: str, calls: Calls, test: TestRow | None, *, priced: bool) -> list[str]:
    about = "~" if calls.estimated else ""
    cost = [dollars(calls.cost)] if priced else []
    of_test = [_budget(test), str(test.cassette or "")] if test else ["", ""]
    return [name, f"{calls.count:,}", f"{about}{calls.tokens:,}", *cost, *of_test]


def _without_empty(rows: Sequence[list[str]], names: Sequence[str]) -> list[list[str]]:
    """The rows without the columns of those names in which nothing stands."""
    head, *others = rows
    kept = [place for place, name in enumerate(head) if name not in names or any(row[place] for row in others)]
    return [[row[place] for place in kept] for row in rows]


def _budget(test: TestRow) -> str:
    """The limit that was used most."""
    if not test.budget:
        return ""
    worst = max(test.budget, key=lambda share: share.used / share.most)
    most = dollars(worst.most) if worst.limit == "cost" else f"{worst.most:,}"
    return f"{worst.percent}% of {most}{'' if worst.limit == 'total' else f' ({worst.limit})'}"


def _markup(test: TestRow | None) -> tuple[str, ...]:
    if test is None:
        return ("bold",)
    if any(share.exceeded for share in test.budget):
        return ("red",)
    return ("yellow",) if any(share.percent >= 90 for share in test.budget) else ()


def _live(report: Report) -> Iterator[Line]:
    live = report.calls.live
    if live.rows:
        yield Line(f"The API answered {counted(live.count, 'call')}: {live.tokens:,} tokens, {dollars(live.cost)}.")


def _cassettes(report: Report, max_age: int) -> Iterator[Line]:
    """What is to be known of the cassettes of the run, though it fails no test."""
    tests = [test for test in report.tests if test.cassette]
    oldest = {test.cassette.name: test.cassette.oldest for test in tests if test.cassette and test.cassette.oldest}
    limit = f"{datetime.fromisoformat(report.created) - timedelta(days=max_age):%Y-%m-%d}" if max_age else ""
    old = sorted((day, name) for name, day in oldest.items() if day < limit)
    if old:
        day, name = old[0]
        more = f"{counted(len(old), 'cassette')} {'is' if len(old) == 1 else 'are'} older than {max_age} days"
        yield Line(f"{more}, the oldest {name} ({day}). To record anew: --opus-record=all", ("yellow",))
    drifted = Counter(drift for test in tests if test.cassette for drift in test.cassette.drift)
    yield from (Line(f"Recorded with {drift} ({counted(count, 'test')}).") for drift, count in drifted.items())


def _levels(comparison: Comparison) -> Iterator[Line]:
    timed = any(level.seconds for level in comparison.levels)
    latency = ["first byte", "p95", "end", "p95"] if timed else []
    rows = [["effort", "passed", "calls", "tokens", "cost", *latency, ""]]
    rows += [_level(level, comparison, timed=timed) for level in comparison.levels]
    head, *texts = aligned(rows, left=("effort", ""))
    yield Line(head, ("bold",))
    for text, level in zip(texts, comparison.levels, strict=True):
        yield Line(text, ("green",) if level.name == comparison.cheapest else ())
    yield Line(_verdict(comparison))
    if not comparison.even:
        yield Line("The levels were not run by the same tests: their sums cannot be compared.", ("yellow",))


def _level(level: Level, comparison: Comparison, *, timed: bool) -> list[str]:
    calls = level.calls
    about = "~" if calls.estimated else ""
    latency = [*_times(level.first_byte), *_times(level.seconds)] if timed else []
    front = "on the front" if level.name in comparison.front else ""
    passed = f"{level.passed}/{level.tests}"
    return [level.name, passed, f"{calls.count:,}", f"{about}{calls.tokens:,}", dollars(calls.cost), *latency, front]


def _times(times: Times | None) -> Sequence[str]:
    return (f"{times.median:.2f}s", f"{times.p95:.2f}s") if times else ("-", "-")


def _verdict(comparison: Comparison) -> str:
    rate = f"{comparison.min_pass_rate:.0%} of its tests"
    if comparison.cheapest is None:
        return f"No level passes {rate}."
    return f"The cheapest level that passes {rate}: {comparison.cheapest}."


def _notes(report: Report, *, priced: bool) -> Iterator[Line]:
    again = sum(test.attempts > 1 for test in report.tests)
    if again:
        yield Line(f"{counted(again, 'test')} ran more than once; what every attempt used is counted.")
    if report.calls.estimated:
        yield Line("~ Usage is estimated where a turn does not give any.")
    if priced:
        from .._ledger.prices import no_price, unpriced

        yield from (Line(no_price(model), ("yellow",)) for model in unpriced(report.calls.usage))
    for nodeid in report.crashed:
        yield Line(f"{nodeid} took its worker down; what it used is not known.", ("yellow",))
