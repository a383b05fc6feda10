import pytest

from pytest_opus._schema.draft import input_error
from pytest_opus._schema.smallest import UnsatisfiedError, smallest

POINT = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object"}, {}),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {}),
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"a": ""}),
        ({"type": "object", "required": ["a"]}, {"a": None}),
        (POINT, {"x": 0}),
        ({"type": "object", "properties": {"p": POINT}, "required": ["p"]}, {"p": {"x": 0}}),
        ({"type": "array"}, []),
        ({"type": "array", "items": POINT, "minItems": 2}, [{"x": 0}, {"x": 0}]),
        ({"items": {"type": "string"}}, []),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "minItems": 2}, [1, 2]),
        ({"type": "array", "prefixItems": [{"const": 1}], "items": {"const": 7}, "minItems": 3}, [1, 7, 7]),
        ({"type": "string"}, ""),
        ({"type": "string", "minLength": 3}, "aaa"),
        ({"type": "string", "pattern": "^[A-Z]+$"}, "A"),
        ({"type": "string", "pattern": "^[0-9]{4}$", "minLength": 4}, "0000"),
        ({"type": "string", "pattern": r"^(?<year>\d{4})-\p{Lu}$"}, "0000-A"),
        ({"type": "string", "pattern": "^[[a-z]+$"}, "a"),
        ({"type": "string", "format": "date"}, "2026-01-01"),
        ({"type": "string", "format": "email", "minLength": 20}, "a" * 20 + "user@example.com"),
        ({"type": "string", "format": "uri", "minLength": 25}, "https://example.com/" + "a" * 25),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 30, "uniqueItems": True}, [0, *(sign * n for n in range(1, 15) for sign in (1, -1)), 15]),
        ({"type": "string", "enum": ["b", "a"]}, "b"),
        ({"const": {"a": 1}}, {"a": 1}),
        ({"type": "integer"}, 0),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "exclusiveMinimum": 3}, 4),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "integer", "exclusiveMaximum": -3}, -4),
        ({"type": "integer", "minimum": -5, "maximum": 5}, 0),
        ({"type": "integer", "minimum": 7, "multipleOf": 5}, 10),
        ({"type": "integer", "maximum": -7, "multipleOf": 5}, -10),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        ({"type": "boolean"}, False),
        ({"type": "boolean", "const": True}, True),
        ({"type": "null"}, None),
        ({"type": ["string", "null"]}, ""),
        ({"type": ["null", "integer"], "minimum": 1}, None),
        ({}, None),
        (True, None),
        ({"minLength": 2}, "aa"),
        ({"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]}, "a"),
        ({"oneOf": [{"type": "integer"}, {"type": "integer"}, {"type": "string"}]}, ""),
        ({"type": "object", "required": ["a"], "anyOf": [{"required": ["b"]}, {"required": ["c"]}]}, {"a": None, "b": None}),
        ({"type": "string", "pattern": "^x{9}$"}, "x" * 9),
        ({"type": "string", "pattern": "^(GET|POST)$", "minLength": 4}, "POST"),
        ({"type": "string", "pattern": r"^[A-Z]{2}-\d+$", "minLength": 6}, "AA-000"),
        ({"type": "string", "pattern": "^#[0-9a-f]{6}$"}, "#aaaaaa"),
        ({"type": "string", "pattern": r"^(a|b)\1$"}, "aa"),
        ({"type": "string", "pattern": "[^a]", "minLength": 2}, "Aa"),
        ({"type": "string", "format": "ipv6"}, "2001:db8::1"),
        ({"type": "string", "format": "email", "pattern": "@"}, "user@example.com"),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True}, [0, 1, -1]),
        ({"type": "array", "contains": {"const": 3}}, [3]),
        ({"type": "array", "items": {"type": "integer"}, "contains": {"minimum": 5}, "minItems": 2}, [5, 0]),
        ({"type": "object", "minProperties": 2, "properties": {"x": {"type": "integer"}}}, {"x": 0, "a": None}),
        ({"type": "object", "minProperties": 1, "propertyNames": {"enum": ["left"]}}, {"left": None}),
        ({"type": "object", "minProperties": 1, "patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False}, {"x-": ""}),
        ({"type": "object", "required": ["a"], "additionalProperties": {"type": "integer"}}, {"a": 0}),
        ({"type": "object", "required": ["a"], "dependentRequired": {"a": ["b"]}}, {"a": None, "b": None}),
        ({"type": "object", "properties": {"kind": {"enum": ["x", "y"]}, "v": {"type": "integer"}}, "required": ["kind"], "if": {"properties": {"kind": {"const": "x"}}}, "then": {"required": ["v"]}}, {"kind": "y"}),
        ({"allOf": [{"type": "integer", "minimum": 3}, {"type": "number", "minimum": 7}]}, 7),
        ({"allOf": [{"enum": [1, 2, 3]}, {"enum": [3, 4]}]}, 3),
        ({"allOf": [{"anyOf": [{"const": 1}, {"const": 2}]}, {"anyOf": [{"const": 2}, {"const": 3}]}]}, 2),
        ({"type": "integer", "enum": ["a", 2]}, 2),
        ({"type": "integer", "not": {"const": 0}}, 1),
        ({"type": "object", "properties": {"a": {"enum": ["x", 1], "type": "integer"}, "b": {"enum": ["y", 2], "type": "integer"}}, "required": ["a", "b"]}, {"a": 1, "b": 2}),
        ({"type": "object", "properties": {"p": {"$ref": "#/$defs/P", "required": ["y"]}}, "required": ["p"], "$defs": {"P": POINT}}, {"p": {"x": 0, "y": None}}),
        ({"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["next"]}, {"next": None}),
        ({"type": "number", "multipleOf": 0.5, "minimum": 0.3}, 0.5),
        ({"allOf": [POINT, {"properties": {"y": {"const": 2}}, "required": ["y"]}]}, {"x": 0, "y": 2}),
        ({"$ref": "#/$defs/P", "$defs": {"P": POINT}}, {"x": 0}),
        ({"allOf": [{"$ref": "#/$defs/P"}], "$defs": {"P": POINT}}, {"x": 0}),
        ({"anyOf": [{"$ref": "#/$defs/P"}, {"type": "null"}], "$defs": {"P": POINT}}, {"x": 0}),
        ({"type": "object", "properties": {"p": {"$ref": "#/$defs/P"}}, "required": ["p"], "$defs": {"P": POINT}}, {"p": {"x": 0}}),
    ],
)  # fmt: skip
def test_the_smallest_value(schema, value):
    found = smallest(schema)

    assert found == value
    assert type(found) is type(value)
    assert input_error(schema, found) is None


def test_a_recursive_schema_with_an_end():
    node = {
        "type": "object",
        "properties": {"value": {"type": "integer"}, "next": {"$ref": "#"}},
        "required": ["value"],
    }

    assert smallest(node) == {"value": 0}


def test_a_recursive_schema_with_a_way_out():
    node = {
        "type": "object",
        "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
        "required": ["next"],
    }

    assert input_error(node, smallest(node)) is None


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": False}, "required": ["a"]},
        {"type": "integer", "minimum": 5, "maximum": 3},
        {"enum": []},
        {"not": {}},
        False,
        {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]},
    ],
)
def test_a_schema_that_allows_nothing(schema):
    with pytest.raises(UnsatisfiedError):
        smallest(schema)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "integer", "minimum": 5, "maximum": 3}, "34 is greater than the maximum of 3"),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "array", "items": {"enum": []}, "minItems": 1}},
                "required": ["a"],
            },
            "no value was found that the schema allows",
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "array", "items": {"type": "boolean", "not": {}}, "minItems": 1}},
                "required": ["a"],
            },
            "a[0]: True should not be valid under {}",
        ),
        ({"type": "array", "minItems": 10**7}, "the value: 10,000,000 items are more than are written"),
        ({"type": "string", "minLength": 10**9}, "no value was found that the schema allows"),
        (False, "no value was found that the schema allows"),
    ],
)
def test_what_it_says_of_the_last_candidate(schema, says):
    with pytest.raises(UnsatisfiedError) as caught:
        smallest(schema)

    assert str(caught.value) == says


def test_a_schema_that_is_nested_too_deeply():
    schema = {"type": "string"}
    for _ in range(3_000):
        schema = {"type": "array", "items": schema, "minItems": 1}

    with pytest.raises(UnsatisfiedError, match="the schema is nested too deeply"):
        smallest(schema)
