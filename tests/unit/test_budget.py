import pytest

from pytest_opus._judges.budget import Budget


def test_no_overrun(make_call):
    calls = [make_call(1, usage={"input_tokens": 10, "output_tokens": 5})]

    assert Budget(total=15, input=10, output=5, calls=1, per_call=15).overrun(calls) is None


def test_the_whole_message(make_call):
    calls = [
        make_call(1, usage={"input_tokens": 1_000, "output_tokens": 50, "cache_read_input_tokens": 200}),
        make_call(2, status=529),
        make_call(3, usage={"input_tokens": 3_000, "output_tokens": 5}, estimated=True, model="claude-haiku-4-5"),
    ]

    assert Budget(total=2_000, input=4_000, output=50, calls=1, per_call=3_000).overrun(calls) == "\n".join(
        [
            "token budget exceeded: 4,255 tokens used of 2,000 (+113%) in 2 calls",
            "token budget exceeded: 4,200 input tokens used of 4,000 (+5%) in 2 calls",
            "token budget exceeded: 55 output tokens used of 50 (+10%) in 2 calls",
            "token budget exceeded: 2 calls made of 1 (+100%)",
            "token budget exceeded: call 3 used 3,005 tokens of 3,000 per call (+1%)",
            "",
            "  call  model             status  input  output  total    sum",
            "     1  claude-opus-4-7      200  1,200      50  1,250  1,250",
            "     2  claude-opus-4-7      529      0       0      0  1,250",
            "     3  claude-haiku-4-5     200  3,000       5  3,005  4,255",
            "",
            "Usage is estimated where a turn does not give any.",
            "Raise the limit in @pytest.mark.token_budget, or make the program spend less.",
        ]
    )


def test_failed_calls_alone_keep_any_budget(make_call):
    assert Budget(total=1, calls=1).overrun([make_call(1, status=429), make_call(2, status=None)]) is None


def test_no_call_at_all():
    assert Budget(total=1).overrun([]) == (
        "token budget declared, but no call was seen\n"
        "No endpoint saw a request to a Messages host while the test ran.\n"
        "Ask for the `opus` fixture, or take the marker off a test that makes no call."
    )


@pytest.mark.parametrize("arguments", [{"total": 1}, {"input": 1, "output": None}, {"calls": 3, "per_call": 10**9}])
def test_arguments(arguments):
    assert Budget.of(arguments) == Budget(**arguments)
