import copy
import json
import pickle

import pytest

from pytest_opus._api.objects import JsonObject, blocks_of, offered_tools, readable, sent_messages, text_of


def test_an_object_reads_as_a_dict_and_by_attribute():
    message = readable({"role": "user", "content": [{"type": "text", "text": "Hi"}]})

    assert message["role"] == message.role == "user"
    assert message.content[0].text == "Hi"
    assert message == {"role": "user", "content": [{"type": "text", "text": "Hi"}]}
    assert json.loads(json.dumps(message)) == message


def test_an_unknown_key_names_the_known_ones():
    with pytest.raises(AttributeError) as caught:
        _ = readable({"role": "user", "content": []}).rôle

    assert str(caught.value) == "this object has no key 'rôle'; its keys: 'role', 'content'"


def test_an_empty_object_has_no_keys():
    with pytest.raises(AttributeError) as caught:
        _ = JsonObject().role

    assert str(caught.value) == "this object has no key 'role'; its keys: none"


def test_attributes_that_are_absent_are_absent():
    assert not hasattr(JsonObject(), "role")
    assert getattr(JsonObject(role=1), "content", "default") == "default"


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_an_object_can_be_copied(duplicate):
    value = readable({"a": {"b": [1]}})

    assert duplicate(value) == value
    assert duplicate(value).a.b == [1]


def test_a_readable_copy_shares_nothing():
    original = {"a": [{"b": 1}]}

    readable(original)["a"][0]["b"] = 2

    assert original == {"a": [{"b": 1}]}


@pytest.mark.parametrize("value", [None, 3, "x", True, 1.5])
def test_scalars_are_readable_as_they_are(value):
    assert readable(value) is value


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Hi", "Hi"),
        ([{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}], "a\nb"),
        ([], ""),
        (None, ""),
        (3, ""),
        ([{"type": "text"}, {"type": "text", "text": None}, "x", 3], ""),
    ],
)
def test_text_of(content, text):
    assert text_of(content) == text


@pytest.mark.parametrize(
    ("content", "blocks"),
    [
        ("Hi", [{"type": "text", "text": "Hi"}]),
        ([{"type": "image"}, "x", None], [{"type": "image"}]),
        (None, []),
        ({"type": "text"}, []),
    ],
)
def test_blocks_of(content, blocks):
    assert blocks_of(content) == blocks


@pytest.mark.parametrize(("read", "key"), [(offered_tools, "tools"), (sent_messages, "messages")])
def test_lists_of_a_body(read, key):
    assert read({key: [{"a": 1}, 3]}) == [{"a": 1}]
    assert read({}) == read({key: None}) == read({key: "x"}) == []
