"""A report as a value, and what is made of it: lines, Markdown, JSON, comparisons."""

import json
from decimal import Decimal

import pytest

from pytest_opus import Usage
from pytest_opus._report.compare import comparison_lines, difference, ratio
from pytest_opus._report.json import render_json, report_from_json
from pytest_opus._report.levels import Times, compare_levels, times
from pytest_opus._report.markdown import render_markdown
from pytest_opus._report.model import CallRow, Calls, Report, RunLimit, Share, TestRow
from pytest_opus._report.payload import call_from_wire, call_to_wire
from pytest_opus._report.terminal import summary

MODEL = "claude-opus-4-7"


def call(tokens=100, model=MODEL, estimated=False, **facts):
    usage = Usage(input_tokens=tokens, model=model, estimated=estimated)
    return CallRow(**{"usage": usage, "model": model, "status": 200, "end": "complete"} | facts)


def row(name="a", *calls, outcome="passed", **facts):
    return TestRow(nodeid=f"t.py::{name}", outcome=outcome, calls=Calls(list(calls) or [call()]), **facts)


def share(used, most, limit="total"):
    return Share(limit=limit, used=Decimal(used), most=Decimal(most))


@pytest.mark.parametrize(
    ("used", "most", "percent", "exceeded"),
    [
        (0, 100, 0, False),
        (999, 1000, 99, False),
        (100, 100, 100, False),
        (1001, 1000, 101, True),
        (250, 100, 250, True),
    ],
)
def test_a_hundred_percent_is_the_limit_and_no_more(used, most, percent, exceeded):
    assert (share(used, most).percent, share(used, most).exceeded) == (percent, exceeded)


def test_sums_of_calls():
    calls = Calls(
        [call(10, phase="a", live=True, seconds=1.0), call(20, phase="b", seconds=9.0), call(5, status=529, model=None)]
    )

    assert (calls.count, calls.tokens, calls.models) == (2, 35, [MODEL])
    assert (calls.seconds, calls.live.tokens) == (1.0, 10)
    assert {name: part.tokens for name, part in calls.by_phase().items()} == {"a": 10, "b": 20}
    assert Calls([call(10)]).cost == Decimal("0.00005")
    assert Calls().seconds is None


def test_a_call_crosses_processes_in_builtin_types(make_call):
    usage = {
        "input_tokens": 3,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 2,
        "iterations": [{"type": "message", "input_tokens": 3}],
    }
    made = make_call(1, usage=usage, output_config={"effort": "low"}, estimated=True)
    made.phase, made.live, made.seconds, made.first_byte = "look", True, 2.5, 0.5

    wire = call_to_wire(made)
    back = call_from_wire(json.loads(json.dumps(wire)))

    assert only_builtins(wire)
    assert (back.model, back.status, back.end, back.phase, back.effort) == (MODEL, 200, "complete", "look", "low")
    assert (back.live, back.recorded, back.seconds, back.first_byte) == (True, False, 2.5, 0.5)
    assert (back.usage, back.usage.model, back.usage.to_wire()) == (made.usage, MODEL, usage)


def test_a_call_without_an_answer_crosses_too(make_call):
    made = make_call(1, status=None)

    assert call_from_wire(call_to_wire(made)) == CallRow(usage=Usage(), model=MODEL, end="complete")


def only_builtins(value):
    if type(value) is dict:
        return all(type(key) is str and only_builtins(item) for key, item in value.items())
    if type(value) is list:
        return all(map(only_builtins, value))
    return type(value) in (str, int, float, bool, type(None))


# Effort levels.


def levels(*specs, rate=1.0, **facts):
    """Tests of `(level, passed, tokens)`, or with the seconds of a live call."""
    rows = []
    for number, (level, passed, tokens, *seconds) in enumerate(specs):
        made = call(tokens, live=bool(seconds), seconds=seconds[0] if seconds else None, first_byte=0.1)
        outcome = "passed" if passed else "failed"
        rows.append(row(f"test[{level}-{number // 100}]", made, effort=level, outcome=outcome, **facts))
    return compare_levels(Report(tests=rows, min_pass_rate=rate))


def test_fewer_than_two_levels_are_not_compared():
    assert levels() is None
    assert levels(("low", True, 1)) is None


def test_levels_come_in_their_order():
    assert [level.name for level in levels(("max", True, 1), ("low", True, 1), ("high", True, 1)).levels] == [
        "low",
        "high",
        "max",
    ]


