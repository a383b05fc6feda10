"""The schemas within a schema, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .._api.places import Place

_ONE = frozenset({
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties", "additionalItems", "contentSchema",
})  # fmt: skip
_LIST = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})


def parts(schema: Any, at: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """`schema` and every schema in it, outermost first; what is no schema is passed over."""
    if isinstance(schema, dict):
        yield at, schema
        for steps, child in children(schema):
            yield from parts(child, (*at, *steps))


def children(schema: dict[str, Any]) -> Iterator[tuple[Place, Any]]:
    """The schemas that stand directly in `schema`, with the steps that lead to them."""
    for key, value in schema.items():
        if key in _ONE:
            yield (key,), value
        elif key in _LIST and isinstance(value, list):
            yield from (((key, index), part) for index, part in enumerate(value))
        elif key in _NAMED and isinstance(value, dict):
            yield from (((key, name), part) for name, part in value.items())
