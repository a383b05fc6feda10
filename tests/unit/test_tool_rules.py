"""Broken definitions, each with the rule that it breaks and the place."""

import json

import pytest

from pytest_opus import check_tools
from pytest_opus._tools.rules import RULES

FILE = {"type": "string", "description": "Path of the test file."}
SCHEMA = {"type": "object", "properties": {"file": FILE}, "required": ["file"]}
RUN = {"name": "run_tests", "description": "Run a test file.", "input_schema": SCHEMA}
READ = {"name": "read", "description": "Read a file.", "input_schema": SCHEMA}
CLOSED = SCHEMA | {"additionalProperties": False}
CODE = ["code_execution_20260120"]
CACHE = {"type": "ephemeral"}


def tool(**fields):
    return {key: value for key, value in (RUN | fields).items() if value is not ...}


def schema(**fields):
    return tool(input_schema={key: value for key, value in (SCHEMA | fields).items() if value is not ...})


def parameter(**fields):
    return schema(properties={"file": {"description": "Path."} | fields})


def strict(**fields):
    return tool(strict=True, input_schema=CLOSED | {"properties": {"file": FILE | fields}})


def strict_schema(**fields):
    return tool(strict=True, input_schema=CLOSED | fields)


def built_in(type_, name, **fields):
    return {"type": type_, "name": name} | fields


def many(count, of, **fields):
    names = [f"p{number}" for number in range(count)]
    return strict_schema(properties=dict.fromkeys(names, of | {"description": "x"}), **{"required": names} | fields)


IN = "tools[0].input_schema"
AT = f"{IN}.properties.file"