def test_the_front():
    found = levels(("low", False, 10), ("medium", True, 30), ("high", True, 20), ("xhigh", True, 20))

    assert found.front == ["low", "high", "xhigh"]
    assert found.cheapest == "high"


def test_latency_can_put_a_level_on_the_front():
    assert levels(("low", True, 10, 2.0), ("high", True, 20, 1.0)).front == ["low", "high"]
    assert levels(("low", True, 10, 2.0), ("high", True, 20)).front == ["low"]


@pytest.mark.parametrize(("rate", "cheapest"), [(0.0, "low"), (0.5, "low"), (0.51, "high"), (1.0, "high")])
def test_how_often_a_level_must_pass(rate, cheapest):
    assert (
        levels(("low", True, 10), ("low", False, 10), ("high", True, 90), ("high", True, 90), rate=rate).cheapest
        == cheapest
    )


def test_no_level_passes():
    assert levels(("low", False, 10), ("high", False, 90)).cheapest is None


def test_without_a_price_tokens_are_compared():
    rows = [row("t[low]", call(50, "claude-nope-5"), effort="low"), row("t[high]", call(40), effort="high")]

    assert compare_levels(Report(tests=rows)).cheapest == "high"


def test_medians_and_percentiles():
    assert times([]) is None
    assert times([3.0]) == Times(median=3.0, p95=3.0)
    assert times([float(n) for n in range(1, 101)]) == Times(median=50.5, p95=95.0)
    assert times([float(n) for n in range(1, 21)]) == Times(median=10.5, p95=19.0)


# The terminal.


def texts(report, **options):
    return [line.text for line in summary(report, **options)]


def test_nothing_to_tell():
    assert summary(Report()) == []


def test_a_cost_is_shown_where_it_is_real_or_limited():
    assert texts(Report(tests=[row()]))[0].split() == ["test", "calls", "tokens"]
    assert texts(Report(tests=[row("a", call(recorded=True))]))[0].split() == ["test", "calls", "tokens", "cost"]
    limited = row(budget=[share("0.0005", "0.001", "cost")])
    assert texts(Report(tests=[limited]))[1].split() == [
        "t.py::a",
        "1",
        "100",
        "$0.0005",
        "50%",
        "of",
        "$0.001",
        "(cost)",
    ]


def test_the_limit_that_is_used_most_is_told_and_coloured():
    tests = [
        row("a", budget=[share(10, 100), share(5, 10, "calls")]),
        row("b", budget=[share(90, 100)]),
        row("c", budget=[share(101, 100)]),
    ]
    lines = summary(Report(tests=tests))

    assert [(line.text.split("  ")[-1].strip(), line.markup) for line in lines] == [
        ("budget", ("bold",)),
        ("50% of 10 (calls)", ()),
        ("90% of 100", ("yellow",)),
        ("101% of 100", ("red",)),
        ("300", ("bold",)),
    ]


def test_notes():
    again = row("a", call(estimated=True), attempts=2, earlier=Calls([call()]))

    assert texts(Report(tests=[again], crashed=["t.py::b"])) == [
        "test     calls  tokens",
        "t.py::a      2    ~200",
        "1 test ran more than once; what every attempt used is counted.",
        "~ Usage is estimated where a turn does not give any.",
        "t.py::b took its worker down; what it used is not known.",
    ]


def test_a_price_that_is_not_known():
    found = texts(Report(tests=[row("a", call(model="claude-nope-6", live=True))]))

    assert found[1].split() == ["t.py::a", "1", "100", "?"]
    assert found[-1] == "No price is known for the model 'claude-nope-6'. Give it in the ini option opus_prices."


def test_long_ids_lose_their_beginning():
    first = texts(Report(tests=[row("x" * 90)]), width=60)[1]

    assert first.startswith("...xxx")
    assert len(first) == 60


# Markdown.


