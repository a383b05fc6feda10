"""`check_tools`, `assert_tools`, `check_tool_input`: what they return and what they say."""

import pytest

from pytest_opus import assert_tools, check_tool_input, check_tools
from pytest_opus._tools import check

FILE = {"type": "string", "description": "Path of the test file."}
SCHEMA = {"type": "object", "properties": {"file": FILE}, "required": ["file"]}
RUN = {"name": "run_tests", "description": "Run a test file.", "input_schema": SCHEMA}
MISSPELLED = RUN | {"input_schema": SCHEMA | {"properties": {"file": FILE | {"type": "strin"}}}}
TYPES = "'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'"


def test_a_problem_of_the_api(lines):
    (problem,) = check_tools([RUN | {"name": "read"}, MISSPELLED])

    assert (problem.kind, problem.code, problem.severity) == ("tool_schemas", "input_schema_invalid", "error")
    assert problem.path == "tools[1].input_schema.properties.file.type"
    assert problem.call is None
    assert problem.message == lines(f"""
        opus: tool 'run_tests' has an `input_schema` that is no JSON Schema of draft 2020-12: 'type' is 'strin'; expected is one of {TYPES}, or a list of them.
          error input_schema_invalid at tools[1].input_schema.properties.file.type is "strin"
          the API answers: tools.1.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12). Learn more about tool use at https://docs.claude.com/en/docs/tool-use.
        Mend the keyword.
        """)


def test_a_misspelled_field(lines):
    first, second = check_tools({"name": "run_tests", "descripton": "Run.", "parameters": SCHEMA})[:2]

    assert first.message == lines("""
        opus: tool 'run_tests' has a required field missing: 'parameters' is unknown, it is spelled 'input_schema'.
          error field_required at tools[0].input_schema
          the API answers: tools.0.custom.input_schema: Field required
        Add the field.
        """)
    assert second.message == lines("""
        opus: tool 'run_tests' has a field that is not known there: `descripton`.
          error extra_inputs at tools[0].descripton is "Run."
          the API answers: tools.0.custom.descripton: Extra inputs are not permitted
          nearest: did you mean 'description'?
        Take the field out, or mend its name.
        """)


def test_a_problem_of_ours(lines):
    lost = RUN | {"input_schema": SCHEMA | {"properties": {"file": {"$ref": "#/$defs/Fil"}}, "$defs": {"File": FILE}}}
    problem = check_tools(lost)[0]

    assert problem.message == lines("""
        opus: tool 'run_tests' has a `$ref` to a definition that is not there: #/$defs/Fil.
          error ref_unresolvable at tools[0].input_schema.properties.file.$ref is "#/$defs/Fil"
          nearest: did you mean '#/$defs/File'?
        Add the definition under $defs, or mend the reference.
        """)


def test_advice(lines):
    (problem,) = check_tools(RUN | {"description": ""})

    assert problem.severity == "advice"
    assert problem.message == lines("""
        opus: tool 'run_tests' has no description.
          advice no_description at tools[0].description is ""
        Say in three or four sentences what it does, when to use it and what it returns.
        """)


def test_an_output_format(lines):
    (problem,) = check_tools({"type": "json_schema", "schema": {"type": "object"}})

    assert problem.message == lines("""
        opus: output_config.format has an object without `additionalProperties: false`.
          strict strict_open_object at output_config.format.schema.additionalProperties
          the API answers: output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false
        Set additionalProperties to false.
        """)


def test_all_problems_are_told_the_worst_first():
    tools = [RUN | {"description": "", "strict": True}, RUN | {"name": "a b"}, {"name": 3, "inputs": {}}]

    assert [(problem.severity, problem.path) for problem in check_tools(tools)] == [
        ("error", "tools[1].name"),
        ("error", "tools[2].name"),
        ("error", "tools[2].input_schema"),
        ("error", "tools[2].inputs"),
        ("strict", "tools[0].input_schema.additionalProperties"),
        ("advice", "tools[0].description"),
    ]


def test_strict():
    marked = RUN | {"strict": True}
    open_object = [("strict", "strict_open_object")]

    def found(tool, **options):
        return [(problem.severity, problem.code) for problem in check_tools(tool, **options)]

    assert found(RUN) == found(RUN, strict=False) == found(marked, strict=False) == []
    assert found(marked) == found(marked, strict=True) == found(RUN, strict=True) == open_object
    assert found({"type": "bash_20250124", "name": "bash"}, strict=True) == []


def test_a_model_that_nobody_knows():
    with pytest.raises(ValueError, match="model") as caught:
        check_tools(RUN, model="claud-opus-4-7")

    assert str(caught.value) == "model is 'claud-opus-4-7', which no model is called (did you mean 'claude-opus-4-7'?)."
    assert check_tools(RUN, model="anthropic/claude-opus-4.7") == []


