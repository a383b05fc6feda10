"""The quick look at a schema never calls one valid that the meta-schema does not."""

import pytest

pytest.importorskip("hypothesis")

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pytest_opus._schema.plain import _LOOKS, is_plain

META = Draft202012Validator(Draft202012Validator.META_SCHEMA)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | st.sampled_from(["object", "string", "a", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*_LOOKS, "other"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(_LOOKS)), json_values, max_size=4))
def test_what_is_plain_is_valid(schema):
    assert not is_plain(schema) or META.is_valid(schema)


@pytest.mark.parametrize("keyword", _LOOKS)
def test_no_keyword_takes_just_anything(keyword):
    wrong = [value for value in (None, 3.5, -1, "x", [3.5, 3.5], {"a": 3}) if not META.is_valid({keyword: value})]

    assert not any(is_plain({keyword: value}) for value in wrong)
    assert wrong or keyword in ("default", "const")
