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


def searching(**fields):
    return built_in("web_search_20250305", "web_search", **fields)


def defining(**definitions):
    """A strict tool whose parameter is the first of the definitions."""
    return strict_schema(properties={"file": {"$ref": f"#/$defs/{next(iter(definitions))}"}}, **{"$defs": definitions})


BAD = {"type": "strin"}
LOST = {"$ref": "#/$defs/Lost"}
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
    (tool(Name="run"), "extra_inputs", "tools[0].Name"),
    (tool(function=RUN), "extra_inputs", "tools[0].function"),
    (tool(input_schema=..., schema=SCHEMA), "field_required", "tools[0].input_schema"),
    (tool(cache_control=[CACHE]), "object_type", "tools[0].cache_control"),
    (tool(cache_control={"ttl": "5m"}), "field_required", "tools[0].cache_control.type"),
    (tool(cache_control=CACHE | {"ttl": 300}), "literal_error", "tools[0].cache_control.ttl"),
    (tool(defer_loading=[]), "bool_type", "tools[0].defer_loading"),
    (tool(eager_input_streaming="true"), "bool_type", "tools[0].eager_input_streaming"),
    (tool(allowed_callers={"direct": True}), "list_type", "tools[0].allowed_callers"),
    (tool(allowed_callers=[None]), "literal_error", "tools[0].allowed_callers[0]"),
    (tool(allowed_callers=["me", "direct", "you"]), "literal_error", "tools[0].allowed_callers[2]"),
    (tool(allowed_callers=[]), "callers_none", "tools[0].allowed_callers"),
    (built_in("bash_20250124", "bash", allowed_callers=[]), "callers_none", "tools[0].allowed_callers"),
    (tool(input_examples=[{"file": "a"}, None]), "dict_type", "tools[0].input_examples[1]"),
    (tool(input_examples=[1, {"file": "a"}, "b"]), "dict_type", "tools[0].input_examples[2]"),
    (tool(type=3), "union_tag_invalid", "tools[0].type"),
    (tool(type="Custom"), "union_tag_invalid", "tools[0].type"),
    ([RUN, tool(name="read", type="bash_2025")], "union_tag_invalid", "tools[1].type"),
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
    (tool(name=["run"]), "str_type", "tools[0].name"),
    (tool(name="-" * 129), "string_too_long", "tools[0].name"),
    (tool(name=" "), "string_pattern", "tools[0].name"),
    ([tool(name="read"), tool(name="read"), tool(name="read")], "tool_names_duplicate", "tools[2].name"),
    ([searching(), tool(name="web_search")], "tool_names_duplicate", "tools[1].name"),
    ([RUN, tool(name="run-tests")], "names_alike", "tools[1].name"),
    ([RUN, tool(name="runTests")], "names_alike", "tools[1].name"),
    ([RUN, tool(name="run_tests_")], "names_alike", "tools[1].name"),
    ([tool(name="get_user"), tool(name="get_users")], "names_alike", "tools[1].name"),
    ([built_in("memory_20250818", "memory"), tool(name="memery")], "names_alike", "tools[1].name"),
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
    (built_in("text_editor_20250124", "str_replace_based_edit_tool"), "literal_error", "tools[0].name"),
    (built_in("computer_20251124", "screen", display_width_px=8, display_height_px=6), "literal_error", "tools[0].name"),
    (built_in("computer_20250124", "computer", display_width_px=8, display_height_px=6, enable_zoom=True), "extra_inputs", "tools[0].enable_zoom"),
    (built_in("computer_20251124", "computer", display_width_px=8, display_height_px=6, enable_zoom=1), "bool_type", "tools[0].enable_zoom"),
    (built_in("computer_20250124", "computer", display_width_px=0, display_height_px=6), "greater_than_equal", "tools[0].display_width_px"),
    (built_in("computer_20250124", "computer", display_width_px=8, display_height_px=6, display_number=-1), "greater_than_equal", "tools[0].display_number"),
    (built_in("computer_20250124", "computer", display_width_px="8", display_height_px=6), "int_type", "tools[0].display_width_px"),
    (built_in("code_execution_20250825", "python"), "literal_error", "tools[0].name"),
    (built_in("code_execution_20250825", "code_execution", max_uses=3), "extra_inputs", "tools[0].max_uses"),
    (built_in("tool_search_tool_regex_20251119", "tool_search"), "literal_error", "tools[0].name"),
    (built_in("tool_search_tool_bm25", "tool_search_tool_regex"), "literal_error", "tools[0].name"),
    (built_in("memory_20250818", "memory", path="/memories"), "extra_inputs", "tools[0].path"),
    (built_in("bash_20250124", "bash", strict="yes"), "bool_type", "tools[0].strict"),
    (built_in("bash_20250124", "bash", input_examples=["ls"]), "dict_type", "tools[0].input_examples[0]"),
    (built_in("web_fetch_20250910", "web_fetch", max_content_tokens=0), "greater_than_equal", "tools[0].max_content_tokens"),
    (built_in("web_fetch_20250910", "web_fetch", citations={"enabled": "yes"}), "bool_type", "tools[0].citations.enabled"),
    (built_in("web_fetch_20260318", "web_fetch", url_sources={"user_input": {"type": "some"}}), "union_tag_invalid", "tools[0].url_sources.user_input.type"),
    (searching(max_uses="3"), "int_type", "tools[0].max_uses"),
    (searching(blocked_domains="a.example"), "list_type", "tools[0].blocked_domains"),
    (searching(allowed_domains=["a.example", 3]), "str_type", "tools[0].allowed_domains[1]"),
    (searching(allowed_domains=["https://a.example"]), "domain_invalid", "tools[0].allowed_domains[0]"),
    (searching(allowed_domains=["a.example", "*.b.example"]), "domain_invalid", "tools[0].allowed_domains[1]"),
    (searching(blocked_domains=[""]), "domain_invalid", "tools[0].blocked_domains[0]"),
    (built_in("web_fetch_20250910", "web_fetch", blocked_domains=["a.example:8080"]), "domain_invalid", "tools[0].blocked_domains[0]"),
    (searching(user_location="Bonn"), "object_type", "tools[0].user_location"),
    (searching(user_location={"type": "approximate", "city": 3}), "str_type", "tools[0].user_location.city"),
    (searching(user_location={"type": "approximate", "zip": "53111"}), "extra_inputs", "tools[0].user_location.zip"),
    (built_in("advisor_20260301", "advisor", model=""), "string_too_short", "tools[0].model"),
    (built_in("advisor_20260301", "adviser", model="claude-opus-4-8"), "literal_error", "tools[0].name"),
    ({"type": "computer_toolset_20260801", "strict": True}, "extra_inputs", "tools[0].strict"),
    ({"type": "computer_toolset_20260801", "configs": {"zoom": {"enabled": "no"}}}, "bool_type", "tools[0].configs.zoom.enabled"),
    ({"type": "mcp_toolset", "mcp_server_name": ""}, "string_too_short", "tools[0].mcp_server_name"),
    ({"type": "mcp_toolset", "mcp_server_name": "wiki", "default_config": {"defer": True}}, "extra_inputs", "tools[0].default_config.defer"),
    # Loading, caching, callers.
    ([tool(defer_loading=True), READ | {"defer_loading": True}], "tools_all_deferred", "tools[0].defer_loading"),
    (schema(properties={"file": {"$ref": "#node"}, "n": {"$anchor": "node", "type": "array", "items": {"$ref": "#node"}}}) | {"allowed_callers": CODE}, "programmatic_recursive", IN),
    (schema(properties={"file": {"type": "object", "additionalProperties": {"$ref": "#"}}}) | {"allowed_callers": CODE}, "programmatic_recursive", IN),
    (schema(properties={"file": {"prefixItems": [{"$ref": "#"}]}}) | {"allowed_callers": CODE}, "programmatic_recursive", IN),
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
    (tool(input_schema=3), "dict_type", IN),
    (schema(type=None), "literal_error", f"{IN}.type"),
    (schema(properties={"ok": FILE, "é": FILE}), "property_name", f"{IN}.properties['é']"),
    (schema(properties={"a b": FILE, "c/d": FILE}), "property_name", f"{IN}.properties['c/d']"),
    (schema(type=..., properties={"a b": FILE}), "property_name", f"{IN}.properties['a b']"),
    # Keywords.
    *((parameter(**{keyword: value}), "input_schema_invalid", f"{AT}.{keyword}") for keyword, value in {
        "maximum": "9", "exclusiveMaximum": True, "multipleOf": -1, "maxLength": 1.5, "minItems": -1, "maxItems": "3",
        "minProperties": None, "maxProperties": -2, "minContains": "1", "maxContains": [], "patternProperties": [],
        "dependentRequired": 1, "dependentSchemas": "a", "prefixItems": {}, "examples": "a",
        "$id": 3, "$schema": 3, "$ref": 3, "$anchor": "1 2", "$comment": 3, "deprecated": "yes", "readOnly": 1,
        "contains": "a", "not": "string", "if": [], "then": 3, "else": "a", "propertyNames": "a",
        "unevaluatedItems": "no", "unevaluatedProperties": 0, "contentEncoding": 64, "definitions": [],
    }.items()),
    (parameter(**{"$id": "a#b"}), "input_schema_invalid", f"{AT}.$id"),
    *((parameter(**steps), "input_schema_invalid", f"{AT}.{path}.type") for steps, path in (
        ({"items": BAD}, "items"),
        ({"prefixItems": [FILE, BAD]}, "prefixItems[1]"),
        ({"additionalProperties": BAD}, "additionalProperties"),
        ({"patternProperties": {"^a": BAD}}, "patternProperties['^a']"),
        ({"$defs": {"A": BAD}}, "$defs.A"),
        ({"definitions": {"A": BAD}}, "definitions.A"),
        ({"allOf": [BAD]}, "allOf[0]"),
        ({"oneOf": [FILE, FILE, BAD]}, "oneOf[2]"),
        ({"not": BAD}, "not"),
        ({"if": BAD}, "if"),
        ({"if": FILE, "then": BAD}, "then"),
        ({"if": FILE, "else": BAD}, "else"),
        ({"contains": BAD}, "contains"),
        ({"propertyNames": BAD}, "propertyNames"),
        ({"dependentSchemas": {"a": BAD}}, "dependentSchemas.a"),
        ({"properties": {"b": {"items": {"properties": {"c": BAD}}}}}, "properties.b.items.properties.c"),
    )),
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
    *((parameter(**steps), "ref_unresolvable", f"{AT}.{path}.$ref") for steps, path in (
        ({"additionalProperties": LOST}, "additionalProperties"),
        ({"prefixItems": [LOST]}, "prefixItems[0]"),
        ({"oneOf": [FILE, LOST]}, "oneOf[1]"),
        ({"not": LOST}, "not"),
        ({"properties": {"deep": LOST}}, "properties.deep"),
        ({"patternProperties": {"a": LOST}}, "patternProperties.a"),
    )),
    (schema(**{"$defs": {"A": {"$ref": "#/$defs/B"}}}), "ref_unresolvable", f"{IN}.$defs.A.$ref"),
    (parameter(**{"$ref": "#/$defs/A B"}), "ref_unresolvable", f"{AT}.$ref"),
    (schema(properties={"file": {"$ref": "#/properties/file/anyOf/2"}}), "ref_unresolvable", f"{AT}.$ref"),
    (parameter(**{"$ref": "https://json-schema.org/draft/2020-12/schema"}), "ref_external", f"{AT}.$ref"),
    (parameter(**{"$ref": "file:///etc/schema.json"}), "ref_external", f"{AT}.$ref"),
    (parameter(type="array", items={"$ref": "urn:example:a"}), "ref_external", f"{AT}.items.$ref"),
    *((parameter(type="string", pattern=pattern), "pattern_invalid", f"{AT}.pattern") for pattern in (
        "a)", "+", "a{2,1}", "[z-a]", "[a", "(?<a", "a\\", "(?:", "(?<x>a)(?<x>b)",
    )),
    (parameter(type="object", patternProperties={"[": FILE}), "pattern_invalid", f"{AT}.patternProperties['[']"),
    (parameter(propertyNames={"pattern": "("}), "pattern_invalid", f"{AT}.propertyNames.pattern"),
    (parameter(type="array", items={"pattern": "("}), "pattern_invalid", f"{AT}.items.pattern"),
    # Examples and values.
    (parameter(type="string", pattern="^a$") | {"input_examples": [{"file": "b"}]}, "input_example_invalid", "tools[0].input_examples[0]"),
    (parameter(type="integer", minimum=3) | {"input_examples": [{"file": 3}, {"file": 2}]}, "input_example_invalid", "tools[0].input_examples[1]"),
    (tool(input_schema=CLOSED, input_examples=[{"file": "a", "line": 1}]), "input_example_invalid", "tools[0].input_examples[0]"),
    (tool(description=b"Run."), "definition_not_json", "tools[0].description"),
    (parameter(type="number", maximum=float("inf")), "definition_not_json", f"{AT}.maximum"),
    (parameter(type="string", default=FILE.keys()), "definition_not_json", f"{AT}.default"),
    (tool(input_examples=[{"file": object()}]), "definition_not_json", "tools[0].input_examples[0].file"),
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
    *((strict(type=kind, **{keyword: value}), "strict_keyword", f"{AT}.{keyword}") for kind, keyword, value in (
        ("integer", "maximum", 9), ("integer", "exclusiveMinimum", 0), ("integer", "exclusiveMaximum", 9),
        ("number", "minimum", 0), ("number", "maximum", 9), ("string", "maxLength", 9), ("array", "contains", FILE),
        ("array", "minContains", 1), ("array", "maxContains", 2), ("array", "unevaluatedItems", False),
        ("string", "not", {"const": "a"}), ("string", "if", {"const": "a"}), ("boolean", "if", {"const": True}),
    )),
    *((strict_schema(**{keyword: value}), "strict_keyword", f"{IN}.{keyword}") for keyword, value in {
        "minProperties": 1, "maxProperties": 3, "patternProperties": {"^a": FILE}, "propertyNames": {"pattern": "^a"},
        "dependentRequired": {"file": ["line"]}, "dependentSchemas": {"file": CLOSED}, "if": CLOSED, "not": CLOSED,
        "unevaluatedProperties": False, "anyOf": [CLOSED], "allOf": [CLOSED], "oneOf": [CLOSED],
    }.items()),
    *((strict(pattern=pattern), "strict_regex", f"{AT}.pattern") for pattern in (
        "(?!a)b", "(?<=a)b", r"(?<x>a)\k<x>", r"\Bword", r"(a)(b)\2", "^[a-z]{1,5000}$", "^a{1001,}$", r"\\\ba",
    )),
    *((strict(format=name), "strict_format", f"{AT}.format") for name in ("regex", "iri", "json-pointer", "int32", "phone")),
    (strict(enum=["a", {"a": 1}, []]), "strict_enum", f"{AT}.enum"),
    (strict_schema(properties={"file": {"title": "File", "default": None}}), "strict_untyped", AT),
    (strict_schema(properties={"file": {"properties": {}}}), "strict_untyped", AT),
    (strict(type="array", items={}), "strict_untyped", f"{AT}.items"),
    (strict_schema(properties={"file": {"anyOf": [FILE, {"description": "x"}]}}), "strict_untyped", f"{AT}.anyOf[1]"),
    (strict_schema(properties={"file": {"anyOf": [FILE, {"type": "object"}]}}), "strict_open_object", f"{AT}.anyOf[1].additionalProperties"),
    (strict_schema(properties={"file": {"allOf": [{"type": "object"}]}}), "strict_open_object", f"{AT}.allOf[0].additionalProperties"),
    (strict(type=["object", "null"]), "strict_open_object", f"{AT}.additionalProperties"),
    (strict_schema(properties={"file": {"$ref": "#"}}), "strict_recursive", f"{AT}.$ref"),
    (defining(A={"anyOf": [{"$ref": "#/$defs/B"}]}, B={"anyOf": [{"$ref": "#/$defs/A"}]}), "strict_recursive", f"{IN}.$defs.B.anyOf[0].$ref"),
    (defining(A={"type": "array", "items": {"$ref": "#/$defs/A"}}), "strict_recursive", f"{IN}.$defs.A.items.$ref"),
    (defining(A={"type": "integer", "minimum": 1}), "strict_keyword", f"{IN}.$defs.A.minimum"),
    (defining(A={"$ref": "https://example.com/a.json"}), "strict_ref", f"{IN}.$defs.A.$ref"),
    ([tool(strict=True, input_schema=CLOSED), READ | {"strict": True}], "strict_open_object", "tools[1].input_schema.additionalProperties"),
    (many(1, CLOSED | {"properties": {f"q{n}": FILE for n in range(25)}, "required": []}), "strict_optional_too_many", IN),
    # Output formats.
    ({"output_config": {"format": {"type": "json_schema"}}}, "field_required", "output_config.format.schema"),
    ({"type": "json_schema"}, "field_required", "output_config.format.schema"),
    ({"output_config": {"format": {"schema": CLOSED}}}, "field_required", "output_config.format.type"),
    ({"output_config": {"format": {"type": "json_objet", "schema": CLOSED}}}, "literal_error", "output_config.format.type"),
    ({"type": "json", "schema": CLOSED}, "literal_error", "output_config.format.type"),
    ({"output_config": {"format": {"type": "json_schema", "schema": "object"}}}, "dict_type", "output_config.format.schema"),
    ({"output_config": {"format": {"type": "json_schema", "json_schema": {"schema": CLOSED}}}}, "extra_inputs", "output_config.format.json_schema"),
    ({"output_config": {"format": {"type": "json_schema", "schema": CLOSED, "name": "x"}}}, "extra_inputs", "output_config.format.name"),
    ({"output_config": {"format": "json"}}, "object_type", "output_config.format"),
    ({"output_format": {"type": "json_schema"}}, "field_required", "output_format.schema"),
    ({"output_format": {"type": "json_schema", "schema": {}}}, "strict_untyped", "output_format.schema"),
    ({"output_format": {"type": "json_schema", "schema": CLOSED | {"properties": {"a": LOST}}}}, "ref_unresolvable", "output_format.schema.properties.a.$ref"),
    ({"type": "json_schema", "schema": CLOSED | {"properties": {"a": {"type": "string", "pattern": "["}}}}, "pattern_invalid", "output_config.format.schema.properties.a.pattern"),
    ({"type": "json_schema", "schema": CLOSED | {"properties": {"a": {"type": "strin"}}}}, "format_schema_invalid", "output_config.format.schema.properties.a.type"),
    ({"type": "json_schema", "schema": {"anyOf": [CLOSED], "oneOf": [CLOSED]}}, "strict_keyword", "output_config.format.schema.oneOf"),
    ({"tools": [many(20, {"type": "string"}, required=[])], "output_format": {"type": "json_schema", "schema": CLOSED | {"required": [], "properties": {f"q{n}": FILE for n in range(5)}}}}, "strict_optional_too_many", "output_format.schema"),
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
    (schema(required=["file", "line"]), "required_undeclared", f"{IN}.required[1]"),
    (parameter(type="object", properties={"a": FILE}, required=["b"]), "required_undeclared", f"{AT}.required[0]"),
    (tool(description=" \n"), "no_description", "tools[0].description"),
    (parameter(type="array", items={"type": "object", "properties": {"deep": {"type": "string"}}}), "parameter_undescribed", f"{AT}.items.properties.deep"),
    (schema(properties={"file": {"type": "string", "description": ""}}), "parameter_undescribed", AT),
    (schema(properties={"a": FILE, "b": FILE}, required=...), "no_required", IN),
    (parameter(type="array", items={"type": ["string", "integer"]}), "ambiguous_type", f"{AT}.items.type"),
    (parameter(type="array", items={"enum": ["a"]}), "enum_without_type", f"{AT}.items.enum"),
    (parameter(type="string", pattern="(?i)a"), "pattern_of_python", f"{AT}.pattern"),
    (parameter(type="object", patternProperties={"(?P<x>a)": FILE}), "pattern_of_python", f"{AT}.patternProperties['(?P<x>a)']"),
    (schema(oneOf=[{"required": ["file"]}]), "root_combined", f"{IN}.oneOf"),
    (schema(allOf=[{"required": ["file"]}]), "root_combined", f"{IN}.allOf"),
    (schema(**{"$defs": {"A": {"type": "array", "items": {"$ref": "#/$defs/A"}}}}), "defs_unused", f"{IN}.$defs.A"),
    (schema(**{"$defs": {"A": {"$ref": "#/$defs/B"}, "B": FILE}}), "defs_unused", f"{IN}.$defs.B"),
    (schema(**{"$defs": {"A": FILE, "B": {"$anchor": "b"}}}, properties={"file": {"$ref": "#b"}}), "defs_unused", f"{IN}.$defs.A"),
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


