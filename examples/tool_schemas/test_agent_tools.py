"""`pytest --opus-tools agent_tools:TOOLS` checks each definition as an item of its own; these tests do it in code."""

import pytest
from agent_tools import READ_FILE, RUN_TESTS, TOOLS, next_call

from pytest_opus import assert_tools, check_tool_input, check_tools, tool_use


def test_the_definitions_are_sound():
    assert check_tools(TOOLS) == []


def test_a_mistake_is_found_with_its_place():
    mistaken = RUN_TESTS | {"input_schema": RUN_TESTS["input_schema"] | {"required": "file"}}
    with pytest.raises(AssertionError, match="'required' is 'file'; expected is a list of property names"):
        assert_tools([mistaken, READ_FILE])


def test_the_tools_could_be_strict_but_for_their_limits():
    problems = check_tools(TOOLS, strict=True)
    assert [problem.path for problem in problems] == [
        "tools[0].input_schema.additionalProperties",
        "tools[0].input_schema.properties.retries.maximum",
    ]


def test_which_inputs_the_tool_takes():
    assert check_tool_input(RUN_TESTS, {"file": "src/a.test.ts", "retries": 1}) == []
    (problem,) = check_tool_input(RUN_TESTS, {"file": "src/a.test.ts", "retries": 9})
    assert problem.path == "input.retries"


def test_a_call_without_input_gets_the_smallest_that_the_schema_allows(opus):
    opus.script(tool_use("run_tests"))
    assert next_call("Fix this bug") == ("run_tests", {"file": ".test.ts"})
