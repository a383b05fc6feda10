"""Tools, the choice among them, strict schemas, output formats, MCP servers."""

import sys

import pytest

from pytest_opus._api.rules import Validator

EMPTY = {"type": "object", "properties": {}, "additionalProperties": False}
RUN = {"name": "run", "input_schema": {"type": "object"}}
READ = {"name": "read", "input_schema": {"type": "object"}}
SEARCH = {"type": "tool_search_tool_regex", "name": "tool_search_tool_regex"}
HELLO = {"role": "user", "content": "Hello"}


def judge(*tools, model="claude-opus-4-8", messages=(HELLO,), betas=None, **fields):
    body = {"model": model, "max_tokens": 1024, "messages": list(messages), **fields}
    if tools:
        body["tools"] = list(tools)
    return Validator().judge(body, endpoint="messages", rules="2026-10-21", betas=betas)


def strict(**schema):
    return {"name": "run", "strict": True, "input_schema": {**EMPTY, **schema}}


def choose(type_, **fields):
    return {"tool_choice": {"type": type_, **fields}}


INVALID = (
    "JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12). "
    "Learn more about tool use at https://docs.claude.com/en/docs/tool-use."
)

REFUSED = {
    "names": ([RUN, READ, RUN], {}, "tools: Tool names must be unique."),
    "name of a server tool": ([{"name": "bash", "input_schema": {"type": "object"}}, {"type": "bash_20250124", "name": "bash"}], {}, "tools: Tool names must be unique."),
    "schema type": ([{"name": "run", "input_schema": {"type": "object", "properties": {"a": {"type": "strin"}}}}], {}, f"tools.0.custom.input_schema: {INVALID}"),
    "additionalProperties is text": ([RUN, {"name": "b", "input_schema": {"type": "object", "additionalProperties": "false"}}], {}, f"tools.1.custom.input_schema: {INVALID}"),
    "required of draft 3": ([{"name": "run", "input_schema": {"type": "object", "properties": {"a": {"type": "string", "required": True}}}}], {}, f"tools.0.custom.input_schema: {INVALID}"),
    "example": ([{**RUN, "input_schema": {"type": "object", "required": ["a"]}, "input_examples": [{"a": 1}, {}]}], {}, "tools.0.custom.input_examples.1: Input example does not match the input schema: 'a' is a required property"),
    "all deferred": ([{**RUN, "defer_loading": True}, {**READ, "defer_loading": True}], {}, "At least one tool must have defer_loading=false. All tools cannot be deferred."),
    "deferred and cached": ([{**RUN, "defer_loading": True, "cache_control": {"type": "ephemeral"}}, SEARCH], {}, "Tool 'run' cannot have both defer_loading=true and cache_control set. Tools with defer_loading cannot use prompt caching."),
    "both lists of domains": ([{"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["a.example"], "blocked_domains": ["b.example"]}], {}, "tools.0.web_search_20250305: Cannot specify both `allowed_domains` and `blocked_domains`."),
    "choice without tools": ([], choose("auto"), "tool_choice may only be specified while providing tools."),
    "choice with an empty list": ([], {**choose("any"), "tools": []}, "tool_choice may only be specified while providing tools."),
    "unknown choice": ([RUN], choose("tool", name="read"), "Tool 'read' not found in provided tools"),
    "forced while thinking": ([RUN], {**choose("any"), "model": "claude-sonnet-4-6", "thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2048}, "Thinking may not be enabled when tool_choice forces tool use."),
    "forced on opus-5-5": ([RUN], {**choose("tool", name="run"), "model": "claude-opus-5-5"}, 'tool_choice: type "tool" and "any" are not supported for this model.'),
    "computer tool on opus-5-5": ([{"type": "computer_20251124", "name": "computer", "display_height_px": 800, "display_width_px": 600}], {"model": "claude-opus-5-5"}, "'claude-opus-5-5' does not support tool types: computer_20251124. Did you mean one of computer_toolset_20260801?"),
    "strict tool for code": ([{**strict(), "allowed_callers": ["code_execution_20260120"]}], {}, "tools.0.custom: `strict` cannot be combined with programmatic tool calling"),
    "recursive tool for code": ([{"name": "run", "allowed_callers": ["code_execution_20260120"], "input_schema": {"type": "object", "properties": {"a": {"$ref": "#"}}}}], {}, "tools.0.custom.input_schema: Circular $ref detected"),
    "one call at a time for code": ([{**RUN, "allowed_callers": ["code_execution_20260120"]}], choose("auto", disable_parallel_tool_use=True), "tool_choice: `disable_parallel_tool_use` cannot be combined with programmatic tool calling"),
    "forced tool that only code calls": ([{**RUN, "allowed_callers": ["code_execution_20260120"]}], choose("tool", name="run"), "tool_choice: Tool 'run' cannot be forced, as its allowed_callers do not include 'direct'."),
}  # fmt: skip


@pytest.mark.parametrize(("tools", "fields", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(tools, fields, message):
    assert judge(*tools, **fields).message == message


ACCEPTED = {
    "two tools": ([RUN, READ], {}),
    "no tools": ([], {"tools": []}),
    "unknown keywords in a schema": ([{"name": "run", "input_schema": {"type": "object", "nullable": True, "$schema": "http://json-schema.org/draft-07/schema#"}}], {}),
    "root with anyOf": ([{"name": "run", "input_schema": {"type": "object", "anyOf": [{"required": ["a"]}]}}], {}),
    "one deferred": ([{**RUN, "defer_loading": True}, SEARCH], {}),
    "known choice": ([RUN], choose("tool", name="run")),
    "auto": ([RUN], choose("auto", disable_parallel_tool_use=True)),
    "none without tools": ([], choose("none")),
    "forced with adaptive thinking": ([RUN], {**choose("any"), "model": "claude-sonnet-4-6", "thinking": {"type": "adaptive"}}),
    "forced on opus-4-7": ([RUN], {**choose("any"), "model": "claude-opus-4-7"}),
    "tool for code": ([{**RUN, "allowed_callers": ["direct", "code_execution_20260120"]}], choose("tool", name="run")),
    "choice of an MCP tool": ([], {**choose("any"), "mcp_servers": [{"type": "url", "name": "a", "url": "https://a.example"}]}),
    "strict": ([strict(properties={"a": {"type": "string"}}, required=["a"])], {}),
    "example": ([{**RUN, "input_schema": {"type": "object", "required": ["a"]}, "input_examples": [{"a": 1}]}], {}),
    "null lists of domains": ([{"type": "web_search_20250305", "name": "web_search", "allowed_domains": None, "blocked_domains": None, "max_uses": None, "user_location": None}], {}),
}  # fmt: skip


@pytest.mark.parametrize(("tools", "fields"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(tools, fields):
    assert judge(*tools, **fields) is None


def loaded(name):
    return (
        HELLO,
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "find", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": [{"type": "tool_reference", "tool_name": name}]}]},
    )  # fmt: skip


def test_references_name_tools_that_are_there():
    deferred = {**READ, "defer_loading": True}
    assert judge(RUN, deferred, messages=loaded("read")) is None
    refusal = judge(RUN, deferred, messages=loaded("raed"))
    assert refusal.message == "Tool reference 'raed' not found in available tools"
    assert refusal.hint == "did you mean 'read'?"


def test_references_of_a_server_tool_search():
    result = {
        "type": "tool_search_tool_search_result",
        "tool_references": [{"type": "tool_reference", "tool_name": "read"}],
    }
    blocks = [
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "tool_search_tool_regex", "input": {}},
        {"type": "tool_search_tool_result", "tool_use_id": "srvtoolu_1", "content": result},
        {"type": "text", "text": "Found."},
    ]
    messages = (HELLO, {"role": "assistant", "content": blocks}, HELLO)
    assert judge(SEARCH, {**READ, "defer_loading": True}, messages=messages) is None
    assert judge(SEARCH, messages=messages).code == "tool_reference_unknown"
    added = {
        "role": "system",
        "content": [{"type": "tool_addition", "tool": {"type": "tool_reference", "name": "late"}}],
    }
    assert judge(RUN, messages=(HELLO, added)).message == "Tool reference 'late' not found in available tools"


def test_members_of_toolsets():
    browser = {"type": "browser_toolset_20260801", "configs": {"zoom": {"enabled": False}, "find": None}}
    assert judge({**browser, "configs": {"zoom": {"enabled": False}}}) is None
    assert (
        judge({**browser, "configs": {"zoom": {"shown": True}}}).path
        == "tools.0.browser_toolset_20260801.configs.zoom.shown"
    )
    assert judge({**browser, "configs": []}).path == "tools.0.browser_toolset_20260801.configs"


def test_tools_added_by_system_messages_count():
    definition = {"type": "tool_definition", "definition": {"name": "late", "input_schema": {"type": "object"}}}
    added = {"role": "system", "content": [{"type": "tool_addition", "tool": definition}]}
    assert judge(RUN, messages=[HELLO, added], **choose("tool", name="late")) is None


STRICT = {
    "open object": ({"additionalProperties": True}, "For 'object' type, 'additionalProperties: true' is not supported. Please set 'additionalProperties' to false"),
    "object inside": ({"properties": {"a": {"type": "object"}}}, "For 'object' type, 'additionalProperties' must be explicitly set to false"),
    "two bounds": ({"properties": {"a": {"type": "integer", "minimum": 1, "maximum": 3}}}, "For 'integer' type, properties maximum, minimum are not supported"),
    "one bound": ({"properties": {"a": {"type": "integer", "minimum": 1}}}, "For 'integer' type, property 'minimum' is not supported"),
    "length": ({"properties": {"a": {"type": ["string", "null"], "maxLength": 1}}}, "For 'string' type, property 'maxLength' is not supported"),
    "items": ({"properties": {"a": {"type": "array", "minItems": 2}}}, "For 'array' type, 'minItems' values other than 0 or 1 are not supported"),
    "enum of lists": ({"properties": {"a": {"enum": [[1]]}}}, "'enum' values must be strings, numbers, booleans or null"),
    "look-ahead": ({"properties": {"a": {"type": "string", "pattern": "(?=a)"}}}, "Unsupported regex feature in pattern field: (?="),
    "tuple": ({"properties": {"a": {"type": "array", "prefixItems": [{"type": "null"}], "contains": {"type": "null"}}}}, "For 'array' type, properties contains, prefixItems are not supported"),
    "one of": ({"properties": {"a": {"oneOf": [{"type": "string"}]}}}, "Schema type 'oneOf' is not supported"),
    "not": ({"properties": {"a": {"type": "string", "not": {"const": "a"}}}}, "Schema keyword 'not' is not supported"),
    "condition": ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, "For 'object' type, property 'if' is not supported"),
    "union beside a type": ({"properties": {"a": {"type": "string", "anyOf": [{"const": "a"}]}}}, "For 'anyOf', 'type' is not supported"),
    "intersection beside an object": ({"allOf": [{"$ref": "#/$defs/A"}], "$defs": {"A": EMPTY}}, "For 'anyOf', 'additionalProperties, properties, type' is not supported"),
    "intersection with a reference": ({"properties": {"a": {"allOf": [{"$ref": "#/$defs/A"}]}}, "$defs": {"A": EMPTY}}, "For 'allOf', '$ref' is not supported"),
    "anything": ({"properties": {"a": {}}}, "Empty schema ({}) that accepts any JSON value is not supported. Please specify a concrete type."),
    "no type": ({"properties": {"a": {"default": None, "title": "A"}}}, "Invalid schema: Schema type is missing for schema: {'default': None, 'title': 'A'}"),
    "large count": ({"properties": {"a": {"type": "string", "pattern": "^a{1,10000}$"}}}, "Unsupported regex feature in pattern field: pattern is too complex for structured output: reduce the {n,m} upper bound, narrow the character class range, or avoid nesting quantified groups"),
    "recursion by way of another": ({"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/B"}]}, "B": {"anyOf": [{"$ref": "#/$defs/A"}]}}}, "Circular reference detected in schema definitions: A -> B -> A"),
    "recursion by an anchor": ({"properties": {"a": {"$ref": "#node"}}, "$defs": {"Node": {"$anchor": "node", "type": "array", "items": {"$ref": "#node"}}}}, "Circular reference detected in schema definitions: #node -> #node"),
    "recursion": ({"properties": {"a": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": {**EMPTY, "properties": {"next": {"$ref": "#/$defs/Node"}}}}}, "Circular reference detected in schema definitions: Node -> Node"),
    "foreign reference": ({"properties": {"a": {"$ref": "https://a.example/s.json"}}}, "External reference 'https://a.example/s.json' is not supported"),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "problem"), STRICT.values(), ids=STRICT)
def test_strict_schemas(schema, problem):
    assert judge(strict(**schema)).message == f"tools.0.custom: {problem}"
    format_ = {"type": "json_schema", "schema": {**EMPTY, **schema}}
    assert judge(output_config={"format": format_}).message == f"output_config.format.schema: {problem}"
    assert judge(output_format=format_).message == f"output_format.schema: {problem}"
    assert judge({**strict(**schema), "strict": False}) is None


def test_an_object_must_be_closed_explicitly():
    tool = {"name": "run", "strict": True, "input_schema": {"type": "object"}}
    assert (
        judge(tool).message
        == "tools.0.custom: For 'object' type, 'additionalProperties' must be explicitly set to false"
    )


def test_what_strict_schemas_may_hold():
    schema = {
        **EMPTY,
        "properties": {
            "a": {"type": "string", "format": "email", "default": "x"},
            "b": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "c": {"type": "array", "items": {"$ref": "#/$defs/Leaf"}, "minItems": 1},
            "d": {"enum": ["x", 1, None]},
            "e": {"$ref": "#/$defs/Leaf"},
            "f": {"type": "string", "pattern": "^[a-z]{2,4}$"},
        },
        "$defs": {"Leaf": {**EMPTY, "properties": {"v": {"const": 1}}}},
    }
    assert judge(strict(**schema)) is None


def many(count, of):
    return {f"p{number}": of for number in range(count)}


def test_limits_of_strict_schemas():
    tools = [{**strict(), "name": f"t{number}"} for number in range(22)]
    assert judge(*tools[:20]) is None
    assert judge(*tools).message == (
        "Too many strict tools (22). The maximum number of strict tools supported is 20. "
        "Try reducing the number of tools marked as strict."
    )
    assert judge(strict(properties=many(24, {"type": "string"}))) is None
    assert judge(strict(properties=many(28, {"type": "string"}))).message == (
        "Schemas contains too many optional parameters (28), which would make grammar compilation inefficient. "
        "Reduce the number of optional parameters in your tool schemas (limit: 24)."
    )
    unions = many(17, {"type": ["string", "null"]})
    assert judge(strict(properties=unions, required=list(unions))).message == (
        "Schemas contains too many parameters with union types (17 parameters with type arrays or anyOf). "
        "This causes exponential compilation cost. Reduce the number of nullable or union-typed parameters "
        "(limit: 16 parameters with unions)."
    )


def test_strict_tools_need_a_model_that_takes_them():
    assert judge(strict(), model="claude-haiku-4-5") is None
    assert judge({**strict(), "strict": False}, model="claude-sonnet-4-20250514") is None
    refusal = judge(strict(), model="claude-sonnet-4-20250514")
    assert refusal.message == "'claude-sonnet-4-20250514' does not support strict tools."


def test_formats_need_a_model_that_writes_them():
    format_ = {"format": {"type": "json_schema", "schema": EMPTY}}
    assert judge(output_config=format_, model="claude-haiku-4-5") is None
    assert judge(output_config=format_, model="claude-sonnet-4-0").code == "format_unsupported"


def server(name, url="https://a.example/mcp"):
    return {"type": "url", "name": name, "url": url}


def toolset(name):
    return {"type": "mcp_toolset", "mcp_server_name": name}


def test_mcp_servers_and_toolsets_refer_to_each_other():
    two = [server("a"), server("b")]
    assert judge(toolset("a"), toolset("b"), mcp_servers=two) is None
    assert judge(mcp_servers=two) is None  # mcp-client-2025-04-04 knew no toolsets
    assert judge(toolset("a"), mcp_servers=two).code == "mcp_server_unused"
    assert judge(toolset("c"), mcp_servers=two).code == "mcp_server_unknown"
    assert judge(toolset("a"), toolset("a"), mcp_servers=two).code == "mcp_toolset_duplicate"
    assert judge(mcp_servers=[server("a"), server("a")]).code == "mcp_server_duplicate"
    assert judge(mcp_servers=[server("a", "http://a.example")]).path == "mcp_servers.0.url"
    assert judge(toolset("a"), thread={"type": "continue", "previous_message_id": "msg_1"}) is None


def test_the_error_in_a_schema_is_hinted_at():
    tool = {"name": "run", "input_schema": {"type": "object", "properties": {"a": {"type": "strin"}}}}
    assert "'strin'" in judge(tool).hint


def test_jsonschema_is_imported_for_tools_only(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytest_opus._schema.draft", None)
    assert judge() is None
    with pytest.raises(ImportError):
        judge({"name": "unseen", "input_schema": {"type": "object", "title": "unseen"}})
