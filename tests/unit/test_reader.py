"""Bodies are read as `json` reads them, however much they repeat of those before."""

import json

import pytest

from pytest_opus._api.conversation import messages_of
from pytest_opus._api.reader import BodyReader

HI, YES, GO = (
    {"role": role, "content": text} for role, text in (("user", "Hi"), ("assistant", "Yes?"), ("user", "Go"))
)


@pytest.mark.parametrize(
    "data", [b"{}", b"[1.5]", b'"\xc3\xa4"', b"null", b' {"a": 1} ', b'{"messages": []}', b'{"messages": 3}']
)
def test_any_json(data):
    body = BodyReader().read(data)

    assert body.value == json.loads(data)
    assert body.error is None


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe", b"NaN", b"[Infinity]", b"[-Infinity]", b'{"messages": [{}]', b"{}{}"]
)
def test_what_is_not_json(data):
    body = BodyReader().read(data)

    assert isinstance(body.error, ValueError)
    assert (body.value, body.fields, body.conversation) == (None, {}, None)


def test_nan_is_named():
    assert str(BodyReader().read(b"[NaN]").error) == "NaN is not JSON"


def test_the_same_body_again_is_the_same_object(make_body):
    reader = BodyReader()
    data = json.dumps(make_body(HI)).encode()

    first = reader.read(data)
    assert reader.read(bytes(bytearray(data))) is first
    assert reader.read(json.dumps(make_body(HI, YES, GO)).encode()) is not first
    assert reader.read(data).value == first.value


@pytest.mark.parametrize("last", ["messages", "tools"])
def test_another_conversation_with_the_same_tools_shares_them(last):
    reader = BodyReader()
    fields = {"model": "m", "tools": [{"name": "a"}], "system": "s", "messages": None}

    def read(*messages):
        body = fields | {"messages": list(messages)}
        body[last] = body.pop(last)
        found = reader.read(json.dumps(body).encode())
        assert found.value == body
        return found

    first, second = read(HI), read(GO)

    assert second.fields["tools"] is first.fields["tools"]
    assert second.conversation.before is None
    assert read(HI, YES).conversation.before is first.conversation


def test_a_conversation_that_goes_on_shares_its_beginning(make_body):
    reader = BodyReader()

    first = reader.read(json.dumps(make_body(HI)).encode())
    second = reader.read(json.dumps(make_body(HI, YES, GO)).encode())

    assert second.value == make_body(HI, YES, GO)
    assert second.conversation.before.before is first.conversation
    assert messages_of(first.conversation) == [HI]


def test_a_conversation_that_takes_another_turn_keeps_its_own(make_body):
    reader = BodyReader()
    bodies = [make_body(HI, YES, GO), make_body(HI, YES, "Stop"), make_body("Hello"), make_body(HI, YES, GO, YES)]

    read = [reader.read(json.dumps(body).encode()) for body in bodies]

    assert [body.value for body in read] == bodies
    assert [messages_of(body.conversation) for body in read] == [body["messages"] for body in bodies]


@pytest.mark.parametrize(
    ("before", "data"),
    [
        (b'{"messages": [1]}', b'{"messages": [12]}'),
        (b'{"messages": [1]}', b'{"messages": [1.5]}'),
        (b'{"messages": [1, 2]}', b'{"messages": [1 , 2 ] }'),
        (b'{"messages": [{}], "a": 1}', b'{"messages": [{}], "a": 1, "a": 2}'),
        (b'{"a": 1, "messages": [{}]}', b'{"a": 1, "messages": [{}], "a": 2}'),
        (b'{"messages": [{}]}', b'{"messages": [{}], "messages": [3]}'),
        (b'{"messages": [{}]}', b'{"messages": [{}], "messages": "none"}'),
        (b'{"messages": [{}]}', b'{"a": {"messages": [{}]}}'),
        (b'{"messages": [[]]}', b'{"messages": [[]], "b": "\\u0000"}'),
        (b'{"messages": []}', b'{"messages": [], "b": 1}'),
        (b'{"messages": [1], "stream": true}', b'{"messages": [1], "stream": 1}'),
        (b'{"messages": [1], "max_tokens": 5}', b'{"messages": [1], "max_tokens": 5.0}'),
        (b'{"messages": [1], "tools": [{"strict": true}]}', b'{"messages": [1], "tools": [{"strict": 1}]}'),
        (b'{"messages": [true], "n": 1}', b'{"messages": [1], "n": true}'),
    ],
)
def test_a_body_is_not_mistaken_for_the_one_before(before, data):
    reader = BodyReader()
    reader.read(before)

    assert json.dumps(reader.read(data).value, sort_keys=True) == json.dumps(json.loads(data), sort_keys=True)


@pytest.mark.parametrize(
    "data",
    [
        b'{"messages": [1',
        b'{"messages": [1}',
        b'{"messages": [1],}',
        b'{"messages": [1] "a": 2}',
        b'{"messages": [1]}x',
        b'{"messages": [1,]}',
    ],
)
def test_what_begins_like_the_one_before_and_is_not_json(data):
    reader = BodyReader()
    reader.read(b'{"messages": [1]}')

    assert reader.read(data).error is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (r'{"a":"\ud800"}', "no low surrogate in string: line 1 column 13 (char 12)"),
        (r'{"a":"\ud83d x"}', "no low surrogate in string: line 1 column 13 (char 12)"),
        (r'{"a":"\udc00"}', "unexpected low surrogate in string: line 1 column 13 (char 12)"),
    ],
)
def test_half_a_character_is_no_json(text, says):
    assert str(BodyReader().read(text.encode()).error) == says


def test_half_a_character_is_found_in_what_is_new():
    reader = BodyReader()
    reader.read(rb'{"messages": ["\ud83d\ude00"]}')

    assert reader.read(rb'{"messages": ["\ud83d\ude00", "x"]}').error is None
    assert str(reader.read(rb'{"messages": ["\ud83d\ude00", "\ud83d"]}').error) == (
        "no low surrogate in string: line 1 column 38 (char 37)"
    )
    assert reader.read(rb'{"messages": ["\ud83d\ude00", "x", "y"]}').conversation.length == 3


@pytest.mark.parametrize(("text", "value"), [(r'"\ud83d\ude00"', "\U0001f600"), (r'"\\ud800"', r"\ud800")])
def test_whole_characters_and_escaped_backslashes_are(text, value):
    assert BodyReader().read(text.encode()).value == value
