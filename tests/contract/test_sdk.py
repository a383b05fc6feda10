"""The `anthropic` SDK, whichever version is installed, runs unchanged against the endpoint."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_opus import (
    Usage,
    _active,
    endpoint,
    overloaded,
    plausible,
    rate_limited,
    server_error,
    text,
    thinking,
    tool_use,
    turn,
)

anthropic = pytest.importorskip("anthropic")

RUN_TESTS = {
    "name": "run_tests",
    "description": "Run a test file",
    "input_schema": {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]},
}
REQUEST = {"model": "claude-opus-4-7", "max_tokens": 300, "tools": [RUN_TESTS]}
CLIENT_OF_IMPORT_TIME = anthropic.Anthropic(api_key="sk-ant-of-import-time")


def user(content):
    return {"role": "user", "content": content}


def run_agent(prompt, client=None):
    client = client or anthropic.Anthropic()
    messages = [user(prompt)]
    while True:
        message = client.messages.create(**REQUEST, messages=messages)
        if message.stop_reason != "tool_use":
            return message.content[-1].text
        messages += [{"role": "assistant", "content": message.content}, user(results(message))]


async def run_agent_async(prompt):
    async with anthropic.AsyncAnthropic() as client:
        messages = [user(prompt)]
        while True:
            async with client.messages.stream(**REQUEST, messages=messages) as stream:
                message = await stream.get_final_message()
            if message.stop_reason != "tool_use":
                return message.content[-1].text
            messages += [{"role": "assistant", "content": message.content}, user(results(message))]


def results(message):
    calls = [block for block in message.content if block.type == "tool_use"]
    return [{"type": "tool_result", "tool_use_id": call.id, "content": "3 passed"} for call in calls]


def test_a_tool_loop(opus):
    opus.script(tool_use("run_tests", {"file": "test_name.py"}), "All tests pass now.")

    assert run_agent("Fix this null-handling bug") == "All tests pass now."

    assert [(call.name, call.input, call.result.text) for call in opus.tool_calls] == [
        ("run_tests", {"file": "test_name.py"}, "3 passed")
    ]
    assert opus.calls[0].request.model == "claude-opus-4-7"
    assert opus.calls[0].request.last_user_text == "Fix this null-handling bug"
    assert [call.end for call in opus.calls] == ["complete", "complete"]


def test_the_same_loop_async_and_streaming(opus):
    opus.script([text("I run them."), tool_use("run_tests", {"file": "a.py"})], "Done.")

    assert asyncio.run(run_agent_async("Fix it")) == "Done."

    assert [call.stream for call in opus.calls] == [True, True]
    assert opus.tool_calls[0].result.text == "3 passed"


def test_a_client_built_at_import_time(opus):
    opus.script("Hello.")
    assert run_agent("Hi", CLIENT_OF_IMPORT_TIME) == "Hello."


def test_clients_wired_to_one_endpoint(opus):
    opus.script("outer")
    with endpoint() as inner:
        inner.script("inner")
        assert run_agent("x", opus.client()) == "outer"
        assert run_agent("x") == "inner"


@pytest.mark.parametrize("base_url", ["http://localhost:1/x", "https://gateway.example"])
def test_a_wired_client_needs_no_known_host(opus, base_url):
    opus.script("Hello.")
    assert run_agent("Hi", opus.client(base_url=base_url)) == "Hello."


def test_a_stop_sequence_ends_the_given_pieces_too(opus):
    opus.script(turn("abc STOP", chunks=["ab", "c S", "TOP"]))
    request = REQUEST | {"stop_sequences": ["STOP"], "messages": [user("x")]}
    with anthropic.Anthropic().messages.stream(**request) as stream:
        assert list(stream.text_stream) == ["ab", "c "]
        assert stream.get_final_message().stop_sequence == "STOP"


def test_an_async_client_wired_to_one_endpoint(opus):
    opus.script("outer")

    async def ask():
        async with opus.async_client() as client:
            message = await client.messages.create(**REQUEST, messages=[user("x")])
            return message.content[0].text

    with endpoint():
        assert asyncio.run(ask()) == "outer"


def test_fifty_threads(opus):
    opus.script(*["x"] * 50)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(run_agent, map(str, range(50))))
    assert answers == ["x"] * 50
    assert [call.number for call in opus.calls] == list(range(1, 51))
    assert {call.request.last_user_text for call in opus.calls} == set(map(str, range(50)))


def test_ids_are_unique_whatever_the_threads_do():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            with endpoint() as opus:
                opus.script(*["x"] * 8)
                start = threading.Barrier(8)

                def ask(client, start=start):
                    start.wait()
                    return client.messages.create(**REQUEST, messages=[user("x")]).id

                clients = [opus.client() for _ in range(8)]
                with ThreadPoolExecutor(8) as pool:
                    assert len(set(pool.map(ask, clients))) == 8
                assert len({call.headers["request-id"] for call in opus.calls}) == 8
    finally:
        sys.setswitchinterval(interval)


def test_a_hundred_tasks(opus):
    opus.script(*(f"answer {number}" for number in range(100)))

    async def ask_all():
        async with anthropic.AsyncAnthropic() as client:
            asked = [client.messages.create(**REQUEST, messages=[user("x")]) for _ in range(100)]
            return [message.content[0].text for message in await asyncio.gather(*asked)]

    assert sorted(asyncio.run(ask_all())) == sorted(f"answer {number}" for number in range(100))


def test_each_thread_has_the_endpoint_it_opened():
    def ask(name):
        with endpoint() as opus:
            opus.script(*[name] * 20)
            client = anthropic.Anthropic()
            return {run_agent("x", client) for _ in range(20)}

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, "abcdefgh")) == [{name} for name in "abcdefgh"]


def test_retries_do_not_sleep(opus, monkeypatch):
    naps = []
    monkeypatch.setattr(time, "sleep", naps.append)
    opus.script(rate_limited(), overloaded(), "Done.", server_error(), "Done again.")
    assert run_agent("x") == "Done."
    assert run_agent("x") == "Done again."
    assert len(naps) == 3
    assert sum(naps) < 0.1  # the SDK's own back-off would be 0.5 s and more per retry
    assert [call.status for call in opus.calls] == [429, 529, 200, 500, 200]
    assert opus.usage.total_tokens == sum(opus.calls[place].usage.total_tokens for place in (2, 4))


def test_an_explicit_retry_after_is_sent_as_it_is(opus):
    opus.script(rate_limited(retry_after=2))
    with pytest.raises(anthropic.RateLimitError) as caught:
        run_agent("x", anthropic.Anthropic(max_retries=0))
    assert caught.value.response.headers["retry-after"] == "2"
    assert "retry-after-ms" not in caught.value.response.headers
    assert caught.value.request_id == opus.calls[0].headers["request-id"]


@pytest.mark.skipif(anthropic.__version__.startswith("0.40."), reason="this SDK does not know thinking")
def test_thinking_and_its_signature(opus):
    opus.script(turn(thinking("Hm."), "Yes.", chunks=1))
    with anthropic.Anthropic().messages.stream(**REQUEST, messages=[user("x")]) as stream:
        message = stream.get_final_message()
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[0].signature == opus.calls[0].response.content[0].signature != ""


def test_a_stream_that_is_left_early_counts_what_it_reported(opus):
    opus.script(turn("A long answer.", usage={"input_tokens": 100, "output_tokens": 50}, chunks=2), "Next.")
    client = anthropic.Anthropic()
    with client.messages.stream(**REQUEST, messages=[user("x")]) as stream:
        assert next(iter(stream.text_stream)) == "A "
    assert opus.calls[0].end == "aborted"
    assert opus.calls[0].usage == Usage(input_tokens=100, output_tokens=1)
    assert opus.calls[0].response.content[0].text == "A "
    assert run_agent("x", client) == "Next."


def test_count_tokens_is_no_call(opus):
    if not hasattr(anthropic.Anthropic().messages, "count_tokens"):
        pytest.skip("this SDK has no count_tokens")
    count = anthropic.Anthropic().messages.count_tokens(
        model="claude-opus-4-7", messages=[user("Hello there")], tools=[RUN_TESTS]
    )
    assert count.input_tokens > 10
    assert opus.calls == []
    assert opus.transcript() == "POST /v1/messages/count_tokens: 200"


def test_models(opus):
    client = anthropic.Anthropic()
    if not hasattr(client, "models"):
        pytest.skip("this SDK has no models")
    ids = [model.id for model in client.models.list(limit=3)]
    assert ids[0] == "claude-fable-5-2"
    assert "claude-opus-4-7" in ids
    assert len(ids) == len(set(ids)) > 10  # the SDK follows the pages
    assert client.models.retrieve("claude-haiku-4-5").id == "claude-haiku-4-5-20251001"
    with pytest.raises(anthropic.NotFoundError, match="model: claude-nope"):
        client.models.retrieve("claude-nope")


def test_the_tool_runner(opus):
    beta_tool = getattr(anthropic, "beta_tool", None)
    if beta_tool is None:
        pytest.skip("this SDK has no tool runner")

    @beta_tool
    def run_tests(file: str) -> str:
        """Run a test file.

        Args:
            file: its path
        """
        return f"{file}: 3 passed"

    opus.script(tool_use("run_tests", {"file": "a.py"}), plausible())
    runner = anthropic.Anthropic().beta.messages.tool_runner(
        model="claude-opus-4-7", max_tokens=300, tools=[run_tests], messages=[user("x")]
    )
    assert runner.until_done().stop_reason == "end_turn"
    assert opus.tool_calls[0].result.text == "a.py: 3 passed"


def test_the_tool_runner_async_and_streaming(opus):
    beta_async_tool = getattr(anthropic, "beta_async_tool", None)
    if beta_async_tool is None:
        pytest.skip("this SDK has no tool runner")

    @beta_async_tool
    async def run_tests(file: str) -> str:
        """Run a test file.

        Args:
            file: its path
        """
        return f"{file}: 3 passed"

    async def run():
        async with anthropic.AsyncAnthropic() as client:
            runner = client.beta.messages.tool_runner(
                model="claude-opus-4-7", max_tokens=300, tools=[run_tests], messages=[user("x")], stream=True
            )
            return [(await stream.get_final_message()).stop_reason async for stream in runner]

    opus.script(tool_use("run_tests", {"file": "a.py"}), "Done.")
    assert asyncio.run(run()) == ["tool_use", "end_turn"]
    assert opus.tool_calls[0].result.text == "a.py: 3 passed"
    assert [(call.stream, call.end) for call in opus.calls] == [(True, "complete")] * 2


def test_parsed_output(opus):
    if not hasattr(anthropic.Anthropic().messages, "parse"):
        pytest.skip("this SDK parses no output")
    from pydantic import BaseModel

    class Verdict(BaseModel):
        passed: int

    opus.script('{"passed": 3}', plausible())
    for expected in (3, 0):
        message = anthropic.Anthropic().messages.parse(
            model="claude-opus-4-7", max_tokens=300, messages=[user("x")], output_format=Verdict
        )
        assert message.parsed_output == Verdict(passed=expected)


def test_raw_and_streaming_responses(opus):
    opus.script("one", "two")
    client = anthropic.Anthropic()
    raw = client.messages.with_raw_response.create(**REQUEST, messages=[user("x")])
    assert raw.headers["request-id"] == opus.calls[0].headers["request-id"]
    assert raw.parse().content[0].text == "one"
    with client.messages.with_streaming_response.create(**REQUEST, messages=[user("x")]) as response:
        assert b"".join(response.iter_bytes()).startswith(b'{"model":"claude-opus-4-7"')
    assert opus.calls[1].end == "complete"


def test_a_streaming_response_that_is_not_read_is_aborted(opus):
    opus.script("one")
    with anthropic.Anthropic().messages.with_streaming_response.create(**REQUEST, messages=[user("x")]):
        pass
    assert (opus.calls[0].end, opus.calls[0].response) == ("aborted", None)


def test_a_delay_ends_with_the_client_that_waits_for_it(opus):
    opus.script(turn("late", delay=30))

    async def ask():
        async with anthropic.AsyncAnthropic() as client:
            await asyncio.wait_for(client.messages.create(**REQUEST, messages=[user("x")]), 0.5)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(ask())
    assert opus.calls[0].end == "aborted"


def test_building_a_client_shares_one_verifying_tls_context(opus):
    def context(client):
        return client._client._transport._pool._ssl_context

    first, second = context(anthropic.Anthropic()), context(anthropic.Anthropic())
    assert first is second
    assert first.verify_mode.name == "CERT_REQUIRED"
    assert first.check_hostname
    assert context(CLIENT_OF_IMPORT_TIME) is not first


def test_a_thread_that_outlives_the_endpoint_does_not_hang():
    go = threading.Event()
    answers = []

    def late():
        go.wait(5)
        answers.append(run_agent("late", client))

    with endpoint() as opus:
        opus.script("in time")
        client = opus.client(max_retries=0)
        thread = threading.Thread(target=late)
        thread.start()
        assert run_agent("x", client) == "in time"
    failed = []
    thread_hook, threading.excepthook = threading.excepthook, lambda args: failed.append(args.exc_value)
    go.set()
    thread.join(5)
    threading.excepthook = thread_hook
    assert answers == []
    assert [problem.code for problem in _active.stray] == ["after_the_end"]
    _active.stray.clear()  # else it would be an error of this test's teardown
    assert "a request came after the end of endpoint" in str(failed[0])
