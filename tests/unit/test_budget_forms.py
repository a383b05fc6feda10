"""Every limit of a budget: at the limit it holds, one token beyond it does not."""

from decimal import Decimal

import pytest

from pytest_opus._judges.budget import Budget


@pytest.fixture
def headlines(make_call):
    """The first lines of what a budget says to calls of these usages, each `(input, output)` or a dict of the wire."""

    def judge(budget, *usages, phases=()):
        calls = []
        for number, usage in enumerate(usages, 1):
            wire = (
                usage if isinstance(usage, dict) else dict(zip(("input_tokens", "output_tokens"), usage, strict=True))
            )
            calls.append(make_call(number, usage={"input_tokens": 0, "output_tokens": 0} | wire))
        for call, phase in zip(calls, phases, strict=False):
            call.phase = phase
        message = Budget.of(budget).overrun(calls)
        return message and message.partition("\n\n")[0].splitlines()

    return judge


def test_cost(headlines):
    at_the_limit = {"cost": 0.0018}

    assert headlines(at_the_limit, (120, 48)) is None
    assert headlines(at_the_limit, (121, 48)) == ["token budget exceeded: $0.001805 spent of $0.0018 (+1%) in 1 call"]


@pytest.mark.parametrize("limit", [1, 1.0, Decimal(1)])
def test_cost_takes_numbers_of_every_kind(headlines, limit):
    assert headlines({"cost": limit}, (200_000, 0)) is None
    assert headlines({"cost": limit}, (200_001, 0)) == [
        "token budget exceeded: $1.000005 spent of $1.00 (+1%) in 1 call"
    ]


def test_a_cost_that_is_not_known_keeps_no_limit(make_call):
    call = make_call(1)
    call.message["model"] = "claude-nope-4"

    assert Budget.of({"cost": 100}).overrun([call]).splitlines()[0] == (
        "token budget exceeded: the cost is limited, but not known. "
        "No price is known for the model 'claude-nope-4'. Give it in the ini option opus_prices."
    )


def test_a_cost_that_differs_where_nobody_looks_is_shown_whole(headlines):
    budget = {"cost": Decimal("0.0000006")}

    assert headlines(budget, {"cache_read_input_tokens": 2}) == [
        "token budget exceeded: $0.000001 spent of $0.0000006 (+67%) in 1 call"
    ]


def test_tokenizer_factor_scales_tokens(headlines):
    budget = {"total": 27_000, "tokenizer_factor": 1.35}

    assert headlines(budget, (19_000, 1_000)) is None
    assert headlines(budget, (19_001, 1_000)) == ["token budget exceeded: 27,002 tokens used of 27,000 (+1%) in 1 call"]


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"input": 14}, "15 input tokens used of 14 (+7%) in 1 call"),
        ({"output": 14}, "15 output tokens used of 14 (+7%) in 1 call"),
        ({"per_call": 29}, "call 1 used 30 tokens of 29 per call (+3%)"),
        ({"cost": 0.00044}, "$0.00045 spent of $0.00044 (+2%) in 1 call"),
        ({"phases": {"a": 29}}, "phase 'a' used 30 tokens of 29 (+3%) in 1 call"),
    ],
)
def test_tokenizer_factor_scales_every_limit_but_the_calls(headlines, limits, says):
    at_most = {
        name: {"a": 30} if name == "phases" else limit + (0.00001 if name == "cost" else 1)
        for name, limit in limits.items()
    }
    used = {"phases": ["a"]}

    assert headlines(limits | {"tokenizer_factor": 1.5}, (10, 10), **used) == [f"token budget exceeded: {says}"]
    assert headlines(at_most | {"tokenizer_factor": 1.5, "calls": 1}, (10, 10), **used) is None


def test_cache_read_ratio(headlines):
    hit = {"input_tokens": 400, "cache_read_input_tokens": 600}

    assert headlines({"cache_read_ratio": 0.6}, hit) is None
    assert headlines({"cache_read_ratio": 0.6}, hit | {"input_tokens": 401}) == [
        "token budget missed: 600 of 1,001 input tokens were read from the cache (59.9%), 601 are expected (60%)"
    ]
    assert headlines({"cache_read_ratio": 1}, {"cache_read_input_tokens": 5}) is None


