"""The schemas within a schema, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Place = tuple[str | int, ...]

_ONE = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties", "additionalItems", "contentSchema",
)  # fmt: skip
_LIST = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")


def parts(schema: Any, at: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """`schema` and every schema in it, outermost first; what is no schema is passed over."""
    if not isinstance(schema, dict):
        return
    yield at, schema
    for key, value in schema.items():
        if key in _ONE:
            yield from parts(value, (*at, key))
        elif key in _LIST and isinstance(value, list):
            for index, part in enumerate(value):
                yield from parts(part, (*at, key, index))
        elif key in _NAMED and isinstance(value, dict):
            for name, part in value.items():
                yield from parts(part, (*at, key, name))