def test_the_whole_page(lines):
    tests = [
        row("a|b[low]", call(phase="look"), effort="low", budget=[share(101, 100)], problems=["opus: a *problem*."]),
        row(
            "a|b[high]", call(200, live=True, seconds=2.0, first_byte=0.5), effort="high", attempts=2, outcome="failed"
        ),
    ]
    limit = RunLimit(tokens=100, spent_tokens=200, exceeded="opus: the run has used 200 tokens of 100 (--opus-budget)")

    assert (
        render_markdown(Report(tests=tests, crashed=["t.py::c"], limit=limit))
        == lines(r"""
        ## Usage of the Messages API

        2 tests, 2 calls, 300 tokens, $0.0015.
        Of that the API answered 1 call, 200 tokens, $0.001.
        **opus: the run has used 200 tokens of 100 (--opus-budget).**

        | test | outcome | calls | tokens | cost | budget | phases |
        |---|---|---:|---:|---:|---|---|
        | t.py::a\|b\[low\] | passed | 1 | 100 | $0.0005 | **total: 101% of 100** | look: 100 |
        | t.py::a\|b\[high\] | failed, attempt 2 | 1 | 200 | $0.001 |  |  |

        ### Effort levels

        | effort | passed | calls | tokens | cost | first byte, median (p95) | end, median (p95) | Pareto front |
        |---|---:|---:|---:|---:|---:|---:|---|
        | low | 1/1 | 1 | 100 | $0.0005 |  |  | yes |
        | high | 0/1 | 1 | 200 | $0.001 | 0.50 s (0.50 s) | 2.00 s (2.00 s) |  |

        The cheapest level that passes 100% of its tests: **low**.

        **t.py::a\|b\[low\]**

        - opus: a \*problem\*.

        t.py::c took its worker down; what it used is not known.
        """)
        + "\n"
    )


# JSON.


def test_json_comes_back():
    report = Report(
        tests=[
            row("a", call(live=True, seconds=1.5, phase="look"), budget=[share(5, 9)], problems=["p"], transcript="t")
        ],
        crashed=["t.py::b"],
        created="2026-01-01T00:00:00Z",
    )

    assert report_from_json(render_json(report)) == report
    assert report_from_json(render_json(report)).calls.cost == report.calls.cost


def test_a_test_stands_on_a_line():
    text = render_json(Report(tests=[row("a"), row("b")]))

    assert [line[:22] for line in text.splitlines()[-4:-2]] == ['{"nodeid": "t.py::a", ', '{"nodeid": "t.py::b", ']


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is not JSON (Expecting value: line 1 column 1 (char 0))"),
        ("[]", "it is not a report that --opus-report has written"),
        ('{"schema": "other"}', "it is not a report that --opus-report has written"),
        ('{"schema": "pytest-opus-report", "version": 2}', "it is a report of version 2; this release reads version 1"),
    ],
)
def test_what_is_no_report(text, says):
    with pytest.raises(ValueError) as caught:
        report_from_json(text)

    assert str(caught.value) == says


# Comparisons.


def compared(old, new, bound=None):
    return list(comparison_lines(difference(Report(tests=old), Report(tests=new)), bound))


def test_the_whole_comparison():
    old = [row("a", call(100)), row("b", call(100, live=True, seconds=2.0)), row("gone")]
    new = [row("a", call(135)), row("b", call(100, live=True, seconds=3.0)), row("fresh")]

    assert compared(old, new, Decimal("1.1")) == [
        "test            tokens  new  ratio     cost        new  ratio  seconds   new  ratio",
        "t.py::a            100  135  1.35x  $0.0005  $0.000675  1.35x        -     -      -",
        "t.py::b            100  100  1.00x  $0.0005    $0.0005  1.00x     2.00  3.00  1.50x",
        "sum of 2 tests     200  235  1.18x   $0.001  $0.001175  1.18x     2.00  3.00  1.50x",
        "",
        "1 test only in the new report, and not in the sum:",
        "  t.py::fresh",
        "",
        "1 test only in the old report, and not in the sum:",
        "  t.py::gone",
        "",
        "1 test grew beyond 1.1 times its tokens or its cost: t.py::a",
    ]


def test_no_test_in_common():
    assert compared([row("a")], [row("b")], Decimal(1)) == [
        "The reports have no test in common.",
        "",
        "1 test only in the new report, and not in the sum:",
        "  t.py::b",
        "",
        "1 test only in the old report, and not in the sum:",
        "  t.py::a",
    ]


@pytest.mark.parametrize(("tokens", "beyond"), [(110, []), (111, ["t.py::a"])])
def test_the_bound_is_still_allowed(tokens, beyond):
    found = difference(Report(tests=[row("a", call(100))]), Report(tests=[row("a", call(tokens))]))

    assert [pair.name for pair in found.beyond(Decimal("1.1"))] == beyond


def test_a_dearer_model_with_the_same_tokens_is_beyond():
    found = difference(Report(tests=[row()]), Report(tests=[row("a", call(model="claude-fable-5"))]))

    assert [pair.name for pair in found.beyond(Decimal("1.9"))] == ["t.py::a"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [(None, 1, None), (1, None, None), (0, 0, 1), (0, 1, Decimal("Infinity")), (4, 1, Decimal("0.25"))],
)
def test_ratios(old, new, expected):
    assert ratio(old, new) == expected
