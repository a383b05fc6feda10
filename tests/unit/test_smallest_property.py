"""Whatever is found for a schema, the schema allows it; and for plain schemas something is found."""

import pytest

pytest.importorskip("hypothesis")

from hypothesis import given
from hypothesis import strategies as st

from pytest_opus._schema.draft import input_error
from pytest_opus._schema.smallest import UnsatisfiedError, smallest

bounds = st.integers(-20, 20)
names = st.sampled_from("abc")
scalars = st.one_of(
    st.just({}),
    st.just({"type": "null"}),
    st.just({"type": "boolean"}),
    st.fixed_dictionaries({"type": st.just("string")}, optional={"minLength": st.integers(0, 5)}),
    st.builds(lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more}, bounds, st.integers(0, 9)),
    st.builds(lambda low, more: {"type": "number", "exclusiveMinimum": low, "maximum": low + more}, bounds, st.integers(1, 9)),
    st.builds(lambda values: {"enum": values}, st.lists(st.integers() | st.text(max_size=3), min_size=1, max_size=3)),
)  # fmt: skip


def containers(inner):
    objects = st.dictionaries(names, inner, max_size=3).flatmap(
        lambda properties: st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.just(properties)},
            optional={
                "required": st.lists(st.sampled_from(sorted(properties) or ["z"]), unique=True),
                "additionalProperties": st.just(True),
            },
        )
    )
    lists = st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"minItems": st.integers(0, 3)})
    unions = st.builds(lambda parts: {"anyOf": parts}, st.lists(inner, min_size=1, max_size=3))
    return objects | lists | unions


schemas = st.recursive(scalars, containers, max_leaves=8)


@given(schemas)
def test_a_plain_schema_has_a_smallest_value(schema):
    assert input_error(schema, smallest(schema)) is None


@given(st.builds(lambda one, other: {"allOf": [one, other]}, schemas, schemas))
def test_what_is_found_for_a_contradictory_schema_is_allowed(schema):
    try:
        value = smallest(schema)
    except UnsatisfiedError:
        return
    assert input_error(schema, value) is None


@given(schemas)
def test_it_is_the_same_every_time(schema):
    assert smallest(schema) == smallest(schema)
