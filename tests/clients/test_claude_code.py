"""Claude Code, by the binary that `claude-agent-sdk` brings along."""

from __future__ import annotations

import asyncio

import pytest

from pytest_opus import disconnect, overloaded, rate_limited, tool_use, turn

sdk = pytest.importorskip("claude_agent_sdk")
pytestmark = pytest.mark.filterwarnings("default")  # what clients warn of is theirs


def options(tmp_path, **more):
    return sdk.ClaudeAgentOptions(model="claude-opus-4-7", cwd=tmp_path, setting_sources=[], **more)


def run(prompt, chosen):
    """All messages that the agent gives, in order."""

    async def collect():
        return [message async for message in sdk.query(prompt=prompt, options=chosen)]

    return asyncio.run(asyncio.wait_for(collect(), 60))


def result(messages):
    """The last one: a subagent that ends in the background wakes the agent up again."""
    return [message for message in messages if isinstance(message, sdk.ResultMessage)][-1]


def test_an_answer(alone, tmp_path):
    alone.script("It prepares what a test needs.")
    messages = run("What is a fixture?", options(tmp_path, tools=["Read"]))
    assert result(messages).result == "It prepares what a test needs."
    (call,) = alone.calls
    assert (call.stream, call.end) == (True, "complete")
    assert call.request.last_user_text.endswith("What is a fixture?")


def test_a_tool_call(alone, tmp_path):
    (tmp_path / "notes.txt").write_text("three passed")
    alone.script(tool_use("Read", {"file_path": str(tmp_path / "notes.txt")}), "Three passed.")
    messages = run("How did it go?", options(tmp_path, tools=["Read"], allowed_tools=["Read"]))
    assert result(messages).result == "Three passed."
    (call,) = alone.tool_calls
    assert (call.name, call.result.is_error) == ("Read", False)
    assert "three passed" in call.result.text


def test_a_tool_of_the_program(alone, tmp_path):
    @sdk.tool("run_tests", "Run a test file", {"file": str})
    async def run_tests(arguments):
        return {"content": [{"type": "text", "text": f"{arguments['file']}: 3 passed"}]}

    server = sdk.create_sdk_mcp_server("mine", tools=[run_tests])
    alone.script(tool_use("mcp__mine__run_tests", {"file": "a.test.ts"}), "All pass.")
    chosen = options(tmp_path, tools=[], mcp_servers={"mine": server}, allowed_tools=["mcp__mine__run_tests"])
    assert result(run("Test it", chosen)).result == "All pass."
    assert alone.tool_calls[0].result.text.startswith("a.test.ts: 3 passed")


def test_text_as_it_comes(alone, tmp_path):
    alone.script(turn("All tests pass.", chunks=["All ", "tests", " pass."]))
    messages = run("Well?", options(tmp_path, tools=[], include_partial_messages=True))
    events = [message.event for message in messages if isinstance(message, sdk.StreamEvent)]
    texts = [event["delta"]["text"] for event in events if event.get("delta", {}).get("type") == "text_delta"]
    assert texts == ["All ", "tests", " pass."]


@pytest.mark.parametrize(
    ("trouble", "statuses"),
    [
        (overloaded(), [529, 200]),
        (rate_limited(), [429, 200]),
        (turn("lost", fault=disconnect(after=1)), [200, 200]),
    ],
    ids=["overloaded", "rate limited", "cut"],
)
def test_it_asks_again(alone, tmp_path, trouble, statuses):
    alone.script(trouble, "Here I am.")
    assert result(run("Well?", options(tmp_path, tools=[]))).result == "Here I am."
    assert [call.status for call in alone.calls] == statuses


def test_a_subagent_is_told_apart_by_a_route(alone, tmp_path):
    reviewer = sdk.AgentDefinition(description="Reviews code", prompt="You review code.", tools=["Read"])
    alone.when(system="You review code.").script("Looks good.")
    alone.script(
        tool_use("Agent", {"description": "Review", "prompt": "Review it.", "subagent_type": "reviewer"}),
    )
    alone.otherwise("The review is done.")
    chosen = options(tmp_path, agents={"reviewer": reviewer}, allowed_tools=["Agent", "Read"])
    assert result(run("Have it reviewed", chosen)).result == "The review is done."
    assert [
        call.response.content[0].text for call in alone.calls if call.request.last_user_text.endswith("Review it.")
    ] == ["Looks good."]
