"""A quick look that tells most valid schemas: the meta-schema of draft 2020-12 costs a hundred times as much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


def is_plain(schema: Any) -> bool:
    """Whether `schema` is surely valid; one with rare keywords may be valid too."""
    if type(schema) is not dict:
        return type(schema) is bool
    for keyword, value in schema.items():
        look = _LOOKS.get(keyword)
        if look is None or not look(value):
            return False
    return True


def _is_type(value: Any) -> bool:
    return type(value) is str and value in _TYPES


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_flag(value: Any) -> bool:
    return type(value) is bool


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_anything(_: Any) -> bool:
    return True


def _is_list(value: Any) -> bool:
    return type(value) is list


def _are_names(value: Any) -> bool:
    return type(value) is list and all(type(name) is str for name in value) and len(set(value)) == len(value)


def _are_schemas(value: Any) -> bool:
    return type(value) is list and bool(value) and all(map(is_plain, value))


def _are_named_schemas(value: Any) -> bool:
    return type(value) is dict and all(map(is_plain, value.values()))


_LOOKS: dict[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "title": _is_text,
    "description": _is_text,
    "format": _is_text,
    "pattern": _is_text,
    "default": _is_anything,
    "const": _is_anything,
    "enum": _is_list,
    "examples": _is_list,
    "required": _are_names,
    "properties": _are_named_schemas,
    "$defs": _are_named_schemas,
    "items": is_plain,
    "additionalProperties": is_plain,
    "anyOf": _are_schemas,
    "allOf": _are_schemas,
    "oneOf": _are_schemas,
    "minimum": _is_number,
    "maximum": _is_number,
    "exclusiveMinimum": _is_number,
    "exclusiveMaximum": _is_number,
    "minLength": _is_count,
    "maxLength": _is_count,
    "minItems": _is_count,
    "maxItems": _is_count,
    "uniqueItems": _is_flag,
}
