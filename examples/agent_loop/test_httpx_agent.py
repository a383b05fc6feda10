import httpx_agent
import pytest
from httpx_agent import AgentError, run_agent

from pytest_opus import api_error, overloaded, rate_limited, stream_error, tool_use, truncate, turn

BUG = "Fix this null-handling bug: function getName(u){ return u.profile.name.trim() }"
TEST_FILE = "src/utils/get-name.test.ts"


@pytest.fixture(autouse=True)
def tests_pass(monkeypatch):
    monkeypatch.setattr(httpx_agent, "run_tests", lambda file: f"{file}: 3 passed")


def test_runs_the_tests_and_answers(opus):
    opus.script(
        tool_use("run_tests", {"file": TEST_FILE}),
        "All tests pass now.",
    )

    assert run_agent(BUG) == "All tests pass now."

    assert opus.tool_calls[0].result.text == f"{TEST_FILE}: 3 passed"
    assert all(call.stream for call in opus.calls)


def test_text_is_shown_as_it_comes(opus):
    opus.script(turn("All tests pass.", chunks=["All ", "tests", " pass."]))
    shown = []

    assert run_agent(BUG, on_text=shown.append) == "All tests pass."

    assert shown == ["All ", "tests", " pass."]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_pieces_of_any_size_are_put_together(opus, size):
    file = "src/ünïcode/get-name.test.ts"
    opus.script(
        turn("I run them. 🧪", tool_use("run_tests", {"file": file}), chunks=size),
        turn("Größe passt.", chunks=size),
    )

    assert run_agent(BUG) == "Größe passt."

    assert opus.tool_calls[0].input == {"file": file}
    assert opus.tool_calls[0].result.text == f"{file}: 3 passed"


def test_json_may_be_cut_anywhere(opus):
    opus.script(
        turn(tool_use("run_tests", {"file": "a.test.ts"}), chunks=['{"fi', 'le": "a.t', "", 'est.ts"', "}"]),
        "Done.",
    )

    assert run_agent(BUG) == "Done."

    assert opus.tool_calls[0].result.text == "a.test.ts: 3 passed"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (truncate(after=4), "the stream ended too early"),
        (stream_error("overloaded_error", "Overloaded", after=4), "overloaded_error: Overloaded"),
    ],
)
def test_half_an_answer_is_none(opus, fault, message):
    opus.script(turn(tool_use("run_tests", {"file": TEST_FILE}), chunks=5, fault=fault))

    with pytest.raises(AgentError, match=message):
        run_agent(BUG)

    assert len(opus.calls) == 1


def test_retries_what_is_worth_it(opus):
    opus.script(rate_limited(), overloaded(retry_after=0), "All tests pass now.")

    assert run_agent(BUG) == "All tests pass now."

    assert [call.status for call in opus.calls] == [429, 529, 200]


def test_backs_off_when_the_api_gives_no_time(opus, monkeypatch):
    pauses = []
    monkeypatch.setattr(httpx_agent.time, "sleep", pauses.append)
    opus.script(*[rate_limited(retry_after=False)] * 3, "Done.")

    assert run_agent(BUG) == "Done."

    assert [round(pause, 3) for pause in pauses] == [
        pytest.approx(1, rel=0.25),
        pytest.approx(2, rel=0.25),
        pytest.approx(4, rel=0.25),
    ]


def test_does_not_retry_a_bad_request(opus):
    opus.script(api_error(413))

    with pytest.raises(AgentError, match="request_too_large"):
        run_agent(BUG)

    assert len(opus.calls) == 1


def test_the_same_agent_over_a_gateway(opus, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://gateway.example/anthropic")
    opus.script(rate_limited(), "Done.")

    assert run_agent(BUG) == "Done."

    assert opus.calls[0].error.type == "rate_limit_exceeded"


@pytest.mark.token_budget(input=3_000, output=200)
def test_stays_within_its_budget(opus):
    opus.script(tool_use("run_tests", {"file": TEST_FILE}), "All tests pass now.")

    run_agent(BUG)

    assert opus.usage.output_tokens < 200
