"""`--opus-budget` and `--opus-budget-usd`: what calls that reached the API may use in the whole run."""

import json

import pytest

LIVE = """
import os, time

def live(opus, given=8, made=2, **more):
    opus.script(turn("one", usage={"input_tokens": given, "output_tokens": made}, **more))
    ask()
    opus.calls[-1].live = True
"""
FIVE = f"""
{LIVE}
@pytest.mark.parametrize("n", range(5))
def test_it(opus, n):
    live(opus)
"""


@pytest.mark.parametrize(("limit", "passed"), [("9", 1), ("10", 2), ("49", 5), ("50", 5), ("1_000", 5)])
def test_no_further_test_starts(project, limit, passed):
    outcome = project.run(FIVE, f"--opus-budget={limit}")

    assert outcome.counts == {"passed": passed}
    exceeded = limit in ("9", "10", "49")
    assert outcome.ret == (pytest.ExitCode.TESTS_FAILED if exceeded else pytest.ExitCode.OK)
    sentence = f"opus: the run has used {10 * passed} tokens of {limit} (--opus-budget); no further test was started"
    assert (sentence in outcome.text) == exceeded


@pytest.mark.parametrize(("limit", "passed"), [("0.00008", 1), ("0.00009", 2), ("$0.00045", 5)])
def test_dollars(project, limit, passed):
    outcome = project.run(FIVE, f"--opus-budget-usd={limit}")

    assert outcome.counts == {"passed": passed}
    assert outcome.ret == (pytest.ExitCode.OK if passed == 5 else pytest.ExitCode.TESTS_FAILED)
    if passed == 2:
        assert "opus: the run has cost $0.00018 of $0.00009 (--opus-budget-usd); no further test" in outcome.text


def test_a_price_that_is_not_known_ends_the_run(project):
    outcome = project.run(
        f"""
{LIVE}
@pytest.mark.parametrize("n", range(5))
def test_it(opus, n):
    live(opus, model="my-model")
""",
        "--opus-budget-usd=1",
    )

    assert outcome.counts == {"passed": 1}
    assert (
        "opus: the cost of the run is limited (--opus-budget-usd), but not known. No price is known for the model "
        "'my-model'. Give it in the ini option opus_prices; no further test was started"
    ) in outcome.text


def test_scripted_calls_do_not_count(project):
    outcome = project.run(
        """
        @pytest.mark.parametrize("n", range(3))
        def test_it(opus, n):
            opus.script("one")
            ask()
        """,
        "--opus-budget=1",
    )

    assert outcome.counts == {"passed": 3}
    assert outcome.ret == pytest.ExitCode.OK


def test_calls_of_fixtures_count_in_setup_and_teardown(project):
    outcome = project.run(
        f"""
{LIVE}
@pytest.fixture
def around(opus):
    live(opus)
    yield
    live(opus)

def test_one(around): ...

def test_two(around): ...
""",
        "--opus-budget=19",
    )

    assert outcome.counts == {"passed": 1}
    assert "used 20 tokens of 19" in outcome.text


def test_attempts_that_are_made_again_count(project):
    pytest.importorskip("pytest_rerunfailures")
    outcome = project.run(
        f"""
{LIVE}
def test_it(opus):
    live(opus)
    raise AssertionError

def test_other(): ...
""",
        "--reruns=5",
        "--opus-budget=25",
        "--opus-report=out.json",
    )

    assert outcome.counts.get("passed", 0) == 0
    assert "used 30 tokens of 25" in outcome.text
    report = json.loads((project.pytester.path / "out.json").read_text())
    (test,) = report["tests"]
    assert (report["live"]["tokens"], report["sum"]["tokens"]) == (30, 30)
    assert test["all_attempts"]["tokens"] == 30
    assert report["run_limit"]["exceeded"] == "opus: the run has used 30 tokens of 25 (--opus-budget)"


def test_workers_share_what_they_use(project):
    pytest.importorskip("xdist")
    outcome = project.run_subprocess(
        f"""
{LIVE}
@pytest.mark.parametrize("n", range(40))
def test_it(opus, n):
    live(opus)
    time.sleep(0.02)
""",
        "-n2",
        "--opus-budget=95",
        "--opus-report=out.json",
    )

    report = json.loads((project.pytester.path / "out.json").read_text())
    ran = outcome.counts["passed"]
    assert 10 <= ran <= 11  # the other worker may have been in the middle of a test
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED
    assert report["live"]["tokens"] == report["run_limit"]["spent_tokens"] == 10 * ran
    assert f"opus: the run has used {10 * ran} tokens of 95 (--opus-budget); no further test" in outcome.text


def test_what_a_worker_used_outlives_its_crash(project):
    pytest.importorskip("xdist")
    outcome = project.run_subprocess(
        f"""
{LIVE}
@pytest.mark.parametrize("n", range(12))
def test_it(opus, n):
    live(opus)
    if n == 5:
        os._exit(1)
    time.sleep(0.02)
""",
        "-n2",
        "--opus-budget=1_000",
        "--opus-report=out.json",
    )

    report = json.loads((project.pytester.path / "out.json").read_text())
    assert outcome.counts == {"passed": 11, "failed": 1}
    assert report["live"]["tokens"] == report["sum"]["tokens"] == report["run_limit"]["spent_tokens"] == 110
    assert len(report["tests"]) == 11
    assert report["crashed"] == ["test_it.py::test_it[5]"]
    assert "test_it.py::test_it[5] took its worker down; what it used is not known." in outcome.text


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("--opus-budget=0", "--opus-budget is '0'; a number of tokens, 1 or more, is expected."),
        ("--opus-budget=many", "--opus-budget is 'many'; a number of tokens, 1 or more, is expected."),
        ("--opus-budget=1.5", "--opus-budget is '1.5'; a number of tokens, 1 or more, is expected."),
        ("--opus-budget-usd=0", "--opus-budget-usd is '0'; US dollars, more than 0, are expected."),
        ("--opus-budget-usd=x", "--opus-budget-usd is 'x'; US dollars, more than 0, are expected."),
        ("--opus-budget-usd=inf", "--opus-budget-usd is 'inf'; US dollars, more than 0, are expected."),
        ("--opus-usage=some", "--opus-usage is 'some'; auto, off or all is expected."),
        ("--opus-report=a.html", "--opus-report is 'a.html'; a file that ends in .json or .md is expected."),
        ("--opus-report=a", "--opus-report is 'a'; a file that ends in .json or .md is expected."),
    ],
)
def test_wrong_options_end_the_run(project, option, says):
    outcome = project.run("def test_it(): ...", option)

    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: {says}" in outcome.result.stderr.str()


def test_wrong_prices_end_the_run(project):
    outcome = project.run("def test_it(): ...", ini="opus_prices = my-model input=1")

    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: ini option opus_prices: 'my-model input=1' lacks the price of input or output; MODEL input=" in (
        outcome.result.stderr.str()
    )


def test_prices_of_the_ini_file(project):
    outcome = project.run(
        """
        @pytest.mark.token_budget(cost=0.000_012)
        def test_it(opus):
            opus.script(turn("one", model="my-model", usage={"input_tokens": 8, "output_tokens": 2}))
            ask()
            assert str(opus.usage.cost) == "0.000012"
        """,
        ini="opus_prices =\n    my-model input=1 output=2\n    other input=1 output=1",
    )

    assert outcome.counts == {"passed": 1}
