"""One schema that asks for what several ask for, as far as a value can be made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def merged(schemas: Iterable[Any]) -> Any:
    """The schemas as one; `True` asks for nothing."""
    result: dict[str, Any] = {}
    for schema in schemas:
        if schema is False:
            return False
        for key, value in schema.items() if isinstance(schema, Mapping) else ():
            join = _JOINS.get(key)
            result[key] = join(result[key], value) if join is not None and key in result else value
    return result


def _both(one: Any, other: Any) -> Any:
    return one if one == other else {"allOf": [one, other]}


def _by_name(one: Any, other: Any) -> Any:
    return {**one, **{name: _both(one[name], part) if name in one else part for name, part in other.items()}}


def _pairs(one: Any, other: Any) -> Any:
    return [_both(part, another) for part in one for another in other]


def _common(one: Any, other: Any) -> Any:
    return [value for value in one if value in other]


def _types(one: Any, other: Any) -> Any:
    """The types that both allow; an integer is a number too."""
    ours, theirs = _listed(one), _listed(other)
    return [kind for kind in dict.fromkeys(ours + theirs) if _allows(ours, kind) and _allows(theirs, kind)]


def _listed(kinds: Any) -> list[Any]:
    return kinds if isinstance(kinds, list) else [kinds]


def _allows(kinds: list[Any], kind: Any) -> bool:
    return kind in kinds or (kind == "integer" and "number" in kinds)


_JOINS: dict[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _common,
    "required": lambda one, other: list(dict.fromkeys([*one, *other])),
    "properties": _by_name,
    "patternProperties": _by_name,
    "items": _both,
    "additionalProperties": _both,
    "contains": _both,
    "propertyNames": _both,
    "anyOf": _pairs,
    "oneOf": _pairs,
    "allOf": lambda one, other: [*one, *other],
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}
