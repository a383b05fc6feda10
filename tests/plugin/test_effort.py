"""`opus_effort`: a test runs once per level, and fails if the level does not reach the API."""

import pytest

SPEND = """
COSTS = {"low": 10, "medium": 20, "high": 40, "xhigh": 80, "max": 160}

def work(opus, level):
    opus.script(turn("one", usage={"input_tokens": 10, "output_tokens": COSTS[level]}))
    ask(output_config={"effort": level})
"""


def names(outcome):
    return [report.nodeid.rpartition("::")[2] for report in outcome.reports if report.when == "call"]


def test_a_run_per_level_in_the_order_that_is_written(project):
    outcome = project.run(f"""
{SPEND}
@pytest.mark.opus_effort("high", "low")
def test_it(opus, opus_effort):
    work(opus, opus_effort)
""")

    assert outcome.counts == {"passed": 2}
    assert names(outcome) == ["test_it[high]", "test_it[low]"]


def test_all_levels_if_none_is_named_and_the_closest_marker(project):
    outcome = project.run(f"""
{SPEND}
@pytest.mark.opus_effort
class TestClass:
    def test_it(self, opus, opus_effort):
        work(opus, opus_effort)

    @pytest.mark.opus_effort("low")
    @pytest.mark.parametrize("n", [1, 2])
    def test_closer(self, opus, opus_effort, n):
        work(opus, opus_effort)
""")

    assert names(outcome) == [
        "test_it[low]",
        "test_it[medium]",
        "test_it[high]",
        "test_it[xhigh]",
        "test_it[max]",
        "test_closer[low-1]",
        "test_closer[low-2]",
    ]
    assert outcome.counts == {"passed": 7}


def test_a_level_that_did_not_reach_the_api(project, lines):
    outcome = project.run("""
        @pytest.mark.opus_effort("low")
        def test_it(opus, opus_effort):
            opus.otherwise("one")
            ask()
            ask(output_config={"effort": "high"})
        """)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure == lines("""
        effort level 'low' did not reach the API: no call carried it in output_config.effort
          call 1: no effort
          call 2: effort 'high'
        Let the program send output_config={"effort": opus_effort}.
        """)


def test_no_call_and_many_calls(project, lines):
    outcome = project.run("""
        @pytest.mark.opus_effort("low")
        def test_none(opus_effort): ...

        @pytest.mark.opus_effort("low")
        def test_many(opus, opus_effort):
            opus.otherwise("one")
            for _ in range(7):
                ask()
        """)

    none, many = outcome.failures
    assert none.splitlines()[1] == "  no call was seen"
    assert many.splitlines()[5:7] == ["  call 5: no effort", "  ... and 2 more"]


def test_a_call_that_carries_it_among_others_is_enough(project):
    outcome = project.run("""
        @pytest.mark.opus_effort("low")
        def test_it(opus, opus_effort):
            opus.otherwise("one")
            ask()
            ask(output_config={"effort": opus_effort})
        """)

    assert outcome.counts == {"passed": 1}