MANY = {f"p{number}": {"type": ["string", "null"], "description": "x"} for number in range(25)}
STRICT_TOOLS = [tool(strict=True, input_schema=CLOSED, name=f"tool_{n}") for n in range(20)]
TWICE = [
    (strict_schema(properties=MANY, required=[]), IN, ["strict_optional_too_many", "strict_unions_too_many"]),
    ([*STRICT_TOOLS, tool(strict=True, input_schema=CLOSED, allowed_callers=CODE)], "tools[20].strict", ["strict_tools_too_many", "programmatic_strict"]),
    (defining(A={"allOf": [LOST]}), f"{IN}.$defs.A.allOf[0].$ref", ["ref_unresolvable", "strict_keyword"]),
]  # fmt: skip


@pytest.mark.parametrize(("tools", "path", "codes"), TWICE)
def test_of_two_causes_at_one_place_both_are_told(tools, path, codes):
    assert [problem.code for problem in check_tools(tools) if problem.path == path] == codes


def test_all_wrong_names_and_items_are_told():
    definition = schema(properties={"a b": FILE, "file": FILE, "c/d": FILE}) | {"allowed_callers": ["me", "you"]}

    assert [(problem.code, problem.path) for problem in check_tools(definition)] == [
        ("property_name", f"{IN}.properties['a b']"),
        ("property_name", f"{IN}.properties['c/d']"),
        ("literal_error", "tools[0].allowed_callers[0]"),
        ("literal_error", "tools[0].allowed_callers[1]"),
    ]


