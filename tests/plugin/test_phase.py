"""`opus.phase`: parts of a test's work, named by blocks and by rules."""

import pytest

RULES = """
def spend(opus, *texts):
    for text in texts:
        opus.script(turn("one", usage={"input_tokens": 5, "output_tokens": 5}))
        ask(text)
"""


def test_blocks_and_rules(project):
    outcome = project.run(f"""
{RULES}
def test_it(opus):
    opus.phase("look", user="look")
    opus.phase("rest", where=lambda request: True)
    spend(opus, "look here", "work")
    with opus.phase("verification"):
        spend(opus, "look again")
    assert [call.phase for call in opus.calls] == ["look", "rest", "verification"]
""")

    assert outcome.counts == {"passed": 1}


@pytest.mark.parametrize(
    ("condition", "phase"),
    [
        ('tools="run_tests"', "a"),
        ('system="Be"', "a"),
        ('model="opus"', "a"),
        ('user=re.compile("F.x")', "a"),
        ('user="no"', None),
    ],
)
def test_the_conditions_are_those_of_when(project, condition, phase):
    outcome = project.run(f"""
        import re

        def test_it(opus):
            opus.phase("a", {condition})
            opus.script("one")
            send("Fix it", tools=[TOOL], system="Be brief.")
            assert opus.calls[0].phase == {phase!r}
        """)

    assert outcome.counts == {"passed": 1}


def test_retries_belong_to_the_phase_of_their_request(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script(rate_limited(), "one")
            with opus.phase("a"):
                send(), send()
            assert [call.phase for call in opus.calls] == ["a", "a"]
        """)

    assert outcome.counts == {"passed": 1}


def test_a_condition_that_raises_fails_the_test_with_its_traceback(project):
    outcome = project.run("""
        def wrong(request):
            raise ZeroDivisionError("in the rule")

        def test_it(opus):
            opus.phase("a", where=wrong)
            opus.script("one")
            send()
        """)

    assert outcome.counts == {"failed": 1}
    assert "ZeroDivisionError: in the rule" in outcome.failure


WRONG = {
    "": "phase() missing 1 required positional argument: 'name'",
    "3": "phase(): the name is 3 (int); a name is expected.",
    "''": "phase(): the name is '' (str); a name is expected.",
    "'a', user=3": "phase(): user is 3 (int); a substring or a compiled regex is expected.",
    "'a', tools=3": "phase(): tools is 3 (int); a tool's name or a list of names is expected.",
    "'a', where=3": "phase(): where is 3 (int); a function (request) -> bool is expected.",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_arguments(project, arguments):
    outcome = project.run(f"""
        def test_it(opus):
            with pytest.raises(TypeError) as caught:
                opus.phase({arguments})
            assert str(caught.value).removeprefix("Endpoint.") == {WRONG[arguments]!r}
        """)

    assert outcome.counts == {"passed": 1}


def test_a_budget_of_phases(project, lines):
    outcome = project.run(f"""
{RULES}
@pytest.mark.token_budget(100, phases={{"look": 0.2, "work": 10}})
def test_it(opus):
    opus.phase("look", user="look")
    with opus.phase("work"):
        spend(opus, "one")
    spend(opus, "look", "look", "look")
""")

    assert outcome.failure == lines("""
        token budget exceeded: phase 'look' used 30 tokens of 20, 0.2 of the total, (+50%) in 3 calls

          call  phase  model            status  input  output  total  sum
             1  work   claude-opus-4-7     200      5       5     10   10
             2  look   claude-opus-4-7     200      5       5     10   20
             3  look   claude-opus-4-7     200      5       5     10   30
             4  look   claude-opus-4-7     200      5       5     10   40

        Raise the limit in @pytest.mark.token_budget, or make the program spend less.
        """)


FORGIVING = f"""
{RULES}
@pytest.mark.token_budget(20, phases={{"look": 9}}, strategy="prioritize_completion")
def test_it(opus):
    with opus.phase("look"):
        spend(opus, TEXTS)
"""


def test_a_phase_may_take_more_while_the_total_holds(project):
    outcome = project.run(FORGIVING.replace("TEXTS", '"one", "two"'))

    assert outcome.counts == {"passed": 1, "warnings": 1}
    outcome.stdout.fnmatch_lines(
        ["*OpusWarning: token budget exceeded: phase 'look' used 20 tokens of 9 (+122%) in 2 calls"]
    )


def test_and_fails_with_the_total(project):
    outcome = project.run(FORGIVING.replace("TEXTS", '"one", "two", "three"'))

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[:2] == [
        "token budget exceeded: 30 tokens used of 20 (+50%) in 3 calls",
        "token budget exceeded: phase 'look' used 30 tokens of 9 (+233%) in 3 calls",
    ]


def test_a_warning_that_a_filter_makes_an_error_is_a_failure(project):
    outcome = project.run(FORGIVING.replace("TEXTS", '"one", "two"'), "-Werror")

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.startswith("token budget exceeded: phase 'look' used 20 tokens of 9")


def test_task_budgets(project):
    outcome = project.run("""
        import httpx
        from program import URL

        def go_on(opus, messages, usage, **budget):
            opus.script(turn("one", usage=dict(zip(("input_tokens", "output_tokens"), usage))))
            config = {"task_budget": {"type": "tokens", "total": 20_000, **budget}}
            beta = headers(**{"anthropic-beta": "task-budgets-2026-03-13"})
            httpx.post(URL, headers=beta, json=body(messages=messages, output_config=config))

        FIRST = [{"role": "user", "content": "Fix it"}]
        SECOND = [*FIRST, {"role": "assistant", "content": "one"}, {"role": "user", "content": "Go on"}]

        @pytest.mark.token_budget(task_budget=True)
        def test_it(opus):
            assert opus.task_budget is None
            go_on(opus, FIRST, (500, 12_000))
            assert (opus.task_budget.declared, opus.task_budget.spent, opus.task_budget.remaining) == (20_000, 12_000, 8_000)
            go_on(opus, SECOND, (12_800, 7_701))

        def test_compacts(opus):
            go_on(opus, FIRST, (500, 2_000))
            go_on(opus, SECOND, (2_600, 1_000))
            go_on(opus, [FIRST[0], {"role": "assistant", "content": "In short."}, FIRST[0]], (800, 1))
            assert opus.problems[0].code == "remaining_dropped"

        @pytest.mark.opus(task_budgets="off")
        def test_compacts_and_may(opus):
            go_on(opus, FIRST, (500, 2_000))
            go_on(opus, SECOND, (2_600, 1_000))
            go_on(opus, [FIRST[0], {"role": "assistant", "content": "In short."}, FIRST[0]], (800, 1))
        """)

    assert outcome.counts == {"failed": 2, "passed": 1}
    over, dropped = outcome.failures
    assert over.splitlines()[0] == "token budget exceeded: 20,001 tokens spent of 20,000 (+1%) in 2 calls"
    assert dropped.splitlines()[0] == (
        "opus: call 3 goes on with less history, but its task budget does not say what remains."
    )
