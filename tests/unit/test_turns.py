import math
import re

import pytest

from pytest_opus import Usage, text, thinking, tool_use, turn
from pytest_opus._script.turns import ACCEPTED, ComputedTurn, Turn, WholeMessage, as_turn

USAGE_FIELDS = (
    "input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens, cache_creation, "
    "output_tokens_details, server_tool_use, service_tier, inference_geo, speed, iterations, fallback_credit"
)
STOP_REASONS = (
    "end_turn, max_tokens, stop_sequence, tool_use, pause_turn, refusal, model_context_window_exceeded, compaction"
)
BLOCK = "a str or a dict such as tool_use(...) is expected."
CALL = {"type": "tool_use", "name": "a", "input": {"b": 1}}


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"stop_reason": "stop"}, ValueError, f"turn(): stop_reason is 'stop' (str); one of {STOP_REASONS} is expected. A newer one goes into fields={{'stop_reason': ...}}."),
        ({"stop_reason": 3}, ValueError, f"turn(): stop_reason is 3 (int); one of {STOP_REASONS} is expected. A newer one goes into fields={{'stop_reason': ...}}."),
        ({"stop_sequence": 3}, TypeError, "turn(): stop_sequence is 3 (int); a str is expected."),
        ({"stop_details": "x"}, TypeError, "turn(): stop_details is 'x' (str); a dict is expected."),
        ({"usage": 3}, TypeError, "turn(): usage is 3 (int); a dict is expected."),
        ({"usage": {"tokens": 3}}, ValueError, f"turn(): usage has no field 'tokens'; its fields are {USAGE_FIELDS}."),
        ({"usage": {"input_tokens": -1}}, ValueError, "turn(): usage['input_tokens'] is -1 (int); a number of tokens is expected."),
        ({"usage": {"input_tokens": True}}, ValueError, "turn(): usage['input_tokens'] is True (bool); a number of tokens is expected."),
        ({"usage": {"output_tokens": 1.5}}, ValueError, "turn(): usage['output_tokens'] is 1.5 (float); a number of tokens is expected."),
        ({"model": 3}, TypeError, "turn(): model is 3 (int); a str is expected."),
        ({"id": 3}, TypeError, "turn(): id is 3 (int); a str is expected."),
        ({"headers": "x"}, TypeError, "turn(): headers is 'x' (str); a dict of str to str is expected."),
        ({"headers": {"x": 3}}, TypeError, "turn(): headers is {'x': 3} (dict); a dict of str to str is expected."),
        ({"chunks": 0}, TypeError, 'turn(): chunks is 0 (int); characters per delta (1 or more), a list of str, "bytes" or "whole" is expected.'),
        ({"chunks": True}, TypeError, 'turn(): chunks is True (bool); characters per delta (1 or more), a list of str, "bytes" or "whole" is expected.'),
        ({"chunks": [1]}, TypeError, 'turn(): chunks is [1] (list); characters per delta (1 or more), a list of str, "bytes" or "whole" is expected.'),
        ({"chunks": ["o", "n"]}, ValueError, "turn(): the chunks join to 'on' (str), the text is 'one' (str)."),
        ({"delay": -1}, ValueError, "turn(): delay is -1 (int); seconds (0 or more) are expected."),
        ({"delay": "1"}, ValueError, "turn(): delay is '1' (str); seconds (0 or more) are expected."),
        ({"pace": math.nan}, ValueError, "turn(): pace is nan (float); seconds (0 or more) are expected."),
        ({"pace": math.inf}, ValueError, "turn(): pace is inf (float); seconds (0 or more) are expected."),
        ({"pace": True}, ValueError, "turn(): pace is True (bool); seconds (0 or more) are expected."),
        ({"fields": []}, TypeError, "turn(): fields is [] (list); a dict is expected."),
        ({"fields": {"content": "x"}}, ValueError, "turn(): fields holds 'content', which is no further field: content comes first."),
        ({"fields": {"a": {1}}}, TypeError, "turn(): fields: JSON cannot carry {'a': {1}} (dict) (Object of type set is not JSON serializable)."),
        ({"headers": {"a": "é"}}, ValueError, "turn(): HTTP cannot carry the header 'a': 'é'; plain ASCII is expected."),
        ({"headers": {"a": "b\r\nc: d"}}, ValueError, "turn(): HTTP cannot carry the header 'a': 'b\\r\\nc: d'; plain ASCII is expected."),
    ],
)  # fmt: skip
def test_wrong_arguments(arguments, error, says):
    with pytest.raises(error) as caught:
        turn("one", **arguments)

    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([3], f"turn(): 3 (int) is no content block; {BLOCK}"),
        ([["one"]], f"turn(): ['one'] (list) is no content block; {BLOCK}"),
        ([None], f"turn(): None (NoneType) is no content block; {BLOCK}"),
        ([{}], "turn(): {} (dict) has no \"type\"; a content block is a dict such as {'type': 'text', 'text': '...'}."),
    ],
)
def test_wrong_content(content, says):
    with pytest.raises(TypeError) as caught:
        turn(*content)

    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("content", "chunks"),
    [
        (["one"], ["o", "", "ne"]),
        (["one"], ("one",)),
        ([""], []),
        ([CALL], ['{"b"', ":1}"]),
        ([CALL], ['{"b": 1}']),
        ([CALL], 5),
        (["one", "two"], 5),
    ],
)
def test_chunks_that_fit(content, chunks):
    made = turn(*content, chunks=chunks).chunks

    assert made == (chunks if isinstance(chunks, int) else tuple(chunks))