BROKEN = [
    # Fields.
    (tool(name=...), "field_required", "tools[0].name"),
    (tool(input_schema=...), "field_required", "tools[0].input_schema"),
    (tool(input_schema=..., parameters=SCHEMA), "field_required", "tools[0].input_schema"),
    (tool(input_schema=..., parameters=SCHEMA), "extra_inputs", "tools[0].parameters"),
    (tool(inputs=SCHEMA), "extra_inputs", "tools[0].inputs"),
    (tool(max_uses=3), "extra_inputs", "tools[0].max_uses"),
    (tool(Description="x"), "extra_inputs", "tools[0].Description"),
    ({"type": "function", "function": RUN}, "union_tag_invalid", "tools[0].type"),
    (tool(type="function"), "union_tag_invalid", "tools[0].type"),
    (tool(type="bash"), "union_tag_invalid", "tools[0].type"),
    (built_in("web_search", "web_search"), "union_tag_invalid", "tools[0].type"),
    (built_in("bash_20240101", "bash"), "union_tag_invalid", "tools[0].type"),
    (tool(cache_control=3), "object_type", "tools[0].cache_control"),
    (tool(cache_control={}), "field_required", "tools[0].cache_control.type"),
    (tool(cache_control={"type": "persistent"}), "literal_error", "tools[0].cache_control.type"),
    (tool(cache_control=CACHE | {"ttl": "2h"}), "literal_error", "tools[0].cache_control.ttl"),
    (tool(cache_control=CACHE | {"time": "5m"}), "extra_inputs", "tools[0].cache_control.time"),
    (tool(description=3), "str_type", "tools[0].description"),
    (tool(description=["x"]), "str_type", "tools[0].description"),
    (tool(strict="true"), "bool_type", "tools[0].strict"),
    (tool(strict=1), "bool_type", "tools[0].strict"),
    (tool(defer_loading="yes"), "bool_type", "tools[0].defer_loading"),
    (tool(eager_input_streaming=0), "bool_type", "tools[0].eager_input_streaming"),
    (tool(allowed_callers="direct"), "list_type", "tools[0].allowed_callers"),
    (tool(allowed_callers=["code_execution"]), "literal_error", "tools[0].allowed_callers[0]"),
    (tool(allowed_callers=["direct", "agent"]), "literal_error", "tools[0].allowed_callers[1]"),
    (tool(input_examples={"file": "a"}), "list_type", "tools[0].input_examples"),
    (tool(input_examples=["a"]), "dict_type", "tools[0].input_examples[0]"),
    # Names.
    (tool(name=""), "string_too_short", "tools[0].name"),
    (tool(name=3), "str_type", "tools[0].name"),
    (tool(name=None), "str_type", "tools[0].name"),
    (tool(name="run tests"), "string_pattern", "tools[0].name"),
    (tool(name="fs.read"), "string_pattern", "tools[0].name"),
    (tool(name="tester/run"), "string_pattern", "tools[0].name"),
    (tool(name="prüfen"), "string_pattern", "tools[0].name"),
    (tool(name="run\n"), "string_pattern", "tools[0].name"),
    (tool(name="x" * 129), "string_too_long", "tools[0].name"),
    (tool(name="x" * 65), "name_long", "tools[0].name"),
    ([RUN, RUN], "tool_names_duplicate", "tools[1].name"),
    ([RUN, READ, RUN], "tool_names_duplicate", "tools[2].name"),
    ([tool(name="bash"), built_in("bash_20250124", "bash")], "tool_names_duplicate", "tools[1].name"),
    ([RUN, tool(name="Run_Tests")], "names_alike", "tools[1].name"),
    ([RUN, tool(name="run_test")], "names_alike", "tools[1].name"),
    ([RUN, READ, tool(name="run_texts")], "names_alike", "tools[2].name"),
    # Built-in types.
    (built_in("bash_20250124", "shell"), "literal_error", "tools[0].name"),
    ({"type": "bash_20250124"}, "field_required", "tools[0].name"),
    (built_in("text_editor_20250728", "str_replace_editor"), "literal_error", "tools[0].name"),
    (built_in("text_editor_20250429", "str_replace_based_edit_tool", max_characters=9), "extra_inputs", "tools[0].max_characters"),
    (built_in("text_editor_20250728", "str_replace_based_edit_tool", max_characters=0), "greater_than_equal", "tools[0].max_characters"),
    (built_in("text_editor_20250728", "str_replace_based_edit_tool", max_characters=1.5), "int_type", "tools[0].max_characters"),
    (built_in("memory_20250818", "notes"), "literal_error", "tools[0].name"),
    (built_in("bash_20250124", "bash", input_schema=SCHEMA), "extra_inputs", "tools[0].input_schema"),
    (built_in("bash_20250124", "bash", description="x"), "extra_inputs", "tools[0].description"),
    (built_in("web_search_20250305", "search"), "literal_error", "tools[0].name"),
    (built_in("web_search_20250305", "web_search", max_uses=0), "greater_than_equal", "tools[0].max_uses"),
    (built_in("web_search_20250305", "web_search", input_examples=[]), "extra_inputs", "tools[0].input_examples"),
    (built_in("web_search_20250305", "web_search", response_inclusion="full"), "extra_inputs", "tools[0].response_inclusion"),
    (built_in("web_search_20260318", "web_search", response_inclusion="all"), "literal_error", "tools[0].response_inclusion"),
    (built_in("web_search_20250305", "web_search", allowed_domains="a.example"), "list_type", "tools[0].allowed_domains"),
    (built_in("web_search_20250305", "web_search", allowed_domains=["a.example"], blocked_domains=["b.example"]), "domains_allowed_and_blocked", "tools[0].blocked_domains"),
    (built_in("web_search_20250305", "web_search", user_location={"type": "exact"}), "literal_error", "tools[0].user_location.type"),
    (built_in("web_search_20250305", "web_search", user_location={"city": "Bonn"}), "field_required", "tools[0].user_location.type"),
    (built_in("web_fetch_20250910", "web_fetch", citations=True), "object_type", "tools[0].citations"),
    (built_in("web_fetch_20250910", "web_fetch", use_cache=True), "extra_inputs", "tools[0].use_cache"),
    (built_in("computer_20250124", "computer", display_width_px=800), "field_required", "tools[0].display_height_px"),
    (built_in("advisor_20260301", "advisor"), "field_required", "tools[0].model"),
    (built_in("computer_toolset_20260801", "computer"), "extra_inputs", "tools[0].name"),
    ({"type": "browser_toolset_20260801", "configs": {"find": {"shown": True}}}, "extra_inputs", "tools[0].configs.find.shown"),
    ({"type": "mcp_toolset"}, "field_required", "tools[0].mcp_server_name"),
    # Loading, caching, callers.
    (tool(defer_loading=True), "tools_all_deferred", "tools[0].defer_loading"),
    ([READ, tool(defer_loading=True, cache_control=CACHE)], "deferred_tool_cached", "tools[1].cache_control"),
    ([tool(name=f"{letter * 5}", cache_control=CACHE) for letter in "abcde"], "cache_control_too_many", "tools[4].cache_control"),
    ([READ | {"cache_control": CACHE}, tool(cache_control=CACHE | {"ttl": "1h"})], "cache_control_ttl_order", "tools[1].cache_control.ttl"),
    (tool(strict=True, input_schema=CLOSED, allowed_callers=CODE), "programmatic_strict", "tools[0].strict"),
    (schema(properties={"file": {"$ref": "#"}}) | {"allowed_callers": CODE}, "programmatic_recursive", IN),
    # The root of the schema.
    (tool(input_schema="object"), "dict_type", IN),
    (tool(input_schema=[]), "dict_type", IN),
    (tool(input_schema=None), "dict_type", IN),
    (tool(input_schema={}), "field_required", f"{IN}.type"),
    (schema(type=...), "field_required", f"{IN}.type"),
    (schema(type="array"), "literal_error", f"{IN}.type"),
    (schema(type="Object"), "literal_error", f"{IN}.type"),
    (schema(type=["object", "null"]), "literal_error", f"{IN}.type"),
    (tool(input_schema={"$ref": "#/$defs/A", "$defs": {"A": SCHEMA}}), "field_required", f"{IN}.type"),
    (schema(properties={"a b": FILE}), "property_name", f"{IN}.properties['a b']"),
    (schema(properties={"$filter": FILE}), "property_name", f"{IN}.properties.$filter"),
    (schema(properties={"": FILE}), "property_name", f"{IN}.properties['']"),
    (schema(properties={"x" * 65: FILE}), "property_name", f"{IN}.properties.{'x' * 65}"),
    # Keywords.
    (schema(properties=["file"]), "input_schema_invalid", f"{IN}.properties"),
    (schema(properties={"file": "string"}), "input_schema_invalid", AT),
    (schema(properties={"file": None}), "input_schema_invalid", AT),
    (schema(properties={"file": [FILE]}), "input_schema_invalid", AT),
    (schema(required="file"), "input_schema_invalid", f"{IN}.required"),
    (schema(required=True), "input_schema_invalid", f"{IN}.required"),
    (schema(required=["file", "file"]), "input_schema_invalid", f"{IN}.required"),
    (schema(required=[1]), "input_schema_invalid", f"{IN}.required[0]"),
    (schema(additionalProperties="false"), "input_schema_invalid", f"{IN}.additionalProperties"),
    (schema(additionalProperties=None), "input_schema_invalid", f"{IN}.additionalProperties"),
    (schema(anyOf=[]), "input_schema_invalid", f"{IN}.anyOf"),
    (schema(title=3), "input_schema_invalid", f"{IN}.title"),
    (schema(**{"$defs": []}), "input_schema_invalid", f"{IN}.$defs"),
    (schema(**{"$defs": {"A": "string"}}), "input_schema_invalid", f"{IN}.$defs.A"),
    (parameter(type="str"), "input_schema_invalid", f"{AT}.type"),
    (parameter(type="strin"), "input_schema_invalid", f"{AT}.type"),
    (parameter(type="int"), "input_schema_invalid", f"{AT}.type"),
    (parameter(type="any"), "input_schema_invalid", f"{AT}.type"),
    (parameter(type="String"), "input_schema_invalid", f"{AT}.type"),
    (parameter(type=None), "input_schema_invalid", f"{AT}.type"),
    (parameter(type=[]), "input_schema_invalid", f"{AT}.type"),
    (parameter(type=["string", "nul"]), "input_schema_invalid", f"{AT}.type"),
    (parameter(type=["string", "string"]), "input_schema_invalid", f"{AT}.type"),
    (parameter(type="string", required=True), "input_schema_invalid", f"{AT}.required"),
    (parameter(type="string", enum="a"), "input_schema_invalid", f"{AT}.enum"),
    (parameter(type="string", enum={"a": 1}), "input_schema_invalid", f"{AT}.enum"),
    (parameter(type="string", format=["date"]), "input_schema_invalid", f"{AT}.format"),
    (parameter(type="string", pattern=3), "input_schema_invalid", f"{AT}.pattern"),
    (parameter(type="string", minLength=-1), "input_schema_invalid", f"{AT}.minLength"),
    (parameter(type="string", maxLength="9"), "input_schema_invalid", f"{AT}.maxLength"),
    (parameter(type="string", description=["x"]), "input_schema_invalid", f"{AT}.description"),
    (parameter(type="integer", minimum="1"), "input_schema_invalid", f"{AT}.minimum"),
    (parameter(type="integer", exclusiveMinimum=True), "input_schema_invalid", f"{AT}.exclusiveMinimum"),
    (parameter(type="number", multipleOf=0), "input_schema_invalid", f"{AT}.multipleOf"),
    (parameter(type="array", items=[FILE]), "input_schema_invalid", f"{AT}.items"),
    (parameter(type="array", items="string"), "input_schema_invalid", f"{AT}.items"),
    (parameter(type="array", items={"type": "strin"}), "input_schema_invalid", f"{AT}.items.type"),
    (parameter(type="array", minItems=1.5), "input_schema_invalid", f"{AT}.minItems"),
    (parameter(type="array", uniqueItems="yes"), "input_schema_invalid", f"{AT}.uniqueItems"),
    (parameter(anyOf=[{"type": "string"}, {"type": "nul"}]), "input_schema_invalid", f"{AT}.anyOf[1].type"),
    (parameter(anyOf={"type": "string"}), "input_schema_invalid", f"{AT}.anyOf"),
    (parameter(oneOf=["string", "null"]), "input_schema_invalid", f"{AT}.oneOf[0]"),
    (parameter(allOf=[]), "input_schema_invalid", f"{AT}.allOf"),
    (parameter(type="object", properties={"deep": {"type": "text"}}), "input_schema_invalid", f"{AT}.properties.deep.type"),
    (parameter(type="object", properties={"deep": {"type": "string", "required": True}}), "input_schema_invalid", f"{AT}.properties.deep.required"),
    # References and patterns.
    (parameter(**{"$ref": "#/$defs/Path"}), "ref_unresolvable", f"{AT}.$ref"),
    (parameter(**{"$ref": "#/definitions/Path"}), "ref_unresolvable", f"{AT}.$ref"),
    (parameter(**{"$ref": "#path"}), "ref_unresolvable", f"{AT}.$ref"),
    (parameter(type="array", items={"$ref": "#/$defs/Path"}), "ref_unresolvable", f"{AT}.items.$ref"),
    (parameter(anyOf=[{"type": "null"}, {"$ref": "#/$defs/Path"}]), "ref_unresolvable", f"{AT}.anyOf[1].$ref"),
    (parameter(**{"$ref": "https://example.com/path.json"}), "ref_external", f"{AT}.$ref"),
    (parameter(**{"$ref": "path.json#/Path"}), "ref_external", f"{AT}.$ref"),
    (parameter(type="string", pattern="["), "pattern_invalid", f"{AT}.pattern"),
    (parameter(type="string", pattern="(a"), "pattern_invalid", f"{AT}.pattern"),
    (parameter(type="string", pattern="*a"), "pattern_invalid", f"{AT}.pattern"),
    # Examples and values.
    (tool(input_examples=[{}]), "input_example_invalid", "tools[0].input_examples[0]"),
    (tool(input_examples=[{"file": "a"}, {"file": 3}]), "input_example_invalid", "tools[0].input_examples[1]"),
    (parameter(type="string", format="date") | {"input_examples": [{"file": "today"}]}, "input_example_invalid", "tools[0].input_examples[0]"),
    (parameter(type=str), "definition_not_json", f"{AT}.type"),
    (parameter(type="number", default=float("nan")), "definition_not_json", f"{AT}.default"),
    (parameter(type="string", enum=["a", {"a"}]), "definition_not_json", f"{AT}.enum[1]"),
    # Strict.
    (tool(strict=True), "strict_open_object", f"{IN}.additionalProperties"),
    (strict_schema(additionalProperties=True), "strict_open_object", f"{IN}.additionalProperties"),
    (strict_schema(additionalProperties={"type": "string"}), "strict_open_object", f"{IN}.additionalProperties"),
    (strict(type="object", properties={}), "strict_open_object", f"{AT}.additionalProperties"),
    (strict(type="array", items={"type": "object"}), "strict_open_object", f"{AT}.items.additionalProperties"),
    (strict_schema(properties={"file": {"$ref": "#/$defs/A"}}, **{"$defs": {"A": {"type": "object"}}}), "strict_open_object", f"{IN}.$defs.A.additionalProperties"),
    (strict(type="integer", minimum=1), "strict_keyword", f"{AT}.minimum"),
    (strict(type="number", multipleOf=2), "strict_keyword", f"{AT}.multipleOf"),
    (strict(minLength=1), "strict_keyword", f"{AT}.minLength"),
    (strict(type=["string", "null"], maxLength=9), "strict_keyword", f"{AT}.maxLength"),
    (strict(type="array", maxItems=3), "strict_keyword", f"{AT}.maxItems"),
    (strict(type="array", minItems=2), "strict_keyword", f"{AT}.minItems"),
    (strict(type="array", uniqueItems=True), "strict_keyword", f"{AT}.uniqueItems"),
    (strict(anyOf=[{"type": "integer", "maximum": 3}, {"type": "null"}]), "strict_keyword", f"{AT}.anyOf[0].maximum"),
    (strict(format="binary"), "strict_format", f"{AT}.format"),
    (strict(format="uri-reference"), "strict_format", f"{AT}.format"),
    (strict(enum=[["a"]]), "strict_enum", f"{AT}.enum"),
    (strict(enum=[{"a": 1}]), "strict_enum", f"{AT}.enum"),
    (strict(pattern="(?=a)"), "strict_regex", f"{AT}.pattern"),
    (strict(pattern="(?<!a)b"), "strict_regex", f"{AT}.pattern"),
    (strict(pattern=r"(a)\1"), "strict_regex", f"{AT}.pattern"),
    (strict(pattern=r"\bword\b"), "strict_regex", f"{AT}.pattern"),
    (strict_schema(properties={"file": {"$ref": "#/$defs/A"}}, **{"$defs": {"A": CLOSED | {"properties": {"a": {"$ref": "#/$defs/A"}}}}}), "strict_recursive", f"{IN}.$defs.A.properties.a.$ref"),
    (strict(**{"$ref": "https://example.com/a.json"}), "strict_ref", f"{AT}.$ref"),
    (strict(pattern="^a{2000}$"), "strict_regex", f"{AT}.pattern"),
    (strict_schema(properties={"file": {}}), "strict_untyped", AT),
    (strict(oneOf=[{"type": "null"}]), "strict_keyword", f"{AT}.oneOf"),
    (strict(anyOf=[{"type": "null"}]), "strict_keyword", f"{AT}.anyOf"),
    (strict(prefixItems=[{"type": "null"}], type="array"), "strict_keyword", f"{AT}.prefixItems"),
    (strict_schema(properties={"file": {"allOf": [{"$ref": "#/$defs/A"}]}}, **{"$defs": {"A": FILE}}), "strict_keyword", f"{AT}.allOf[0].$ref"),
    (strict_schema(properties={"file": {"$ref": "#a"}}, **{"$defs": {"A": {"$anchor": "a", "type": "object"}}}), "strict_open_object", f"{IN}.$defs.A.additionalProperties"),
    (strict_schema(properties={"file": {"$ref": "#/$defs/A%20B"}}, **{"$defs": {"A B": {"type": "object"}}}), "strict_open_object", f"{IN}.$defs['A B'].additionalProperties"),
    ([tool(strict=True, input_schema=CLOSED, name=f"tool_{n}") for n in range(21)], "strict_tools_too_many", "tools[20].strict"),
    (many(25, {"type": "string"}, required=[]), "strict_optional_too_many", IN),
    ([READ, many(25, {"type": "string"}, required=["p0"]), many(1, {"type": "string"}, required=[]) | {"name": "write"}], "strict_optional_too_many", "tools[2].input_schema"),
    (many(17, {"type": ["string", "null"]}), "strict_unions_too_many", IN),
    (many(17, {"anyOf": [{"type": "string"}, {"type": "null"}]}), "strict_unions_too_many", IN),
    # Output formats.
    ({"type": "json_schema", "schema": {"type": "object"}}, "strict_open_object", "output_config.format.schema.additionalProperties"),
    ({"output_format": {"type": "json_schema", "schema": CLOSED | {"required": "a"}}}, "format_schema_invalid", "output_format.schema.required"),
    ({"tools": [RUN], "output_config": {"format": {"type": "json_schema", "schema": {"type": "integer", "minimum": 1}}}}, "strict_keyword", "output_config.format.schema.minimum"),
    # Advice.
    (tool(description=...), "no_description", "tools[0].description"),
    (tool(description="  "), "no_description", "tools[0].description"),
    (tool(description=None), "no_description", "tools[0].description"),
    (schema(properties={"file": {"type": "string"}}), "parameter_undescribed", AT),
    (parameter(type="object", properties={"deep": {"type": "string"}}), "parameter_undescribed", f"{AT}.properties.deep"),
    (schema(required=...), "no_required", IN),
    (parameter(type=["string", "integer"]), "ambiguous_type", f"{AT}.type"),
    (parameter(type=["string", "integer", "null"]), "ambiguous_type", f"{AT}.type"),
    (parameter(enum=["a", "b"]), "enum_without_type", f"{AT}.enum"),
    (parameter(type="string", pattern=r"\Aa\Z"), "pattern_of_python", f"{AT}.pattern"),
    (schema(anyOf=[{"required": ["file"]}]), "root_combined", f"{IN}.anyOf"),
    (tool(description="word " * 2_500), "schema_large", "tools[0]"),
    (schema(**{"$defs": {"A": {"type": "string"}}}), "defs_unused", f"{IN}.$defs.A"),
    (schema(definitions={"A": {"type": "string"}}), "defs_unused", f"{IN}.definitions.A"),
]  # fmt: skip
OF_A_MODEL = [
    (built_in("computer_20250124", "computer", display_width_px=8, display_height_px=6), "tool_type_unsupported", "tools[0].type", "claude-opus-5-5"),
    (tool(strict=True, input_schema=CLOSED), "strict_unsupported", "tools[0].strict", "claude-sonnet-4-20250514"),
    ({"type": "json_schema", "schema": CLOSED}, "format_unsupported", "output_config.format", "claude-opus-4-1"),
]  # fmt: skip


