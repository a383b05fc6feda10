import re

import pytest

from pytest_opus import redacted_thinking, server_tool_use, text, thinking, tool_use, turn
from pytest_opus._api.ids import Ids
from pytest_opus._api.tokens import Estimator
from pytest_opus._responders.compose import NoInputError, compose
from pytest_opus._script.blocks import InvalidInput
from pytest_opus._script.turns import as_turn

SCHEMA = {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]}
TOOL = {"name": "run_tests", "input_schema": SCHEMA}


@pytest.fixture
def served(make_request):
    """The message that a turn gives in answer to a request."""

    def serve(value, **fields):
        return compose(as_turn(value, "here"), make_request(**fields).sent, Ids("a test"), Estimator()).message

    return serve


def test_the_whole_message(make_request):
    message, estimated = compose(as_turn("one", "here"), make_request().sent, Ids("a test"), Estimator())

    assert estimated
    assert re.fullmatch(r"msg_01\w{22}", message.pop("id"))
    assert message.pop("usage").keys() == {
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "cache_creation",
        "output_tokens",
        "service_tier",
    }
    assert message == {
        "model": "claude-opus-4-7",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "one"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "stop_details": None,
    }


def test_what_a_turn_says_is_served(served):
    details = {"type": "refusal", "category": "cyber", "explanation": None}
    message = served(
        turn(
            "one",
            stop_reason="refusal",
            stop_details=details,
            stop_sequence="x",
            model="claude-x",
            id="msg_mine",
            usage={"input_tokens": 3, "output_tokens": 2, "speed": "fast"},
            fields={"container": {"id": "c"}, "of_next_year": 1},
        )
    )

    assert message["stop_reason"] == "refusal"
    assert message["stop_details"] == details
    assert (message["stop_sequence"], message["model"], message["id"]) == ("x", "claude-x", "msg_mine")
    assert message["usage"] == {
        "input_tokens": 3,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 2,
        "service_tier": "standard",
        "speed": "fast",
    }
    assert (message["container"], message["of_next_year"]) == ({"id": "c"}, 1)


@pytest.mark.parametrize(
    ("usage", "estimated"),
    [(None, True), ({"input_tokens": 1}, True), ({"output_tokens": 1}, True), ({"input_tokens": 1, "output_tokens": 1}, False)],
)  # fmt: skip
def test_usage_is_an_estimate_unless_both_sides_are_given(make_request, usage, estimated):
    composed = compose(turn("one", usage=usage), make_request().sent, Ids("a test"), Estimator())

    assert composed.estimated is estimated
    assert composed.message["usage"].items() >= (usage or {}).items()
    assert composed.message["usage"]["input_tokens"] > 0
    assert composed.message["usage"]["output_tokens"] > 0


def test_a_whole_message_is_served_as_it_is(served):
    message = {
        "type": "message",
        "id": "msg_mine",
        "role": "assistant",
        "model": "claude-x",
        "content": [{"type": "text", "text": "one", "of_tomorrow": 1}],
        "stop_reason": "of_tomorrow",
        "stop_sequence": None,
        "stop_details": None,
        "usage": {"input_tokens": 3, "output_tokens": 2},
        "of_tomorrow": {"a": 1},
    }

    assert served(message) == message


def test_what_a_whole_message_lacks_is_filled_in(served):
    message = served({"type": "message", "content": [text("one")]})

    assert message["id"].startswith("msg_01")
    assert (message["role"], message["model"], message["stop_reason"]) == ("assistant", "claude-opus-4-7", "end_turn")
    assert message["usage"]["output_tokens"] > 0
    assert served({"type": "message"})["content"] == []


def test_a_tool_call_is_completed(served):
    first, second = served([tool_use("run_tests"), tool_use("run_tests", {"file": "b"}, id="toolu_x")], tools=[TOOL])[
        "content"
    ]

    assert list(first) == ["type", "id", "name", "input"]
    assert re.fullmatch(r"toolu_01\w{22}", first["id"])
    assert first["input"] == {"file": ""}
    assert second == {"type": "tool_use", "id": "toolu_x", "name": "run_tests", "input": {"file": "b"}}


def test_an_empty_input_stays_empty(served):
    assert served(tool_use("run_tests", {}), tools=[TOOL])["content"][0]["input"] == {}


@pytest.mark.parametrize(
    ("type_", "name", "arguments"),
    [
        ("bash_20250124", "bash", {"command": "ls"}),
        ("text_editor_20250728", "str_replace_based_edit_tool", {"command": "view", "path": "/"}),
        ("memory_20250818", "memory", {"command": "view", "path": "/memories"}),
        ("computer_20250124", "computer", {}),
    ],
)
def test_a_tool_of_the_api_gets_a_plain_input(served, type_, name, arguments):
    assert served(tool_use(name), tools=[{"type": type_, "name": name}])["content"][0]["input"] == arguments


