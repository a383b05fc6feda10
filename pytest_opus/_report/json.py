"""A report as JSON, and back. The schema stands in `report.schema.json`; `VERSION` grows when readers must change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from .levels import Comparison, Level, Times, compare_levels
from .model import CallRow, Calls, Report, RunLimit, Share, Taped, TestRow
from .payload import call_from_wire

SCHEMA = "pytest-opus-report"
VERSION = 1


def render_json(report: Report) -> str:
    """One line per field and per test: a difference of two files tells something, and writing them is fast."""
    head = report_to_json(report)
    tests = ",\n".join(map(_dump, head.pop("tests")))
    fields = "".join(f"{_dump(name)}: {_dump(value)},\n" for name, value in head.items())
    return f'{{\n{fields}"tests": [\n{tests}\n]\n}}\n'


_dump = json.JSONEncoder(ensure_ascii=False).encode


def report_to_json(report: Report) -> dict[str, Any]:
    comparison = compare_levels(report)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "created": report.created,
        "sum": {"tests": len(report.tests), **_sums(report.calls)},
        "live": _sums(report.calls.live),
        "run_limit": report.limit and _limit(report.limit),
        "effort": comparison and _comparison(comparison),
        "crashed": list(report.crashed),
        "tests": [_test(test) for test in report.tests],
    }


def _test(test: TestRow) -> dict[str, Any]:
    return {
        "nodeid": test.nodeid,
        "outcome": test.outcome,
        "effort": test.effort,
        "attempts": test.attempts,
        "models": test.calls.models,
        "last": (last := _sums(test.calls)),
        "all_attempts": _sums(test.all_calls) if test.earlier.rows else last,
        "budget": [_share(share) for share in test.budget],
        "phases": {name: _sums(calls) for name, calls in test.calls.by_phase().items()},
        "problems": list(test.problems),
        "calls": [_call(row) for row in test.calls.rows],
        "transcript": test.transcript,
        "cassette": test.cassette and _taped(test.cassette),
    }


def _taped(taped: Taped) -> dict[str, Any]:
    return {**vars(taped), "drift": list(taped.drift)}


def _sums(calls: Calls) -> dict[str, Any]:
    usage = calls.usage
    return {
        "calls": calls.count,
        "tokens": calls.tokens,
        "cost": _money(calls.cost),
        "seconds": calls.seconds,
        "estimated": usage.estimated,
        "usage": {name: value for name, value in usage.to_wire().items() if name != "iterations"},
    }


def _call(row: CallRow) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in row.__dataclass_fields__ if name not in ("usage", "noted_cost")}
    usage = row.usage
    return {
        **facts,
        "usage": usage.to_wire(),
        "billed": usage.model,
        "estimated": usage.estimated,
        "cost": _money(row.cost),
    }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"


def _share(share: Share) -> dict[str, Any]:
    return {"limit": share.limit, "used": str(share.used), "most": str(share.most), "percent": share.percent}


def _limit(limit: RunLimit) -> dict[str, Any]:
    return {
        "tokens": limit.tokens,
        "usd": _money(limit.usd),
        "spent_tokens": limit.spent_tokens,
        "spent_usd": _money(limit.spent_usd),
        "exceeded": limit.exceeded,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "levels": [_level(level) for level in comparison.levels],
        "front": list(comparison.front),
        "cheapest": comparison.cheapest,
        "even": comparison.even,
        "min_pass_rate": comparison.min_pass_rate,
    }


def _level(level: Level) -> dict[str, Any]:
    counts = {"name": level.name, "tests": level.tests, "passed": level.passed, "pass_rate": level.pass_rate}
    latency = {"first_byte": _times(level.first_byte), "end": _times(level.seconds)}
    return {**counts, **_sums(level.calls), "latency": latency}


def _times(times: Times | None) -> dict[str, float] | None:
    return None if times is None else {"median": times.median, "p95": times.p95}


def report_from_json(text: str) -> Report:
    """The report that `render_json` wrote.

    Raises:
        ValueError: it is no report, or one of a version that is not known.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ValueError(f"it is not JSON ({error})") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ValueError("it is not a report that --opus-report has written")
    if data.get("version") != VERSION:
        raise ValueError(f"it is a report of version {data.get('version')}; this release reads version {VERSION}")
    return Report(tests=[_test_from(test) for test in data["tests"]], crashed=data["crashed"], created=data["created"])


def _test_from(data: Mapping[str, Any]) -> TestRow:
    return TestRow(
        nodeid=data["nodeid"],
        outcome=data["outcome"],
        effort=data["effort"],
        attempts=data["attempts"],
        calls=Calls([_call_from(call) for call in data["calls"]]),
        budget=[Share(limit=s["limit"], used=Decimal(s["used"]), most=Decimal(s["most"])) for s in data["budget"]],
        problems=data["problems"],
        transcript=data["transcript"],
        cassette=Taped(**data["cassette"]) if data.get("cassette") else None,
    )


def _call_from(data: Mapping[str, Any]) -> CallRow:
    row = call_from_wire({name: value for name, value in data.items() if name != "cost"})
    return replace(row, noted_cost=None if data["cost"] is None else Decimal(data["cost"]))