def name(value):
    return json.dumps(value, default=repr)[:60] if isinstance(value, dict | list) else str(value)


@pytest.mark.parametrize(("tools", "code", "path"), BROKEN, ids=name)
def test_a_broken_definition(tools, code, path):
    found = [(problem.code, problem.path) for problem in check_tools(tools)]

    assert (code, path) in found


@pytest.mark.parametrize(("tools", "code", "path"), BROKEN, ids=name)
def test_nothing_worse_is_said_of_it(tools, code, path):
    """One cause, one problem: what else is said of the definition is said of another place, or is advice."""
    others = [problem for problem in check_tools(tools) if (problem.code, problem.path) != (code, path)]

    assert [problem.path for problem in others if problem.severity != "advice" and problem.path == path] == []


@pytest.mark.parametrize(("tools", "code", "path", "model"), OF_A_MODEL, ids=name)
def test_what_a_model_does_not_take(tools, code, path, model):
    assert (code, path) in [(problem.code, problem.path) for problem in check_tools(tools, model=model)]
    assert code not in [problem.code for problem in check_tools(tools)]


def test_every_rule_has_a_broken_definition():
    assert {code for _, code, *_ in BROKEN + OF_A_MODEL} == set(RULES)


def test_many_definitions_are_tried():
    assert len(BROKEN) >= 180


