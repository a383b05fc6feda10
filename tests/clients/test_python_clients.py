"""Python libraries that speak to the API over HTTP, with the SDK or without."""

from __future__ import annotations

import asyncio
import json

import pytest

from pytest_opus import overloaded, tool_use, turn

pytestmark = pytest.mark.filterwarnings("default")  # what clients warn of is theirs

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
BODY = {"model": "claude-opus-4-7", "max_tokens": 300, "messages": [{"role": "user", "content": "Hi"}]}
MODEL = "claude-opus-4-7"


def run_tests(file: str) -> str:
    """Run a test file."""
    return f"{file}: 3 passed"


class TestRequests:
    def test_json_and_a_stream(self, alone):
        requests = pytest.importorskip("requests")
        alone.script("one", turn("two", pace=0.001))
        url = f"{alone.url}/v1/messages"
        assert requests.post(url, json=BODY, headers=HEADERS, timeout=9).json()["content"][0]["text"] == "one"
        with requests.post(url, json=BODY | {"stream": True}, headers=HEADERS, stream=True, timeout=9) as answer:
            lines = [line for line in answer.iter_lines() if line.startswith(b"event: ")]
        assert lines[-1] == b"event: message_stop"


class TestAiohttp:
    def test_json_and_a_stream(self, alone):
        aiohttp = pytest.importorskip("aiohttp")
        alone.script("one", turn("two", pace=0.001))

        async def ask(**more):
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"{alone.url}/v1/messages", json=BODY | more, headers=HEADERS) as answer,
            ):
                return await answer.text()

        assert json.loads(asyncio.run(ask()))["content"][0]["text"] == "one"
        assert 'data: {"type":"message_stop"}' in asyncio.run(ask(stream=True))

    def test_a_compressed_body(self, alone):
        aiohttp = pytest.importorskip("aiohttp")
        alone.script("one")

        async def ask():
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"{alone.url}/v1/messages", json=BODY, headers=HEADERS, compress="deflate") as answer,
            ):
                return await answer.json()

        assert asyncio.run(ask())["content"][0]["text"] == "one"


class TestLangchain:
    @pytest.fixture
    def model(self, alone):
        langchain_anthropic = pytest.importorskip("langchain_anthropic")
        return langchain_anthropic.ChatAnthropic(model=MODEL, base_url=alone.url, max_tokens=300, max_retries=2)

    def test_a_tool_loop(self, alone, model):
        messages = pytest.importorskip("langchain_core.messages")
        alone.script(tool_use("run_tests", {"file": "a.py"}), "All pass.")
        bound = model.bind_tools([run_tests])
        asked = [messages.HumanMessage("Test it")]
        answer = bound.invoke(asked)
        (call,) = answer.tool_calls
        asked += [answer, messages.ToolMessage(run_tests(**call["args"]), tool_call_id=call["id"])]
        assert bound.invoke(asked).text == "All pass."
        assert alone.tool_calls[0].result.text == "a.py: 3 passed"

    def test_a_stream_with_its_usage_and_a_retry(self, alone, model):
        alone.script(overloaded(), turn("All tests pass.", chunks=4, usage={"input_tokens": 70, "output_tokens": 30}))
        whole = None
        for chunk in model.stream("Well?"):
            whole = chunk if whole is None else whole + chunk
        assert whole.text == "All tests pass."
        assert (whole.usage_metadata["input_tokens"], whole.usage_metadata["output_tokens"]) == (70, 30)


class TestPydanticAi:
    @pytest.fixture
    def agent(self, alone):
        pydantic_ai = pytest.importorskip("pydantic_ai")
        return pydantic_ai.Agent(f"anthropic:{MODEL}", tools=[run_tests])

    def test_a_tool_loop(self, alone, agent):
        alone.script(tool_use("run_tests", {"file": "a.py"}), "All pass.")
        assert agent.run_sync("Test it").output == "All pass."
        assert alone.tool_calls[0].result.text == "a.py: 3 passed"

    def test_a_stream(self, alone, agent):
        alone.script(turn("All tests pass.", chunks=4))

        async def read():
            async with agent.run_stream("Well?") as result:
                return [text async for text in result.stream_text(delta=True, debounce_by=None)]

        assert "".join(asyncio.run(read())) == "All tests pass."


class TestLitellm:
    @pytest.fixture
    def ask(self, alone):
        litellm = pytest.importorskip("litellm")
        return {
            "model": f"anthropic/{MODEL}",
            "api_base": alone.url,
            "messages": BODY["messages"],
            "max_tokens": 300,
        }, litellm

    def test_an_answer_and_a_stream(self, alone, ask):
        asked, litellm = ask
        alone.script("one", "two")
        assert litellm.completion(**asked).choices[0].message.content == "one"
        pieces = [chunk.choices[0].delta.content or "" for chunk in litellm.completion(**asked, stream=True)]
        assert "".join(pieces) == "two"

    def test_over_aiohttp(self, alone, ask):
        asked, litellm = ask
        alone.script("one")
        assert asyncio.run(litellm.acompletion(**asked)).choices[0].message.content == "one"

    def test_a_tool_call(self, alone, ask):
        asked, litellm = ask
        parameters = {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]}
        tool = {"type": "function", "function": {"name": "run_tests", "description": "Run.", "parameters": parameters}}
        alone.script(tool_use("run_tests"))
        (call,) = litellm.completion(**asked, tools=[tool]).choices[0].message.tool_calls
        assert json.loads(call.function.arguments) == {"file": ""}


class TestInstructor:
    def test_it_asks_again_until_the_answer_is_valid(self, alone):
        instructor = pytest.importorskip("instructor")
        anthropic = pytest.importorskip("anthropic")
        pydantic = pytest.importorskip("pydantic")

        class Report(pydantic.BaseModel):
            passed: int = pydantic.Field(ge=1)

        alone.script(tool_use("Report", {"passed": 0}, invalid=True), tool_use("Report", {"passed": 3}))
        client = instructor.from_anthropic(anthropic.Anthropic())
        report = client.messages.create(**BODY, response_model=Report, max_retries=2)
        assert report.passed == 3
        assert alone.tool_calls[0].result.is_error
