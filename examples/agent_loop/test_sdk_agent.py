import anthropic
import pytest
import sdk_agent
from sdk_agent import AgentError, run_agent

from pytest_opus import overloaded, rate_limited, text, tool_use, turn

BUG = "Fix this null-handling bug: function getName(u){ return u.profile.name.trim() }"
TEST_FILE = "src/utils/get-name.test.ts"


@pytest.fixture
def runs(monkeypatch):
    """The files that `run_tests` was asked for; every run passes."""
    files = []

    def run_tests(file):
        files.append(file)
        return "3 passed"

    monkeypatch.setattr(sdk_agent, "run_tests", run_tests)
    return files


def test_runs_the_tests_and_answers(opus, runs):
    opus.script(
        tool_use("run_tests", {"file": TEST_FILE}),
        "All tests pass now.",
    )

    assert run_agent(BUG) == "All tests pass now."

    assert runs == [TEST_FILE]
    assert [call.name for call in opus.tool_calls] == ["run_tests"]
    assert opus.tool_calls[0].result.text == "3 passed"
    assert opus.calls[0].request.model == "claude-opus-4-7"
    assert opus.calls[0].request.last_user_text == BUG


def test_runs_two_files_asked_for_at_once(opus, runs):
    opus.script(
        [
            text("I look at both."),
            tool_use("run_tests", {"file": "a.test.ts"}),
            tool_use("run_tests", {"file": "b.test.ts"}),
        ],
        "Both pass.",
    )

    assert run_agent(BUG) == "Both pass."

    assert runs == ["a.test.ts", "b.test.ts"]
    assert len(opus.calls[1].request.tool_results) == 2


def test_a_tool_that_fails_is_told_to_the_model(opus, monkeypatch):
    def run_tests(file):
        raise FileNotFoundError(f"no such file: {file}")

    monkeypatch.setattr(sdk_agent, "run_tests", run_tests)
    opus.script(tool_use("run_tests", {"file": "missing.test.ts"}), "There is no such test file.")

    assert run_agent(BUG) == "There is no such test file."

    result = opus.tool_calls[0].result
    assert result.is_error
    assert result.text == "no such file: missing.test.ts"


def test_an_input_that_breaks_the_schema_is_told_to_the_model(opus, runs):
    opus.script(
        tool_use("run_tests", {"path": TEST_FILE}, invalid=True),
        tool_use("run_tests", {"file": TEST_FILE}),
        "All tests pass now.",
    )

    assert run_agent(BUG) == "All tests pass now."

    assert [call.result.is_error for call in opus.tool_calls] == [True, False]
    assert runs == [TEST_FILE]


def test_the_sdk_retries(opus, runs):
    opus.script(
        rate_limited(),
        tool_use("run_tests", {"file": TEST_FILE}),
        overloaded(),
        overloaded(),
        "All tests pass now.",
    )

    assert run_agent(BUG) == "All tests pass now."

    assert [call.status for call in opus.calls] == [429, 200, 529, 529, 200]
    assert runs == [TEST_FILE]


def test_gives_up_when_the_api_stays_overloaded(opus):
    opus.otherwise(overloaded())

    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        run_agent(BUG)

    assert len(opus.calls) == 3


@pytest.mark.parametrize("reason", ["max_tokens", "refusal"])
def test_says_why_it_stopped_early(opus, reason):
    opus.script(turn("I would", stop_reason=reason))

    with pytest.raises(AgentError, match=reason):
        run_agent(BUG)


def test_does_not_loop_for_ever(opus, runs):
    opus.otherwise(tool_use("run_tests", {"file": TEST_FILE}))

    with pytest.raises(AgentError, match="no answer after 10 rounds"):
        run_agent(BUG)

    assert len(runs) == 10


@pytest.mark.token_budget(4_000, calls=3, per_call=1_500)
def test_stays_within_its_budget(opus, runs):
    opus.script(
        tool_use("run_tests", {"file": TEST_FILE}),
        tool_use("run_tests", {"file": TEST_FILE}),
        turn("All tests pass now.", usage={"input_tokens": 800, "output_tokens": 40}),
    )

    run_agent(BUG)

    assert opus.calls[-1].usage.total_tokens == 840
    assert len(runs) == 2