@pytest.mark.parametrize("problem", [check_tools(tools)[0] for tools, *_ in BROKEN], ids=lambda problem: problem.code)
def test_every_problem_says_what_to_do(problem):
    what, *_, way_out = problem.message.splitlines()

    assert what.startswith("opus: ")
    assert what.endswith(".")
    assert way_out == RULES[problem.code].way_out
    assert problem.severity == RULES[problem.code].weight
    assert f"  {problem.severity} {problem.code} at {problem.path}" in problem.message


SOUND = [
    RUN,
    tool(type="custom"),
    tool(type=None),
    tool(description="Run.", cache_control=None, strict=None, input_examples=None),
    tool(name="x" * 64),
    schema(properties={}, required=[]),
    tool(input_schema={"type": "object"}),
    tool(input_schema={"type": "object", "properties": None, "required": None}),
    parameter(type=["string", "null"]),
    parameter(type="string", enum=["a", "b"]),
    parameter(const="a"),
    parameter(type="string", pattern=r"^\p{L}+$"),
    parameter(type="string", pattern=r"^(?<year>\d+)$"),
    parameter(type="string", format="x-own", nullable=True),
    schema(properties={"file": {"$ref": "#/$defs/File"}}, **{"$defs": {"File": FILE}}),
    schema(properties={"file": {"$ref": "#/definitions/File"}}, definitions={"File": FILE}),
    schema(properties={"file": {"$ref": "#/$defs/A~1B"}}, **{"$defs": {"A/B": FILE}}),
    schema(properties={"file": {"$ref": "#file"}, "other": FILE | {"$anchor": "file"}}),
    schema(properties={"next": {"$ref": "#"}, "file": FILE}),
    schema(properties={"file": FILE | {"default": {"$ref": "#/$defs/none"}}}),
    tool(input_examples=[{"file": "a.test.ts"}]),
    strict(),
    strict(format="date"),
    strict(pattern="^[a-z]{2,4}$"),
    built_in("bash_20250124", "bash"),
    built_in("web_search_20290101", "web_search"),
    [RUN, READ | {"defer_loading": True}],
    [tool(name=f"tool_{number}") for number in range(30)],
    [tool(name="add"), tool(name="and")],
    {"type": "json_schema", "schema": CLOSED},
]


