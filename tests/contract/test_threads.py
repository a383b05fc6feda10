"""Message threads, as the SDK's tool runner uses them by default."""

from __future__ import annotations

import httpx
import pytest

from pytest_opus import fail_thread, overloaded, tool_use

anthropic = pytest.importorskip("anthropic", minversion="2.0")

BETA = "message-threads-2026-08-12"
URL = "https://api.anthropic.com/v1/messages"
HEADERS = {"x-api-key": "k", "anthropic-version": "2026-10-21", "anthropic-beta": BETA}
QUESTION = {"role": "user", "content": "Are the tests green?"}


@anthropic.beta_tool
def run_tests(file: str) -> str:
    """Run a test file.

    Args:
        file: its path
    """
    return f"{file}: 3 passed"


def run(**options):
    return (
        anthropic.Anthropic()
        .beta.messages.tool_runner(
            model="claude-opus-5-5",
            max_tokens=300,
            system="You run tests.",
            tools=[run_tests],
            messages=[QUESTION],
            **options,
        )
        .until_done()
    )


def script_two_calls(opus, *between):
    first, second = (tool_use("run_tests", {"file": name}) for name in ("a.py", "b.py"))
    opus.script(first, *between, second, "All green.")


def kinds(opus):
    return [(call.request.raw.get("thread") or {}).get("type") for call in opus.calls]


def test_the_runner_sends_only_what_is_new_and_the_request_reads_as_a_whole(opus):
    script_two_calls(opus)

    assert run().content[0].text == "All green."

    assert kinds(opus) == ["create", "continue", "continue"]
    last = opus.calls[2].request
    assert [message.role for message in last.messages] == ["user", "assistant", "user", "assistant", "user"]
    assert [message.role for message in last.sent_messages] == ["user"]
    assert (last.system, last.tool_names) == ("You run tests.", ["run_tests"])
    assert "tools" not in last.raw
    assert [call.result.text for call in opus.tool_calls] == ["a.py: 3 passed", "b.py: 3 passed"]
    assert opus.calls[1].usage.input_tokens > opus.calls[0].usage.input_tokens


def test_routes_see_the_system_prompt_that_the_thread_holds(opus):
    route = opus.when(system="You run tests", tools="run_tests")
    route.script(tool_use("run_tests", {"file": "a.py"}), "Green.")
    assert run().content[0].text == "Green."


@pytest.mark.parametrize("code", ["thread_not_found", "thread_already_continued", "thread_continue_in_flight"])
def test_the_runner_recovers_with_the_whole_conversation_under_a_new_thread(opus, code):
    script_two_calls(opus, fail_thread(code))

    assert run().content[0].text == "All green."

    assert kinds(opus) == ["create", "continue", "create", "continue"]
    assert opus.calls[1].error.details == {"error_code": code}
    assert len(opus.calls[2].request.sent_messages) == 3


def test_the_runner_goes_on_without_a_thread_where_none_is_supported(opus):
    opus.script(fail_thread("thread_unsupported_request"))
    script_two_calls(opus)
    assert run().content[0].text == "All green."
    assert kinds(opus) == ["create", None, None, None]


def test_a_failed_continuation_can_be_tried_again(opus):
    script_two_calls(opus, overloaded())
    assert run().content[0].text == "All green."
    assert kinds(opus) == ["create", "continue", "continue", "continue"]


def test_streaming_runs_hold_threads_too(opus):
    script_two_calls(opus)
    streams = anthropic.Anthropic().beta.messages.tool_runner(
        model="claude-opus-5-5", max_tokens=300, tools=[run_tests], messages=[QUESTION], stream=True
    )
    texts = [stream.get_final_message().stop_reason for stream in streams]
    assert texts == ["tool_use", "tool_use", "end_turn"]
    assert kinds(opus) == ["create", "continue", "continue"]


def post(thread, *messages, **fields):
    body = {"model": "claude-opus-5-5", "max_tokens": 9, "thread": thread, "messages": list(messages), **fields}
    return httpx.post(URL, headers=HEADERS, json=body)


def reason(response):
    error = response.json()["error"]
    return response.status_code, error["type"], error["details"]["error_code"]


def test_refused_continuations(opus):
    opus.script("one", "two")
    opus.expect_invalid()
    created = post({"type": "create"}, QUESTION, system="Be brief.").json()["id"]
    thread = {"type": "continue", "previous_message_id": created}

    assert reason(post(thread | {"previous_message_id": "msg_unknown"}, QUESTION)) == (
        404,
        "not_found_error",
        "thread_not_found",
    )
    assert reason(post(thread, QUESTION, system="Be long.")) == (
        400,
        "invalid_request_error",
        "thread_fingerprint_mismatch",
    )
    assert post(thread, QUESTION, system="Be brief.").status_code == 200
    assert reason(post(thread, QUESTION)) == (400, "invalid_request_error", "thread_already_continued")


def test_the_joined_conversation_is_judged_as_a_whole(opus):
    opus.script(tool_use("run_tests", {"file": "a.py"}))
    opus.expect_invalid()
    schema = {"type": "object", "properties": {"file": {"type": "string"}}}
    created = post({"type": "create"}, QUESTION, tools=[{"name": "run_tests", "input_schema": schema}]).json()
    response = post({"type": "continue", "previous_message_id": created["id"]}, QUESTION)
    assert response.status_code == 400
    assert created["content"][0]["id"] in response.json()["error"]["message"]


def test_an_unknown_error_code_is_refused_where_it_is_written():
    with pytest.raises(ValueError, match=r"fail_thread\(\): 'expired' \(str\); one of thread_not_found, "):
        fail_thread("expired")