@pytest.mark.parametrize("strict", [True, False])
def test_a_wrong_value_of_strict_stays_wrong(strict):
    assert [problem.path for problem in check_tools(tool(strict="true"), strict=strict)] == ["tools[0].strict"]


SUMMARIES = [
    (tool(name=...), "opus: a tool without a name has a required field missing: `name`."),
    (schema(type=...), "opus: tool 'run_tests' has a required field missing: `input_schema.type`."),
    (tool(input_schema=..., parameters=SCHEMA), "opus: tool 'run_tests' has a required field missing: 'parameters' is unknown, it is spelled 'input_schema'."),
    (tool(description=3), "opus: tool 'run_tests' has a value that should be a string: `description`."),
    (tool(cache_control=CACHE | {"ttl": "2h"}), "opus: tool 'run_tests' has a value other than the fixed ones: `cache_control.ttl`."),
    (schema(properties={"a b": FILE}), "opus: tool 'run_tests' has a parameter with other characters than letters, digits, `_`, `.` and `-`, or more than 64: 'a b'."),
    (tool(name="run tests"), "opus: tool 'run tests' has a `name` with other characters than letters, digits, `_` and `-`: \"run tests\"."),
    (tool(type="function"), "opus: tool 'run_tests' has an unknown `type`: \"function\"."),
    (strict(minLength=3), "opus: tool 'run_tests' has a keyword that strict schemas cannot have: `input_schema.properties.file.minLength`."),
    ({"output_format": {"type": "json_schema", "name": "x", "schema": CLOSED}}, "opus: output_format has a field that is not known there: `name`."),
]  # fmt: skip


