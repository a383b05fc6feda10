"""A report as Markdown, for the job summary of a CI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .._api.describe import counted
from .._columns import dollars
from .levels import Comparison, Times, compare_levels
from .model import Calls, Report, Share, TestRow


def render_markdown(report: Report) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield "## Usage of the Messages API"
    yield ""
    yield f"{counted(len(report.tests), 'test')}, {_in_words(report.calls)}."
    if report.calls.live.rows:
        yield f"Of that the API answered {_in_words(report.calls.live)}."
    if report.limit and report.limit.exceeded:
        yield f"**{_text(report.limit.exceeded)}.**"
    if report.tests:
        yield ""
        yield from _table(_test_rows(report.tests), right=(2, 3, 4))
    if comparison := compare_levels(report):
        yield from _effort(comparison)
    for test in report.tests:
        if test.problems:
            yield from ("", f"**{_text(test.nodeid)}**", "")
            yield from (f"- {_text(problem)}" for problem in test.problems)
    if report.crashed:
        yield ""
    yield from (f"{_text(nodeid)} took its worker down; what it used is not known." for nodeid in report.crashed)


def _in_words(calls: Calls) -> str:
    about = "about " if calls.estimated else ""
    cost = "at an unknown cost" if calls.cost is None else dollars(calls.cost)
    return f"{counted(calls.count, 'call')}, {about}{calls.tokens:,} tokens, {cost}"


def _test_rows(tests: Sequence[TestRow]) -> Iterator[Sequence[str]]:
    phases = any(test.calls.by_phase() for test in tests)
    yield ("test", "outcome", "calls", "tokens", "cost", "budget", *(("phases",) if phases else ()))
    for test in tests:
        calls = test.all_calls
        about = "~" if calls.estimated else ""
        cells = (f"{calls.count:,}", f"{about}{calls.tokens:,}", dollars(calls.cost), _budget(test.budget))
        yield (_text(test.nodeid), _outcome(test), *cells, *((_phases(test.calls),) if phases else ()))


def _outcome(test: TestRow) -> str:
    return test.outcome if test.attempts == 1 else f"{test.outcome}, attempt {test.attempts}"


def _budget(shares: Sequence[Share]) -> str:
    return "<br>".join(f"{'**' * share.exceeded}{_share(share)}{'**' * share.exceeded}" for share in shares)


def _share(share: Share) -> str:
    most = dollars(share.most) if share.limit == "cost" else f"{share.most:,}"
    return f"{_text(share.limit)}: {share.percent}% of {most}"


def _phases(calls: Calls) -> str:
    return "<br>".join(f"{_text(name)}: {part.tokens:,}" for name, part in calls.by_phase().items())


def _effort(comparison: Comparison) -> Iterator[str]:
    yield from ("", "### Effort levels", "")
    yield from _table(_level_rows(comparison), right=(1, 2, 3, 4, 5, 6))
    yield ""
    rate = f"{comparison.min_pass_rate:.0%} of its tests"
    best = comparison.cheapest
    yield f"The cheapest level that passes {rate}: **{best}**." if best else f"No level passes {rate}."
    if not comparison.even:
        yield "The levels were not run by the same tests: their sums cannot be compared."


def _level_rows(comparison: Comparison) -> Iterator[Sequence[str]]:
    latency = ("first byte, median (p95)", "end, median (p95)")
    yield ("effort", "passed", "calls", "tokens", "cost", *latency, "Pareto front")
    for level in comparison.levels:
        calls = level.calls
        sums = (f"{level.passed}/{level.tests}", f"{calls.count:,}", f"{calls.tokens:,}", dollars(calls.cost))
        front = "yes" if level.name in comparison.front else ""
        yield (level.name, *sums, _times(level.first_byte), _times(level.seconds), front)


def _times(times: Times | None) -> str:
    return f"{times.median:.2f} s ({times.p95:.2f} s)" if times else ""


def _table(rows: Iterator[Sequence[str]], right: Sequence[int]) -> Iterator[str]:
    head = next(rows)
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---:' if place in right else '---' for place in range(len(head)))}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _text(text: str) -> str:
    """Text that Markdown shows as it is, on one line of a table."""
    for special in "\\`*_[]<>|":
        text = text.replace(special, f"\\{special}")
    return " ".join(text.split())
