import pytest

from pytest_opus._api.request import ToolResult

IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}


def result(text, identifier="toolu_1", **more):
    return {"type": "tool_result", "tool_use_id": identifier, "content": text} | more


def test_fields_of_the_body(make_request):
    request = make_request(
        "Hi",
        tools=[{"name": "a", "input_schema": {"type": "object"}}, {"type": "mcp_toolset"}, {"name": "b"}],
        tool_choice={"type": "any"},
        stream=True,
        output_config={"effort": "high"},
        thinking={"type": "adaptive"},
    )

    assert (request.model, request.max_tokens, request.stream) == ("claude-opus-4-7", 100, True)
    assert request.tool_names == ["a", "b"]
    assert request.tools[0].input_schema.type == "object"
    assert (request.tool_choice.type, request.output_config.effort, request.thinking.type) == (
        "any",
        "high",
        "adaptive",
    )
    assert [message.content for message in request.messages] == ["Hi"]
    assert request.sent_messages == request.messages


def test_what_the_body_lacks(make_request):
    request = make_request()

    assert (request.system, request.tool_choice, request.output_config, request.thinking) == (None, None, None, None)
    assert (request.tools, request.tool_names, request.tool_results, request.betas) == ([], [], [], [])
    assert (request.stream, request.version) == (False, None)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"messages": "none", "tools": {"name": "a"}, "tool_choice": "any", "thinking": [], "stream": "yes"},
        {"messages": [1, None, "x"], "tools": [None, 3]},
        {"messages": [{"role": "user"}, {"role": "user", "content": 3}, {}]},
        {"messages": [{"role": "user", "content": [1, None, {"type": "text"}, {"type": "text", "text": 3}, {}]}]},
    ],
)
def test_a_malformed_body_can_be_read(read_request, raw):
    request = read_request(raw)

    assert request.raw == raw
    assert (request.model, request.tools, request.tool_choice, request.stream) == (None, [], None, False)
    assert (request.last_user_text, request.tool_results) == ("", [])


@pytest.mark.parametrize(
    "system",
    ["Be brief.", [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}], []],
)
def test_system_is_what_was_sent(make_request, system):
    assert make_request(system=system).system == system


def test_system_blocks_read_by_attribute(make_request):
    assert make_request(system=[{"type": "text", "text": "Be brief."}]).system[0].text == "Be brief."


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        (["Hi"], "Hi"),
        (["Hi", {"role": "assistant", "content": "Yes?"}], "Hi"),
        (["Hi", {"role": "assistant", "content": "Yes?"}, "Go"], "Go"),
        (["Hi", {"role": "assistant", "content": []}, [result("3 passed")]], "Hi"),
        ([[{"type": "text", "text": "a"}, IMAGE, {"type": "text", "text": "b"}]], "a\nb"),
        (
            ["Hi", {"role": "assistant", "content": []}, [result("3 passed"), {"type": "text", "text": "Well?"}]],
            "Well?",
        ),
        ([[IMAGE]], ""),
    ],
)
def test_last_user_text(make_request, messages, text):
    assert make_request(*messages).last_user_text == text


def test_tool_results_of_the_last_user_message(make_request):
    parts = [{"type": "text", "text": "2 failed"}, IMAGE, {"type": "text", "text": "in a.py"}]
    request = make_request("Hi", [result("old")], [result("3 passed"), result(parts, "toolu_2", is_error=True)])

    first, second = request.tool_results
    assert (first.tool_use_id, first.text, first.content, first.is_error) == ("toolu_1", "3 passed", "3 passed", False)
    assert (second.tool_use_id, second.text, second.is_error) == ("toolu_2", "2 failed\nin a.py", True)
    assert second.content[1].source.media_type == "image/png"


def test_tool_results_are_empty_after_plain_text(make_request):
    assert make_request([result("old")], "Go").tool_results == []


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        (result("3 passed"), "ToolResult('3 passed')"),
        (result("no file", is_error=True), "ToolResult('no file', is_error=True)"),
        ({"type": "tool_result", "tool_use_id": "toolu_1"}, "ToolResult('')"),
    ],
)
def test_a_tool_result_shows_its_text(block, shown):
    assert repr(ToolResult(block)) == shown


def test_headers_in_any_case(make_request):
    request = make_request(
        headers=[("Anthropic-Version", "2023-06-01"), ("anthropic-beta", "a-1, b-2"), ("ANTHROPIC-BETA", "c-3,")]
    )

    assert request.version == "2023-06-01"
    assert request.headers["ANTHROPIC-VERSION"] == request.headers["anthropic-version"]
    assert request.betas == ["a-1", "b-2", "c-3"]


def test_repr(make_request):
    assert repr(make_request("Hi")) == "<Request: claude-opus-4-7, 1 message>"
    assert repr(make_request("Hi", "Go", tools=[{"name": "a"}, {"name": "b"}])) == (
        "<Request: claude-opus-4-7, 2 messages, tools a, b>"
    )


def test_raw_is_the_body_as_it_came_whatever_is_done_to_the_view(make_request):
    request = make_request("Hi", system=[{"type": "text", "text": "a"}])

    request.messages[0]["content"] = "changed"
    request.system[0]["text"] = "changed"

    assert request.raw["messages"] == [{"role": "user", "content": "Hi"}]
    assert request.raw["system"] == [{"type": "text", "text": "a"}]