@pytest.mark.parametrize(("tools", "summary"), SUMMARIES)
def test_the_first_line_says_which_field(tools, summary):
    assert check_tools(tools)[0].summary == summary


def test_a_function_of_another_api():
    problem = check_tools({"type": "function", "function": RUN})[0]

    assert "nearest: did you mean the function itself, with its parameters as input_schema?" in problem.message


def test_a_missing_root_type():
    assert 'nearest: did you mean "type": "object"?' in check_tools(schema(type=...))[0].message


@pytest.mark.parametrize(("tools", "code", "path", "model"), OF_A_MODEL, ids=name)
def test_what_a_model_does_not_take(tools, code, path, model):
    assert (code, path) in [(problem.code, problem.path) for problem in check_tools(tools, model=model)]
    assert code not in [problem.code for problem in check_tools(tools)]


def test_every_rule_has_a_broken_definition():
    assert {code for _, code, *_ in BROKEN + OF_A_MODEL} == set(RULES)


def test_each_of_many_definitions_is_tried_once():
    assert len({json.dumps(case, default=repr, sort_keys=True) for case in BROKEN}) == len(BROKEN) >= 300


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
    [tool(name="step1"), tool(name="step2")],
    schema(properties={"file": {"$ref": "#/$defs/A"}}, **{"$defs": {"A": {"$ref": "#/$defs/B"}, "B": FILE}}),
    schema(properties={"file": {"$ref": "#a"}}, **{"$defs": {"A": FILE | {"$anchor": "a"}}}),
    built_in("web_search_20250305", "web_search", allowed_domains=["example.com", "docs.example.com/a/*"]),
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
