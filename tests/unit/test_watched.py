"""Calls that the real API answered are judged too, but nothing is worse than a warning."""

import pytest

from pytest_opus._judges.watched import Watched
from pytest_opus._ledger.call import tool_calls
from pytest_opus._settings import Settings

DATED = {
    "name": "at",
    "description": "x",
    "input_schema": {
        "type": "object",
        "properties": {"day": {"type": "string", "format": "date"}},
        "required": ["day"],
    },
}
LOST = {"name": "lost", "description": "x", "input_schema": {"type": "object", "not": {"$ref": "#/$defs/A"}}}


@pytest.fixture
def answered(make_call):
    """A call of `at` with the given input."""

    def call(day="2026-01-01", *, tools=(DATED,), **fields):
        use = {"type": "tool_use", "id": "toolu_1", "name": "at", "input": {"day": day}}
        return make_call(1, content=[use], tools=list(tools), **fields)

    return call


def test_a_call_that_is_as_it_should_be(answered):
    assert list(Watched(Settings()).judge(answered())) == []


def test_an_input_that_breaks_its_schema(answered, lines):
    call = answered("today")
    (problem,) = Watched(Settings()).judge(call)

    assert (problem.kind, problem.severity, problem.path, problem.call) == (
        "tool_inputs",
        "warn",
        "content[0].input.day",
        call,
    )
    assert problem.message == lines("""
        opus: the answer to call 1 gives 'at' an input that its schema forbids: day: 'today' is not a 'date'.
          call 1: model claude-opus-4-7, 1 message, the last: user text "Hi"
          nearest: the schema declares day: string
        Describe the parameter better, set strict: true on the tool, or let the program check the input. To switch this check off: @pytest.mark.opus(tool_inputs="off").
        """)


def test_a_definition_is_told_once(answered):
    watched = Watched(Settings())
    first, again = answered(tools=[DATED, LOST]), answered(tools=[LOST, DATED])

    assert [(problem.kind, problem.code, problem.severity) for problem in watched.judge(first)] == [
        ("tool_schemas", "ref_unresolvable", "warn")
    ]
    assert list(watched.judge(again)) == []


def test_a_definition_that_equals_another_only_for_python_is_another(answered):
    def tools(value):
        return [DATED | {"strict": value, "input_schema": DATED["input_schema"] | {"additionalProperties": False}}]

    watched = Watched(Settings())
    assert list(watched.judge(answered(tools=tools(True)))) == []
    assert [problem.code for problem in watched.judge(answered(tools=tools(1)))] == ["bool_type"]


def test_it_can_be_switched_off(answered):
    call = answered("today", tools=[DATED, LOST])

    assert [problem.kind for problem in Watched(Settings(tool_schemas="off")).judge(call)] == ["tool_inputs"]
    assert [problem.kind for problem in Watched(Settings(tool_inputs="off")).judge(call)] == ["tool_schemas"]


def test_a_refused_call_is_not_judged(answered):
    assert list(Watched(Settings()).judge(answered("today", tools=[LOST], status=400))) == []


def test_what_is_nested_too_deep_is_not_judged(answered):
    deep = {"type": "string"}
    for _ in range(450):
        deep = {"type": "object", "properties": {"a": deep}}

    assert list(Watched(Settings(tool_inputs="off")).judge(answered(tools=[DATED | {"input_schema": deep}]))) == []


@pytest.mark.parametrize("content", [None, "text", [{}], [{"type": "tool_use"}], [{"type": "tool_use", "name": "at"}]])
def test_an_answer_of_a_gateway_may_lack_anything(answered, content):
    call = answered()
    call.message = {"type": "message", "content": content}

    assert list(Watched(Settings(tool_inputs="off")).judge(call)) == []
    assert [problem.code for problem in Watched(Settings()).judge(call)] in ([], ["input_breaks_schema"])
    assert [found.name for found in tool_calls([call])] in ([], [""], ["at"])
