import pytest

from pytest_opus._schema.draft import input_error, resolve, schema_error

SCHEMA = {
    "type": "object",
    "properties": {"lines": {"type": "array", "items": {"type": "integer"}}, "mode": {"enum": ["all", "one"]}},
    "required": ["mode"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({"mode": "all", "lines": [1]}, None),
        ({}, ("", "'mode' is a required property")),
        ({"mode": "two"}, ("mode", "'two' is not one of ['all', 'one']")),
        ({"mode": "all", "lines": [1, "a"]}, ("lines[1]", "'a' is not of type 'integer'")),
        (
            {"mode": "all", "line": 1},
            ("", "Additional properties are not allowed ('line' was unexpected)"),
        ),
    ],
)
def test_where_and_how_an_input_breaks_its_schema(value, error):
    assert input_error(SCHEMA, value) == error


@pytest.mark.parametrize(
    "schema",
    [{"$ref": "#/$defs/missing"}, {"$ref": "https://example.com/schema.json"}, {"$ref": "#"}],
)
def test_a_schema_that_leads_nowhere_judges_nothing(schema):
    assert input_error(schema, {"a": 1}) is None


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "strin"}, "x"),
        ({"type": "object", "properties": {"a": {"type": "strin"}}}, {"a": "x"}),
        ({"pattern": "["}, "x"),
        ({"minimum": "1"}, 3),
        ({"required": 3}, {"a": "x"}),
    ],
)
def test_a_schema_that_is_none_judges_nothing(schema, value):
    assert input_error(schema, value) is None


@pytest.mark.parametrize(
    ("schema", "error"),
    [
        (SCHEMA, None),
        (True, None),
        ({"type": "strin"}, "type: 'strin' is not valid under any of the given schemas"),
        (
            {"properties": {"file": {"type": "strin"}}},
            "properties.file.type: 'strin' is not valid under any of the given schemas",
        ),
        ({"required": "file"}, "required: 'file' is not of type 'array'"),
        ([], "[] is not of type 'object', 'boolean'"),
    ],
)
def test_what_makes_a_schema_invalid(schema, error):
    assert schema_error(schema) == error


def test_references():
    root = {"$defs": {"P": {"type": "integer"}}}

    assert resolve("#/$defs/P", root) == {"type": "integer"}
    assert resolve("#", root) == root
    assert resolve("#/$defs/missing", root) is True
    assert resolve("https://example.com/x", root) is True
