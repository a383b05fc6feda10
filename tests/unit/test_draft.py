import pytest

from pytest_opus._api.places import found_at
from pytest_opus._schema.draft import input_error, input_errors, schema_errors
from pytest_opus._schema.references import References

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


TYPES = "one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string', or a list of them"


@pytest.mark.parametrize(
    ("schema", "errors"),
    [
        (SCHEMA, []),
        (True, []),
        ({"type": ["string", "null"], "format": "x-own", "x-own": 3}, []),
        ({"type": "strin"}, [(("type",), f"'type' is 'strin'; expected is {TYPES}")]),
        (
            {"properties": {"file": {"type": "strin"}}, "required": "file"},
            [
                (("required",), "'required' is 'file'; expected is a list of property names, each once, beside 'properties'"),
                (("properties", "file", "type"), f"'type' is 'strin'; expected is {TYPES}"),
            ],
        ),
        ({"properties": {"a": "string"}}, [(("properties", "a"), "'a' is 'string'; expected is a schema, such as {'type': 'string'}")]),
        ({"type": ["string", "nul"]}, [(("type",), f"'type' is ['string', 'nul']; expected is {TYPES}")]),
        ({"required": ["a", 1]}, [(("required", 1), "an entry of 'required' is 1; expected is a list of property names, each once, beside 'properties'")]),
        ({"items": [{"type": "string"}]}, [(("items",), "'items' is [{'type': 'string'}]; expected is one schema for all items; schemas for the first items stand in 'prefixItems'")]),
        ([], [((), "[] is not of type 'object', 'boolean'")]),
    ],
)  # fmt: skip
def test_what_makes_a_schema_invalid(schema, errors):
    assert list(schema_errors(schema)) == errors


def test_what_was_found_before_a_lost_reference_counts():
    schema = {"required": ["a"], "properties": {"b": {"$ref": "#/$defs/missing"}}}

    assert input_errors(schema, {"b": 1}) == [("", "'a' is a required property")]


def test_every_way_in_which_an_input_breaks_its_schema():
    assert input_errors(SCHEMA, {"lines": ["a"], "line": 1}) == [
        ("", "'mode' is a required property"),
        ("", "Additional properties are not allowed ('line' was unexpected)"),
        ("lines[0]", "'a' is not of type 'integer'"),
    ]


def test_a_reference_never_goes_to_the_network(monkeypatch):
    monkeypatch.setattr("urllib.request.urlopen", None)

    assert input_errors({"$ref": "https://example.com/schema.json"}, 1) == []


def test_a_pattern_that_is_none_judges_nothing():
    assert input_errors({"pattern": "[", "maxLength": 1}, "ab") == [("", "'ab' is too long")]
    assert input_errors({"patternProperties": {"[": False}, "required": ["b"]}, {"a": 1}) == [
        ("", "'b' is a required property")
    ]


def test_names_are_held_against_the_patterns_of_properties():
    schema = {"patternProperties": {r"^\p{Lu}": {"type": "integer"}}, "additionalProperties": False}

    assert input_errors(schema, {"Ä": 1}) == []
    assert input_errors(schema, {"A": "1"}) == [("A", "'1' is not of type 'integer'")]
    assert input_errors(schema, {"ä": 1}) == [
        ("", "Additional properties are not allowed ('ä' was unexpected)"),
    ]


@pytest.mark.parametrize("union", ["anyOf", "oneOf"])
def test_branches_that_allow_nothing(union):
    assert input_errors({union: [False, False]}, 1) == [("", "1 is not valid under any of the given schemas")]
    assert input_errors({union: [False, {"minimum": 3}]}, 1) == [("", "1 is less than the minimum of 3")]


LIST = [{"type": "null"}, {"$anchor": "one", "type": "integer"}]
ROOT = {
    "$defs": {"P": {"type": "integer"}, "A B": {"type": "string"}, "A/B": {"anyOf": LIST}, "None": True, "Any": True}
}


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("#", ()),
        ("#/$defs/P", ("$defs", "P")),
        ("#/$defs/A%20B", ("$defs", "A B")),
        ("#/$defs/A~1B/anyOf/1", ("$defs", "A/B", "anyOf", 1)),
        ("#one", ("$defs", "A/B", "anyOf", 1)),
        ("#/$defs/Any", ("$defs", "Any")),
    ],
)
def test_where_a_reference_leads(reference, place):
    found = References(ROOT).target(reference)

    assert found == (place, found_at(ROOT, place))
    assert References(ROOT).resolve(reference) == found[1]


@pytest.mark.parametrize(
    "reference",
    ["#/$defs/missing", "#two", "https://example.com/x", "https://json-schema.org/draft/2020-12/schema", 3],
)
def test_a_reference_that_leads_nowhere(reference):
    assert References(ROOT).target(reference) is None
    assert References(ROOT).resolve(reference) is True


def test_an_unknown_type_does_not_hide_what_was_found():
    assert input_errors({"minLength": 3, "type": "strin"}, "x") == [("", "'x' is too short")]


def tagged(kind, **fields):
    return {"properties": {"kind": {"const": kind}} | {name: {"type": "integer"} for name in fields}, "type": "object"}


@pytest.mark.parametrize("union", ["anyOf", "oneOf"])
@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({"kind": "b", "y": "3"}, ("op.y", "'3' is not of type 'integer'")),
        ({"kind": "a", "x": "3"}, ("op.x", "'3' is not of type 'integer'")),
        ({"kind": "c"}, ("op", "{'kind': 'c'} is not valid under any of the given schemas")),
    ],
)
def test_the_branch_of_a_union_that_is_meant(union, value, error):
    branches = [tagged("a", x=1), tagged("b", y=1), {"type": "null"}]

    assert input_error({"properties": {"op": {union: branches}}}, {"op": value}) == error


def test_a_reference_to_itself_judges_nothing():
    schema = {"$ref": "#", "properties": {"a": {"type": "string", "$ref": "#"}}}

    assert input_errors(schema, {"a": "text"}) == []
    assert set(input_errors(schema, {"a": 3})) == {("a", "3 is not of type 'string'")}
