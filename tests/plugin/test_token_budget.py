"""`token_budget`: at the limit a test passes, above it fails with a table of its calls."""

import pytest

SPEND = """
def spend(opus, *amounts):
    for number, (given, made) in enumerate(amounts, 1):
        opus.script(turn("one", usage={"input_tokens": given, "output_tokens": made}))
        ask(f"Question {number}")
"""


@pytest.fixture
def run_spending(project):
    """Runs a test that spends `(input, output)` tokens per call under a budget."""

    def run(budget, *amounts):
        return project.run(f"""
{SPEND}
@pytest.mark.token_budget({budget})
def test_it(opus):
    spend(opus, {", ".join(map(str, amounts))})
""")

    return run


@pytest.mark.parametrize(
    "budget", ["30", "total=30", "input=20", "output=10", "calls=2", "per_call=18", "30, input=20, output=10, calls=2"]
)
def test_at_the_limit_it_passes(run_spending, budget):
    assert run_spending(budget, (12, 6), (8, 4)).counts == {"passed": 1}


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        ("29", "token budget exceeded: 30 tokens used of 29 (+3%) in 2 calls"),
        ("input=19", "token budget exceeded: 20 input tokens used of 19 (+5%) in 2 calls"),
        ("output=9", "token budget exceeded: 10 output tokens used of 9 (+11%) in 2 calls"),
        ("calls=1", "token budget exceeded: 2 calls made of 1 (+100%)"),
        ("per_call=17", "token budget exceeded: call 1 used 18 tokens of 17 per call (+6%)"),
    ],
)
def test_one_token_above_it_fails(run_spending, budget, says):
    outcome = run_spending(budget, (12, 6), (8, 4))

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[:2] == [says, ""]


def test_the_whole_message(run_spending, lines):
    outcome = run_spending("20_000, calls=1, per_call=11_000", (10_000, 500), (12_405, 505))

    assert outcome.failure == lines("""
        token budget exceeded: 23,410 tokens used of 20,000 (+17%) in 2 calls
        token budget exceeded: 2 calls made of 1 (+100%)
        token budget exceeded: call 2 used 12,910 tokens of 11,000 per call (+17%)

          call  model            status   input  output   total     sum
             1  claude-opus-4-7     200  10,000     500  10,500  10,500
             2  claude-opus-4-7     200  12,405     505  12,910  23,410

        Raise the limit in @pytest.mark.token_budget, or make the program spend less.
        """)


def test_it_says_where_usage_is_estimated(project):
    outcome = project.run("""
        @pytest.mark.token_budget(1)
        def test_it(opus):
            opus.script("one")
            ask()
        """)

    assert outcome.failure.splitlines()[-2:] == [
        "Usage is estimated where a turn does not give any.",
        "Raise the limit in @pytest.mark.token_budget, or make the program spend less.",
    ]


@pytest.mark.parametrize(("used", "percent"), [(1_001, 1), (1_006, 1), (1_500, 50), (100_000, 9_900)])
def test_an_overrun_is_told_in_percent_and_never_as_none(run_spending, used, percent):
    outcome = run_spending("1_000", (used - 1, 1))

    assert f"{used:,} tokens used of 1,000 (+{percent}%) in 1 call" in outcome.failure


def test_what_is_cached_counts_as_input(project):
    outcome = project.run("""
        USAGE = {"input_tokens": 1, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 300, "output_tokens": 4}

        @pytest.mark.token_budget(325, input=320)
        def test_it(opus):
            opus.script(turn("one", usage=USAGE))
            ask()
        """)

    assert outcome.failure.splitlines()[0] == "token budget exceeded: 321 input tokens used of 320 (+1%) in 1 call"
    assert outcome.failure.splitlines()[3].split() == ["1", "claude-opus-4-7", "200", "321", "4", "325", "325"]


def test_failed_calls_count_nothing_but_are_in_the_table(project, lines):
    outcome = project.run("""
        @pytest.mark.token_budget(2, calls=1)
        def test_it(opus):
            opus.script(rate_limited(), turn("one", usage={"input_tokens": 2, "output_tokens": 1}), api_error(529))
            send(); send(); send()
        """)

    assert outcome.failure == lines("""
        token budget exceeded: 3 tokens used of 2 (+50%) in 1 call

          call  model            status  input  output  total  sum
             1  claude-opus-4-7     429      0       0      0    0
             2  claude-opus-4-7     200      2       1      3    3
             3  claude-opus-4-7     529      0       0      0    3

        Raise the limit in @pytest.mark.token_budget, or make the program spend less.
        """)


def test_a_stream_counts_what_it_reported(project):
    outcome = project.run("""
        @pytest.mark.token_budget(2)
        def test_it(opus):
            opus.script(turn("one", usage={"input_tokens": 2, "output_tokens": 1}))
            assert "message_stop" in send(stream=True).text
        """)

    assert outcome.failure.splitlines()[0] == "token budget exceeded: 3 tokens used of 2 (+50%) in 1 call"


def test_no_call_is_a_failure(project, lines):
    outcome = project.run("""
        @pytest.mark.token_budget(20_000)
        def test_it(opus): ...
        """)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure == lines("""
        token budget declared, but no call was seen
        No endpoint saw a request to a Messages host while the test ran.
        Ask for the `opus` fixture, or take the marker off a test that makes no call.
        """)


def test_no_call_is_a_failure_without_the_fixture_too(project):
    outcome = project.run("""
        @pytest.mark.token_budget(20_000)
        def test_it(): ...
        """)

    assert outcome.failure.splitlines()[0] == "token budget declared, but no call was seen"


def test_a_refused_call_was_seen(project):
    outcome = project.run("""
        @pytest.mark.token_budget(20_000)
        def test_it(opus):
            opus.expect_invalid()
            ask(max_tokens="many")
        """)

    assert outcome.counts == {"passed": 1}


def test_endpoints_inside_the_test_count(project):
    outcome = project.run(f"""
{SPEND}
@pytest.mark.token_budget(29)
def test_it(opus):
    spend(opus, (8, 2))
    with endpoint() as second:
        spend(second, (8, 2))
    with endpoint() as third:
        spend(third, (8, 2))
""")

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == "token budget exceeded: 30 tokens used of 29 (+3%) in 3 calls"
    assert [line.split()[0] for line in outcome.failure.splitlines()[3:6]] == ["1", "2", "3"]


def test_endpoint_alone_counts(project):
    outcome = project.run(f"""
{SPEND}
@pytest.mark.token_budget(9)
def test_it():
    with endpoint() as opus:
        spend(opus, (8, 2))
""")

    assert outcome.failure.splitlines()[0] == "token budget exceeded: 10 tokens used of 9 (+11%) in 1 call"


def test_a_script_problem_and_an_overrun_are_both_told(project):
    outcome = project.run("""
        @pytest.mark.token_budget(1)
        def test_it(opus):
            opus.script("one", "two")
            ask()
        """)

    problem, overrun, *_ = outcome.failure.split("\n\n")
    assert problem.startswith("opus: 1 of 2 scripted turns was never asked for.")
    assert overrun.startswith("token budget exceeded: ")


def test_calls_of_the_test_before_do_not_count(project):
    outcome = project.run(f"""
{SPEND}
def test_before(opus):
    spend(opus, (100, 100))

@pytest.mark.token_budget(3)
def test_it(opus):
    spend(opus, (2, 1))
""")

    assert outcome.counts == {"passed": 2}