LEVELS = "'low', 'medium', 'high', 'xhigh', 'max'"
WRONG = {
    '"ultra"': f"@pytest.mark.opus_effort: 'ultra' is no effort level; the levels are {LEVELS}.",
    '["low"]': f"@pytest.mark.opus_effort: ['low'] is no effort level; the levels are {LEVELS}.",
    '"low", "low"': "@pytest.mark.opus_effort names a level twice: 'low', 'low'.",
    'level="low"': f"@pytest.mark.opus_effort takes levels only, any of {LEVELS}; got level=.",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_arguments_are_an_error_of_that_test_alone(project, arguments):
    outcome = project.run(f"""
        @pytest.mark.opus_effort({arguments})
        def test_it(opus_effort): ...

        def test_other(): ...
        """)

    assert outcome.counts == {"errors": 1, "passed": 1}
    assert outcome.failure == WRONG[arguments]


@pytest.mark.parametrize(
    "test", ["def test_it(opus): ...", "class TestIt(__import__('unittest').TestCase):\n    def test_it(self): ..."]
)
def test_the_marker_without_the_argument(project, test):
    outcome = project.run(f"""
@pytest.mark.opus_effort("low")
{test}
""")

    assert outcome.counts == {"errors": 1}
    assert outcome.failure.splitlines()[-1] == (
        "@pytest.mark.opus_effort: the test has no argument opus_effort; it is the level of the run, which the program "
        "is to send: def test_it(opus, opus_effort): ..."
    )


def test_the_argument_without_the_marker(project):
    outcome = project.run("def test_it(opus_effort): ...")

    assert outcome.counts == {"errors": 1}
    assert outcome.failure == (
        "The fixture opus_effort is the level that @pytest.mark.opus_effort gives; mark the test with it, such as "
        '@pytest.mark.opus_effort("low", "high").'
    )


FLAKY = f"""
{SPEND}
@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.opus_effort("low", "high", "max")
def test_it(opus, opus_effort, n):
    work(opus, opus_effort)
    assert (opus_effort, n) != ("low", 2)
"""


def test_the_levels_are_compared(project):
    outcome = project.run(FLAKY)

    outcome.stdout.fnmatch_lines(
        [
            "effort  passed  calls  tokens     cost",
            "low        1/2      2      40  $0.0006  on the front",
            "high       2/2      2     100  $0.0021  on the front",
            "max        2/2      2     340  $0.0081",
            "The cheapest level that passes 100% of its tests: high.",
        ]
    )


@pytest.mark.parametrize(("rate", "cheapest"), [("0.5", "50% of its tests: low."), ("0.51", "51% of its tests: high.")])
def test_how_often_a_level_must_pass(project, rate, cheapest):
    outcome = project.run(FLAKY, f"--opus-min-pass-rate={rate}")

    outcome.stdout.fnmatch_lines([f"The cheapest level that passes {cheapest}"])


@pytest.mark.parametrize("rate", ["2", "-0.1", "often"])
def test_a_wrong_pass_rate(project, rate):
    outcome = project.run("", f"--opus-min-pass-rate={rate}")

    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    assert f"--opus-min-pass-rate is '{rate}'; a share from 0 to 1 is expected." in outcome.result.stderr.str()


def test_skipped_tests_say_nothing_about_a_level(project):
    outcome = project.run(f"""
{SPEND}
@pytest.mark.opus_effort("low", "high")
def test_it(opus, opus_effort):
    work(opus, opus_effort)
    if opus_effort == "low":
        pytest.skip("not now")
""")

    outcome.stdout.no_fnmatch_line("effort *")


def test_levels_run_by_different_tests(project):
    outcome = project.run(f"""
{SPEND}
@pytest.mark.opus_effort("low")
def test_one(opus, opus_effort):
    work(opus, opus_effort)

@pytest.mark.opus_effort("high")
def test_other(opus, opus_effort):
    work(opus, opus_effort)
""")

    outcome.stdout.fnmatch_lines(["The levels were not run by the same tests: their sums cannot be compared."])


def test_latency_is_that_of_live_and_recorded_calls(project):
    outcome = project.run("""
        @pytest.mark.opus_effort("low", "high")
        @pytest.mark.parametrize("n", range(20))
        def test_it(opus, opus_effort, n):
            opus.script("one")
            ask(output_config={"effort": opus_effort})
            if opus_effort == "low":
                call = opus.calls[0]
                call.live, call.first_byte, call.seconds = True, 0.1 + n, 0.5 + n
        """)

    outcome.stdout.fnmatch_lines(
        [
            "effort  passed  calls  tokens * first byte     p95     end     p95",
            "low *  9.60s  18.10s  10.00s  18.50s *",
            "high *           -       -       -       -  on the front",
        ]
    )
