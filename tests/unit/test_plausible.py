import json

import pytest

from pytest_opus import plausible
from pytest_opus._script.plausible import ANSWER, plausible_turn

OBJECT = {"type": "object"}
A, B = {"name": "a", "input_schema": OBJECT}, {"name": "b", "input_schema": OBJECT}
BASH = {"type": "bash_20250124", "name": "bash"}
CALLED = {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "a", "input": {}}]}
FORMAT = {
    "type": "json_schema",
    "schema": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}, "required": ["n"]},
}


@pytest.mark.parametrize(
    ("fields", "called"),
    [
        ({}, None),
        ({"tools": [A, B]}, "a"),
        ({"tools": [A, B], "tool_choice": {"type": "auto"}}, "a"),
        ({"tools": [A, B], "tool_choice": {"type": "any"}}, "a"),
        ({"tools": [A, B], "tool_choice": {"type": "tool", "name": "b"}}, "b"),
        ({"tools": [A, B], "tool_choice": {"type": "none"}}, None),
        ({"tools": [BASH]}, None),
        ({"tools": [BASH, B]}, "b"),
        ({"tools": []}, None),
    ],
)
def test_it_calls_an_offered_tool(make_request, fields, called):
    (block,) = plausible_turn(make_request(**fields)).content

    assert block == ({"type": "tool_use", "name": called} if called else {"type": "text", "text": ANSWER})


@pytest.mark.parametrize(
    ("choice", "kind"), [({"type": "auto"}, "text"), ({"type": "any"}, "tool_use"), ({"type": "tool", "name": "a"}, "tool_use")]
)  # fmt: skip
def test_it_calls_once_where_the_choice_is_free(make_request, choice, kind):
    (block,) = plausible_turn(make_request("Hi", CALLED, "Go", tools=[A], tool_choice=choice)).content

    assert block["type"] == kind


def test_it_answers_in_the_format_that_was_asked_for(make_request):
    (block,) = plausible_turn(make_request(output_config={"format": FORMAT})).content

    assert json.loads(block["text"]) == {"n": 3}


def test_it_answers_in_the_format_of_the_beta(make_request):
    (block,) = plausible_turn(make_request(output_format=FORMAT)).content

    assert json.loads(block["text"]) == {"n": 3}


@pytest.mark.parametrize(("fields", "kind"), [({}, "text"), ({"tools": [A]}, "tool_use")])
def test_it_thinks_first_where_that_is_enabled(make_request, fields, kind):
    enabled = {"type": "enabled", "budget_tokens": 1024}
    turn = plausible_turn(make_request(model="claude-sonnet-4-5", thinking=enabled, **fields))

    assert [block["type"] for block in turn.content] == ["thinking", kind]


def test_a_tool_comes_before_the_format(make_request):
    (block,) = plausible_turn(make_request(output_config={"format": FORMAT}, tools=[A])).content

    assert block["name"] == "a"


def test_how_it_is_shown():
    assert str(plausible()) == "plausible()"