def test_assert_tools_tells_all():
    with pytest.raises(AssertionError) as caught:
        assert_tools([MISSPELLED, RUN | {"name": "read", "description": ""}])

    found = check_tools([MISSPELLED, RUN | {"name": "read", "description": ""}])
    assert str(caught.value) == "\n\n".join(
        ["opus: 2 problems in tool definitions.", *(problem.message for problem in found)]
    )


def test_advice_alone_does_not_fail():
    assert_tools([RUN, RUN | {"name": "read", "description": ""}])


def test_an_input_that_fits():
    assert check_tool_input(RUN, {"file": "a.test.ts"}) == []
    assert check_tool_input({"type": "bash_20250124", "name": "bash"}, {"command": "ls"}) == []


def test_an_input_that_does_not(lines):
    first, second = check_tool_input(RUN, {"file": 3}) + check_tool_input(RUN, {})

    assert (first.kind, first.code, first.severity, first.path) == (
        "tool_inputs",
        "input_breaks_schema",
        "error",
        "input.file",
    )
    assert first.message == lines("""
        opus: an input of tool 'run_tests' breaks its schema: file: 3 is not of type 'string'.
          at input.file
        Mend the input or the schema.
        """)
    assert second.path == "input"


def test_an_input_that_cannot_be_judged(lines):
    lost = {"type": "object", "properties": {"at": {"$ref": "#/$defs/At"}, "file": FILE}}

    wrong, (problem,) = (
        check_tool_input(RUN | {"input_schema": lost}, {"file": 3})[0],
        check_tool_input(RUN | {"input_schema": lost}, {"file": "a"}),
    )
    assert wrong.path == "input.file"
    assert (problem.kind, problem.code, problem.severity) == ("tool_inputs", "schema_judges_nothing", "error")
    assert problem.path == "input_schema.properties.at.$ref"
    assert problem.message == lines("""
        opus: an input of tool 'run_tests' cannot be judged by all of its schema: it has a `$ref` to a definition that is not there: #/$defs/At.
          at input_schema.properties.at.$ref
        Mend the schema; check_tools tells all that is wrong with it.
        """)


def holds_itself():
    schema = {"type": "object"}
    schema["properties"] = {"again": schema}
    return schema


@pytest.mark.parametrize(
    ("schema", "path", "why"),
    [
        (..., "input_schema", "there is none"),
        (["file"], "input_schema", "it is ['file'] (list)"),
        ({"type": "objec"}, "input_schema.type", "'type' is 'objec'; expected is one of"),
        ({"properties": {"a": {"type": "strin"}}}, "input_schema.properties.a.type", "'type' is 'strin'; expected is"),
        ({"$ref": "https://example.com/a"}, "input_schema.$ref", "a `$ref` to another document: https://example.com/a"),
        ({"pattern": "["}, "input_schema.pattern", "a `pattern` that is no regular expression: Unbalanced bracket"),
        (holds_itself(), "input_schema", "it is nested too deeply, or holds itself"),
    ],
)
def test_a_schema_that_judges_nothing_is_told(schema, path, why):
    tool = {key: value for key, value in (RUN | {"input_schema": schema}).items() if value is not ...}
    problems = check_tool_input(tool, {})

    assert [(problem.code, problem.path) for problem in problems] == [("schema_judges_nothing", path)]
    assert why in problems[0].message


def test_formats_of_an_input_count():
    tool = RUN | {"input_schema": SCHEMA | {"properties": {"file": {"type": "string", "format": "date"}}}}

    assert [problem.path for problem in check_tool_input(tool, {"file": "today"})] == ["input.file"]


def test_of_alternatives_the_nearest_is_told():
    point = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
    tool = RUN | {"input_schema": {"type": "object", "properties": {"at": {"anyOf": [point, {"type": "null"}]}}}}

    (problem,) = check_tool_input(tool, {"at": {"x": "left"}})
    assert problem.path == "input.at.x"


def test_an_input_in_a_list():
    tool = RUN | {"input_schema": {"type": "object", "properties": {"lines": {"items": {"type": "integer"}}}}}

    assert [problem.path for problem in check_tool_input(tool, {"lines": [1, "a"]})] == ["input.lines[1]"]


def test_the_same_tools_are_judged_once():
    tools = [RUN | {"name": f"tool_{number}"} for number in range(50)]
    before = check._judged.cache_info()

    check_tools(tools)
    check_tools([dict(tool) for tool in tools])
    after = check._judged.cache_info()

    assert (after.misses - before.misses, after.hits - before.hits) == (1, 1)


def test_what_is_returned_is_the_callers():
    check_tools(MISSPELLED).clear()

    assert len(check_tools(MISSPELLED)) == 1


def test_plain_definitions_cost_no_meta_schema(monkeypatch):
    monkeypatch.setattr("pytest_opus._schema.draft._META", None)
    assert check_tools(RUN | {"name": "unseen", "description": "Unseen until now."}) == []