@pytest.mark.parametrize("tools", SOUND, ids=name)
def test_a_sound_definition(tools):
    assert check_tools(tools) == []


ODD = [None, 1, 1.5, True, "x", "", [], {}, [1], {"a": 1}, ["a"], [[]], [None], {"type": "object"}]
FIELDS = ["type", "name", "input_schema", "allowed_callers", "cache_control", "input_examples", "defer_loading", "x"]
KEYWORDS = [
    "$ref", "$defs", "definitions", "$id", "$anchor", "type", "properties", "required", "enum", "anyOf", "allOf", "items",
    "prefixItems", "additionalProperties", "pattern", "format", "minItems", "if", "not", "patternProperties",
]  # fmt: skip


def odd_tools():
    for value in ODD:
        yield from ({**RUN, field: value} for field in FIELDS)
        yield from ({"type": "web_search_20300101", field: value} for field in FIELDS[1:])
        for keyword in KEYWORDS:
            yield schema(**{keyword: value}) | {"allowed_callers": CODE, "input_examples": [{"file": 1}]}
            yield schema(properties={"file": {keyword: value}})


@pytest.mark.parametrize("strict", [None, True])
def test_odd_values_are_problems_and_no_exceptions(strict):
    for tools in odd_tools():
        for problem in check_tools([tools], strict=strict):
            assert problem.code in RULES
            assert problem.path.startswith("tools[0]")