def test_an_input_that_is_wrong_on_purpose_stays_marked(served):
    (block,) = served(tool_use("run_tests", {"file": 3}, invalid=True), tools=[TOOL])["content"]

    assert isinstance(block, InvalidInput)
    assert block["id"].startswith("toolu_01")


def test_further_keys_of_a_call_are_kept(served):
    (block,) = served({"type": "tool_use", "name": "a", "input": {}, "caller": {"type": "direct"}})["content"]

    assert block["caller"] == {"type": "direct"}


def test_no_input_can_be_made(served):
    schema = {"type": "object", "properties": {"a": False}, "required": ["a"]}

    with pytest.raises(NoInputError):
        served(tool_use("a"), tools=[{"name": "a", "input_schema": schema}])


@pytest.mark.parametrize(
    ("block", "sent"),
    [
        (thinking("Hm", "sig"), {"type": "thinking", "thinking": "Hm", "signature": "sig"}),
        (redacted_thinking("x"), {"type": "redacted_thinking", "data": "x"}),
        (text("a") | {"citations": None}, {"type": "text", "text": "a"}),
        (text("a") | {"citations": []}, {"type": "text", "text": "a", "citations": []}),
        ({"type": "of_tomorrow", "a": None}, {"type": "of_tomorrow", "a": None}),
    ],
)
def test_blocks_as_they_are_sent(served, block, sent):
    assert served(block)["content"] == [sent]


def test_thinking_gets_a_signature_that_depends_on_the_thought(served):
    first, second, again = served([thinking("a"), thinking("b"), thinking("a")])["content"]

    assert first["signature"] == again["signature"] != second["signature"]
    assert len(first["signature"]) > 100


def test_a_server_tool_call_gets_an_id(served):
    (block,) = served(server_tool_use("web_search", {"query": "x"}))["content"]

    assert re.fullmatch(r"srvtoolu_01\w{22}", block["id"])


@pytest.mark.parametrize(
    ("value", "fields", "content", "stop_reason", "stop_sequence"),
    [
        ("one", {}, ["one"], "end_turn", None),
        (tool_use("run_tests"), {"tools": [TOOL]}, None, "tool_use", None),
        (server_tool_use("web_search"), {}, None, "end_turn", None),
        (turn(), {}, [], "end_turn", None),
        ("one STOP two", {"stop_sequences": ["STOP"]}, ["one "], "stop_sequence", "STOP"),
        ("one B two A", {"stop_sequences": ["A", "B"]}, ["one "], "stop_sequence", "B"),
        ("STOP", {"stop_sequences": ["STOP"]}, [], "stop_sequence", "STOP"),
        (["one", "two STOP", "three"], {"stop_sequences": ["STOP"]}, ["one", "two "], "stop_sequence", "STOP"),
        ("one", {"stop_sequences": ["STOP"]}, ["one"], "end_turn", None),
        (turn("one STOP", stop_reason="end_turn"), {"stop_sequences": ["STOP"]}, ["one STOP"], "end_turn", None),
        ("much longer than that", {"max_tokens": 1}, ["much longer than that"], "end_turn", None),
        (turn("cut", stop_reason="max_tokens"), {}, ["cut"], "max_tokens", None),
        ("one", {"max_tokens": 0}, [], "max_tokens", None),
    ],
)
def test_why_it_stopped(served, value, fields, content, stop_reason, stop_sequence):
    message = served(value, **fields)

    assert (message["stop_reason"], message["stop_sequence"]) == (stop_reason, stop_sequence)
    if content is not None:
        assert [block["text"] for block in message["content"]] == content


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001"),
        ("claude-opus-4-7", "claude-opus-4-7"),
        ("my-gateway/model", "my-gateway/model"),
    ],
)
def test_an_alias_is_answered_by_its_snapshot(served, asked, named):
    assert served("one", model=asked)["model"] == named


def test_serving_a_turn_twice_changes_nothing_in_it(make_request):
    value = as_turn([tool_use("run_tests"), thinking("a"), text("x")], "here")
    ids, sent = Ids("a test"), make_request(tools=[TOOL]).sent

    first, second = compose(value, sent, ids, Estimator()).message, compose(value, sent, ids, Estimator()).message

    assert first["id"] != second["id"]
    assert first["content"][0]["id"] != second["content"][0]["id"]
    assert first["content"][1:] == second["content"][1:]
