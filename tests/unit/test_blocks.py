import pytest

from pytest_opus import redacted_thinking, server_tool_use, text, thinking, tool_use
from pytest_opus._script.blocks import InvalidInput, check_block


@pytest.mark.parametrize(
    ("block", "wire"),
    [
        (text("Hi"), {"type": "text", "text": "Hi"}),
        (thinking("Hm"), {"type": "thinking", "thinking": "Hm"}),
        (thinking("Hm", "sig"), {"type": "thinking", "thinking": "Hm", "signature": "sig"}),
        (thinking("Hm", signature=""), {"type": "thinking", "thinking": "Hm", "signature": ""}),
        (redacted_thinking("x"), {"type": "redacted_thinking", "data": "x"}),
        (tool_use("a"), {"type": "tool_use", "name": "a"}),
        (tool_use("a", {}), {"type": "tool_use", "name": "a", "input": {}}),
        (tool_use("a", {"b": 1}, id="toolu_1"), {"type": "tool_use", "id": "toolu_1", "name": "a", "input": {"b": 1}}),
        (tool_use("a", {"b": 1}, invalid=True), {"type": "tool_use", "name": "a", "input": {"b": 1}}),
        (server_tool_use("web_search"), {"type": "server_tool_use", "name": "web_search", "input": {}}),
        (
            server_tool_use("web_search", {"query": "x"}, id="srvtoolu_1"),
            {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}},
        ),
    ],
)
def test_blocks_are_plain_dicts(block, wire):
    assert block == wire


def test_an_input_that_is_wrong_on_purpose_is_marked_without_a_key():
    assert isinstance(tool_use("a", {}, invalid=True), InvalidInput)
    assert not isinstance(tool_use("a", {}), InvalidInput)


def test_a_block_keeps_its_own_copy_of_the_input():
    arguments = {"b": 1}
    block = tool_use("a", arguments)

    arguments["b"] = 2

    assert block["input"] == {"b": 1}


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: text(3), "text(): the text is 3 (int); a str is expected."),
        (lambda: text(None), "text(): the text is None (NoneType); a str is expected."),
        (lambda: thinking(3), "thinking(): the text is 3 (int); a str is expected."),
        (lambda: thinking("a", 3), "thinking(): the signature is 3 (int); a str is expected."),
        (lambda: redacted_thinking(b"x"), "redacted_thinking(): the data is b'x' (bytes); a str is expected."),
        (lambda: tool_use(3), "tool_use(): the tool's name is 3 (int); a str is expected."),
        (lambda: tool_use("a", id=3), "tool_use(): the id is 3 (int); a str is expected."),
        (lambda: tool_use("a", "x"), "tool_use('a', ...): the input is 'x' (str); a dict of the tool's arguments is expected."),
        (lambda: tool_use("a", ["x"]), "tool_use('a', ...): the input is ['x'] (list); a dict of the tool's arguments is expected."),
        (lambda: server_tool_use("a", 3), "server_tool_use('a', ...): the input is 3 (int); a dict of the tool's arguments is expected."),
        (lambda: tool_use("a", {"b": {1}}), "tool_use('a'): JSON cannot carry {'type': 'tool_use', 'name': 'a', 'input': {'b': {1}}} (dict) (Object of type set is not JSON serializable)."),
    ],
)  # fmt: skip
def test_wrong_arguments(build, says):
    with pytest.raises(TypeError) as caught:
        build()

    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ({}, "here: {} (dict) has no \"type\"; a content block is a dict such as {'type': 'text', 'text': '...'}."),
        ({"type": 3}, "here: {'type': 3} (dict) has no \"type\"; a content block is a dict such as {'type': 'text', 'text': '...'}."),
        ({"type": "text"}, 'here: a "text" block needs "text", a str; got {\'type\': \'text\'} (dict).'),
        ({"type": "text", "text": 3}, "here: a \"text\" block needs \"text\", a str; got {'type': 'text', 'text': 3} (dict)."),
        ({"type": "thinking"}, "here: a \"thinking\" block needs \"thinking\", a str; got {'type': 'thinking'} (dict)."),
        ({"type": "redacted_thinking"}, "here: a \"redacted_thinking\" block needs \"data\", a str; got {'type': 'redacted_thinking'} (dict)."),
        ({"type": "tool_use"}, "here: a \"tool_use\" block needs \"name\", a str; got {'type': 'tool_use'} (dict)."),
        ({"type": "server_tool_use"}, "here: a \"server_tool_use\" block needs \"name\", a str; got {'type': 'server_tool_use'} (dict)."),
        ({"type": "tool_use", "name": "a", "input": "x"}, "here: the \"input\" of a \"tool_use\" block is a dict; got 'x' (str)."),
        ({"type": "of_tomorrow", "x": "\ud800"}, "here: JSON cannot carry {'type': 'of_tomorrow', 'x': '\\ud800'} (dict) ('utf-8' codec can't encode character '\\ud800' in position 30: surrogates not allowed)."),
    ],
)  # fmt: skip
def test_what_is_no_block(block, says):
    with pytest.raises(TypeError) as caught:
        check_block(block, "here")

    assert str(caught.value) == says


def test_json_has_no_nan():
    with pytest.raises(TypeError, match=r"^tool_use\('a'\): JSON cannot carry .*'b': nan.* not JSON compliant"):
        tool_use("a", {"b": float("nan")})


def test_a_long_value_is_cut_in_a_message():
    with pytest.raises(TypeError) as caught:
        text(["x" * 200])

    assert str(caught.value) == f"text(): the text is ['{'x' * 75}... (list); a str is expected."


def test_a_block_of_an_unknown_type_may_hold_anything():
    block = {"type": "of_tomorrow", "anything": [1, None, {"a": "b"}]}

    assert check_block(block, "here") is block