def test_phases_of_tokens_and_of_shares(headlines):
    budget = {"total": 100, "phases": {"look": 30, "work": 0.29}}
    phases = ["look", "work", "look", None]

    assert headlines(budget, (20, 0), (29, 0), (10, 0), (41, 0), phases=phases) is None
    assert headlines(budget, (20, 0), (30, 0), (11, 0), (0, 0), phases=phases) == [
        "token budget exceeded: phase 'look' used 31 tokens of 30 (+3%) in 2 calls",
        "token budget exceeded: phase 'work' used 30 tokens of 29, 0.29 of the total, (+3%) in 1 call",
    ]


def test_one_is_a_token_and_one_point_nought_is_all_of_them(headlines):
    assert headlines({"total": 9, "phases": {"a": 1.0}}, (9, 0), phases=["a"]) is None
    assert headlines({"total": 9, "phases": {"a": 1}}, (2, 0), phases=["a"]) == [
        "token budget exceeded: phase 'a' used 2 tokens of 1 (+100%) in 1 call"
    ]


def test_phases_that_no_call_was_in(headlines):
    assert headlines({"phases": {"look": 9, "work": 9}}, (1, 1)) == [
        "token budget exceeded: it has phases ('look', 'work'), but no call was in one of them. "
        "Name them with opus.phase(...)."
    ]
    assert headlines({"phases": {"look": 9}}, (1, 1), phases=["lock"])[0].endswith(
        "; calls were in 'lock'. Name them with opus.phase(...)."
    )
    assert headlines({"phases": {"look": 9, "work": 9}}, (1, 1), phases=["look"]) is None


@pytest.fixture
def phased(make_call):
    calls = [make_call(1, usage={"input_tokens": 20, "output_tokens": 11}), make_call(2)]
    calls[0].phase = "look"
    return calls


FORGIVING = {"phases": {"look": 30}, "strategy": "prioritize_completion"}


def test_a_phase_may_take_more_while_the_total_holds(phased, lines):
    budget = Budget.of({"total": 46} | FORGIVING)

    assert budget.overrun(phased) is None
    assert budget.tolerated(phased) == lines("""
        token budget exceeded: phase 'look' used 31 tokens of 30 (+3%) in 1 call

          call  phase  model            status  input  output  total  sum
             1  look   claude-opus-4-7     200     20      11     31   31
             2  -      claude-opus-4-7     200     10       5     15   46

        The total holds, so the test passes.""")


def test_and_no_longer_when_it_does_not(phased):
    message = Budget.of({"total": 45} | FORGIVING).overrun(phased)

    assert message.splitlines()[:2] == [
        "token budget exceeded: 46 tokens used of 45 (+2%) in 2 calls",
        "token budget exceeded: phase 'look' used 31 tokens of 30 (+3%) in 1 call",
    ]


def test_a_budget_that_holds_warns_of_nothing(phased):
    assert Budget.of({"total": 46} | FORGIVING | {"phases": {"look": 31}}).tolerated(phased) is None
    assert Budget.of({"total": 46, "phases": {"look": 30}}).tolerated(phased) is None


def test_the_table_has_the_columns_that_the_budget_asks_for(phased, lines):
    budget = Budget.of(
        {"total": 45, "cost": 1, "cache_read_ratio": 0.1, "phases": {"look": 31}, "tokenizer_factor": 1.1}
    )

    assert budget.overrun(phased) == lines("""
        token budget exceeded: 51 tokens used of 45 (+12%) in 2 calls
        token budget missed: 0 of 30 input tokens were read from the cache (0.0%), 3 are expected (10%)
        token budget exceeded: phase 'look' used 35 tokens of 31 (+10%) in 1 call

          call  phase  model            status  input  read  output  total  sum       cost
             1  look   claude-opus-4-7     200     20     0      11     31   31  $0.000375
             2  -      claude-opus-4-7     200     10     0       5     15   46  $0.000175

        Tokens and cost are judged times the tokenizer_factor 1.1; the table shows them as they were.
        Raise the limit in @pytest.mark.token_budget, or make the program spend less.""")