def holds_itself():
    """In two places: to follow each of them to some depth would take for ever."""
    root = {"type": "object", "properties": {}}
    root["properties"] |= {"left": root, "right": root}
    return root


def nested(depth):
    inner = {"type": "string"}
    for _ in range(depth):
        inner = {"type": "object", "properties": {"x": inner}}
    return inner


@pytest.mark.parametrize(
    ("definition", "detail"),
    [
        (holds_itself(), "it holds itself"),
        (nested(3_000), "it is nested too deeply"),
        ({"type": "object", "properties": {"x": {"maximum": 10**5000}}}, "a number of thousands of digits"),
    ],
)
def test_what_cannot_be_written_is_a_problem(definition, detail):
    problems = [one for one in check_tools(RUN | {"input_schema": definition}) if one.severity == "error"]

    assert {problem.code for problem in problems} == {"definition_not_json"}
    assert problems[0].message.startswith("opus: tool 'run_tests' has a value that JSON cannot carry")
    assert detail in problems[0].message


def test_what_nests_deeply_never_raises():
    """How deep it may be judged depends on the version of Python."""
    problems = [one.code for one in check_tools(RUN | {"input_schema": nested(400)}) if one.severity == "error"]

    assert problems in ([], ["definition_not_json"])


@pytest.mark.parametrize("pattern", [r"^[\w-.]+$", r"[\d-x]", "(?<=a+)b", r"^\i$", "^[^]$", r"\p{L}"])
def test_patterns_that_are_right_in_ecma_262(pattern):
    assert check_tools(schema(properties={"file": {"description": "d", "type": "string", "pattern": pattern}})) == []


def test_definitions_that_are_used_many_times_are_walked_once():
    """Each of them refers twice to the next: as a tree they would be a million."""
    link = {"type": "object", "additionalProperties": False, "required": ["a", "b"]}
    defs = {f"D{n}": link | {"properties": {name: {"$ref": f"#/$defs/D{n + 1}"} for name in "ab"}} for n in range(20)}
    tool = strict_schema(properties={"file": {"$ref": "#/$defs/D0"}}, **{"$defs": defs | {"D20": {"type": "string"}}})

    assert check_tools(tool) == []
    assert [problem.code for problem in check_tools(tool | {"allowed_callers": CODE})] == ["programmatic_strict"]
