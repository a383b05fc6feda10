"""The arguments of `token_budget`: merged key by key, the closest first; wrong ones are an error of that test."""

import pytest

NAMES = "total, input, output, calls, per_call, cost, phases, strategy, tokenizer_factor, cache_read_ratio, task_budget"
NOTHING = (
    "@pytest.mark.token_budget limits nothing; give a total, such as token_budget(20_000), or any of input, output, "
    "calls, per_call, cost, phases, cache_read_ratio, task_budget."
)

LEVELS = """
pytestmark = pytest.mark.token_budget(3, output=1)

def spend(opus):
    opus.script(turn("one", usage={"input_tokens": 2, "output_tokens": 1}))
    ask()

def test_of_the_module(opus):
    spend(opus)

@pytest.mark.token_budget(2)
class TestClass:
    def test_of_the_class(self, opus):
        spend(opus)

    @pytest.mark.token_budget(total=3)
    def test_of_the_function(self, opus):
        spend(opus)

    @pytest.mark.token_budget(calls=5)
    def test_that_adds_a_limit(self, opus):
        spend(opus)

    @pytest.mark.token_budget(None)
    def test_that_takes_a_limit_away(self, opus):
        spend(opus)

    @pytest.mark.token_budget(None)
    def test_that_keeps_the_other_limit(self, opus):
        opus.script(turn("one", usage={"input_tokens": 2, "output_tokens": 2}))
        ask()

    @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.token_budget(3)), 2])
    def test_of_the_parameter(self, opus, n):
        spend(opus)
"""


def test_the_closest_marker_wins_key_by_key(project):
    outcome = project.run(LEVELS)

    assert {report.nodeid.rpartition("::")[2]: report.outcome for report in outcome.reports if report.when == "call"} == {
        "test_of_the_module": "passed",
        "test_of_the_class": "failed",
        "test_of_the_function": "passed",
        "test_that_adds_a_limit": "failed",
        "test_that_takes_a_limit_away": "passed",
        "test_that_keeps_the_other_limit": "failed",
        "test_of_the_parameter[1]": "passed",
        "test_of_the_parameter[2]": "failed",
    }  # fmt: skip


WRONG = {
    "": NOTHING,
    "None": NOTHING,
    "task_budget=False": NOTHING,
    "tokenizer_factor=1.35": NOTHING,
    "1, 2": "@pytest.mark.token_budget takes one positional argument, the total; got (1, 2).",
    "1, total=2": "@pytest.mark.token_budget: the total is given twice.",
    "tokens=1": f"@pytest.mark.token_budget: unknown argument 'tokens'; its arguments are {NAMES}.",
    "'20_000'": "@pytest.mark.token_budget: total is '20_000' (str); a number of tokens, 1 or more, is expected.",
    "0": "@pytest.mark.token_budget: total is 0 (int); a number of tokens, 1 or more, is expected.",
    "-1": "@pytest.mark.token_budget: total is -1 (int); a number of tokens, 1 or more, is expected.",
    "True": "@pytest.mark.token_budget: total is True (bool); a number of tokens, 1 or more, is expected.",
    "2e4": "@pytest.mark.token_budget: total is 20000.0 (float); a number of tokens, 1 or more, is expected.",
    "calls=0": "@pytest.mark.token_budget: calls is 0 (int); a number of calls, 1 or more, is expected.",
    "per_call=[]": "@pytest.mark.token_budget: per_call is [] (list); a number of tokens, 1 or more, is expected.",
    "cost=0": "@pytest.mark.token_budget: cost is 0 (int); a number of US dollars, more than 0, is expected.",
    "cost='1'": "@pytest.mark.token_budget: cost is '1' (str); a number of US dollars, more than 0, is expected.",
    "cost=float('nan')": "@pytest.mark.token_budget: cost is nan (float); a number of US dollars, more than 0, is expected.",
    "phases=['a']": "@pytest.mark.token_budget: phases is ['a'] (list); a dict of limits by phase, such as {\"verification\": 30_000}, is expected.",
    "phases={}": '@pytest.mark.token_budget: phases is {} (dict); a dict of limits by phase, such as {"verification": 30_000}, is expected.',
    "9, phases={'a': 0}": "@pytest.mark.token_budget: phase 'a' is 0 (int); a number of tokens, or a share of the total, up to 1.0, is expected.",
    "9, phases={'a': 1.1}": "@pytest.mark.token_budget: phase 'a' is 1.1 (float); a number of tokens, or a share of the total, up to 1.0, is expected.",
    "9, phases={'a': True}": "@pytest.mark.token_budget: phase 'a' is True (bool); a number of tokens, or a share of the total, up to 1.0, is expected.",
    "phases={'a': 0.5}": "@pytest.mark.token_budget: phase 'a' is a share, but there is no total; give the total, or a number of tokens.",
    "9, strategy='strict'": "@pytest.mark.token_budget: strategy says what becomes of phases, but none are given.",
    "phases={'a': 1}, strategy='prioritize_quality'": "@pytest.mark.token_budget: strategy is 'prioritize_quality' (str); 'strict' or 'prioritize_completion' is expected.",
    "phases={'a': 1}, strategy='prioritize_completion'": "@pytest.mark.token_budget: strategy 'prioritize_completion' watches the total, but none is given.",
    "9, tokenizer_factor=0": "@pytest.mark.token_budget: tokenizer_factor is 0 (int); a factor, more than 0, is expected.",
    "cache_read_ratio=1.01": "@pytest.mark.token_budget: cache_read_ratio is 1.01 (float); a share, more than 0 and up to 1, is expected.",
    "task_budget=20_000": "@pytest.mark.token_budget: task_budget is 20000 (int); True or False is expected.",
}


@pytest.mark.parametrize("arguments", WRONG)
@pytest.mark.parametrize("fixture", ["opus", ""])
def test_wrong_arguments_are_an_error_of_that_test_alone(project, arguments, fixture):
    outcome = project.run(f"""
        @pytest.mark.token_budget({arguments})
        def test_it({fixture}): ...

        def test_other(opus): ...
        """)

    assert outcome.counts == {"errors": 1, "passed": 1}
    assert outcome.failure == WRONG[arguments]


def test_the_bare_marker_limits_nothing(project):
    outcome = project.run("""
        @pytest.mark.token_budget
        def test_it(opus): ...
        """)

    assert outcome.failure == WRONG[""]


def test_wrong_arguments_under_xdist(project):
    pytest.importorskip("xdist")

    outcome = project.run_subprocess(
        """
        @pytest.mark.token_budget(tokens=1)
        def test_it(opus): ...

        def test_other(opus): ...
        """,
        "-n1",
    )

    assert outcome.counts == {"errors": 1, "passed": 1}


def test_a_skipped_test_is_not_asked_for_its_arguments(project):
    outcome = project.run("""
        @pytest.mark.skip
        @pytest.mark.token_budget(tokens=1)
        def test_it(opus): ...
        """)

    assert outcome.counts == {"skipped": 1}