@pytest.mark.parametrize(
    ("content", "chunks", "says"),
    [
        ([CALL], ['{"b"'], "turn(): the chunks join to '{\"b\"' (str), which is not the JSON of the input {\"b\": 1}."),
        ([CALL], ["{}"], "turn(): the chunks join to '{}' (str), which is not the JSON of the input {\"b\": 1}."),
        (["a", "b"], ["a"], "turn(): a list of chunks cuts a turn of one text block, or of one tool block whose input is given; this turn has text, text."),
        ([tool_use("a")], ["{}"], "turn(): a list of chunks cuts a turn of one text block, or of one tool block whose input is given; this turn has tool_use."),
        ([thinking("a")], ["a"], "turn(): a list of chunks cuts a turn of one text block, or of one tool block whose input is given; this turn has thinking."),
        ([], ["a"], "turn(): a list of chunks cuts a turn of one text block, or of one tool block whose input is given; this turn has no block."),
    ],
)  # fmt: skip
def test_chunks_that_do_not_fit(content, chunks, says):
    with pytest.raises(ValueError) as caught:
        turn(*content, chunks=chunks)

    assert str(caught.value) == says


def test_usage_may_be_a_usage():
    usage = Usage(input_tokens=3, output_tokens=2)

    assert turn("one", usage=usage).usage == usage.to_wire()


@pytest.mark.parametrize(
    "value",
    ["one", text("one"), [text("one")], ["one"], ("one",), turn("one")],
)
def test_forms_of_the_same_turn(value):
    assert as_turn(value, "here") == Turn(content=(text("one"),))


def test_other_forms():
    message = {"type": "message", "content": [text("one")]}

    assert as_turn([], "here") == Turn()
    assert as_turn({"type": "of_tomorrow", "x": 1}, "here") == Turn(content=({"type": "of_tomorrow", "x": 1},))
    assert as_turn(message, "here") == WholeMessage(message)
    assert as_turn(len, "here") == ComputedTurn(len)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (3, f"here: 3 (int) is no turn; {ACCEPTED}."),
        (None, f"here: None (NoneType) is no turn; {ACCEPTED}."),
        (b"one", f"here: b'one' (bytes) is no turn; {ACCEPTED}."),
        ([3], f"here: 3 (int) is no content block; {BLOCK}"),
        ({"type": "error", "error": {}}, "here: {'type': 'error', 'error': {}} (dict) is an error body; write api_error(status, type, message) instead."),
        ({"type": "message", "content": "one"}, 'here: the "content" of a message is a list of blocks; got \'one\' (str).'),
        ({"type": "message", "content": ["one"]}, 'here: the "content" of a message holds blocks (dicts); got \'one\' (str).'),
        ({"type": "message", "x": {1}}, "here: JSON cannot carry {'type': 'message', 'x': {1}} (dict) (Object of type set is not JSON serializable)."),
        ({"type": "message", "usage": 3}, 'here: the "usage" of a message is a dict; got 3 (int).'),
        ([turn("one")], 'here: a turn (text "one") within a turn; turns stand side by side: script(first, second).'),
    ],
)  # fmt: skip
def test_what_is_no_turn(value, says):
    with pytest.raises(TypeError) as caught:
        as_turn(value, "here")

    assert str(caught.value) == says


def test_an_async_function_is_no_turn():
    async def makes(request): ...

    with pytest.raises(TypeError, match=re.escape(" (function) is async; a turn is made by a plain function")):
        as_turn(makes, "here")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("one", 'text "one"'),
        ([text("one"), CALL], 'text "one", tool_use a {"b": 1}'),
        ([], "no content"),
        (tool_use("a"), "tool_use a (smallest input)"),
        ({"type": "of_tomorrow"}, "of_tomorrow"),
        ({"type": "message", "content": [text("one")]}, 'message of text "one"'),
        ({"type": "message"}, "message of no content"),
        (len, "function len"),
        ("x" * 100, f'text "{"x" * 69}..."'),
        ("two\nlines", 'text "two lines"'),
    ],
)
def test_how_a_turn_is_shown(value, shown):
    assert str(as_turn(value, "here")) == shown
