"""The smallest value that a JSON Schema allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .draft import input_error, resolve, schema_error

_DEPTH = 12
_FORMATS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "user@example.com",
    "hostname": "example.com",
    "uri": "https://example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


class UnsatisfiedError(ValueError):
    """No value was found; the message says what the last candidate broke."""


def smallest(schema: Any) -> Any:
    """A value of required parts only, with the first of an enum and the least of a range.

    Raises:
        UnsatisfiedError: no candidate passes the schema.
    """
    if invalid := schema_error(schema):
        raise UnsatisfiedError(f"the schema is not valid, {invalid}")
    problem = None
    for candidate in _candidates(schema, schema, _DEPTH):
        problem = input_error(schema, candidate)
        if problem is None:
            return candidate
    where, what = problem or ("", "the schema allows no value")
    raise UnsatisfiedError(f"{where}: {what}" if where else what)


def _candidates(schema: Any, root: Any, depth: int) -> Iterator[Any]:
    """Values worth trying, the simplest first; the caller checks them."""
    if not isinstance(schema, Mapping) or depth == 0:
        if schema is not False:
            yield None
        return
    if "$ref" in schema:
        yield from _candidates(resolve(schema["$ref"], root), root, depth - 1)
        return
    if "const" in schema:
        yield schema["const"]
        return
    if "enum" in schema:
        yield from schema["enum"]
        return
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf", "allOf")}
    if "allOf" in schema:
        rest = _merged([rest, *(_resolved(part, root) for part in schema["allOf"])])
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if alternatives:
        for alternative in alternatives:
            yield from _candidates(_merged([rest, _resolved(alternative, root)]), root, depth - 1)
        return
    for kind in _types(rest):
        yield from _of_type(kind, rest, root, depth)


def _resolved(schema: Any, root: Any) -> Any:
    if isinstance(schema, Mapping) and "$ref" in schema:
        return _resolved(resolve(schema["$ref"], root), root)
    return schema


def _merged(schemas: list[Any]) -> dict[str, Any]:
    """One schema that asks for what all of them ask for, as far as a smallest value needs it."""
    merged: dict[str, Any] = {}
    for schema in schemas:
        if not isinstance(schema, Mapping):
            continue
        properties = {**merged.get("properties", {}), **schema.get("properties", {})}
        required = [*merged.get("required", ()), *schema.get("required", ())]
        merged |= dict(schema)
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = list(dict.fromkeys(required))
    return merged


def _types(schema: Mapping[str, Any]) -> list[str]:
    declared = schema.get("type")
    if isinstance(declared, str):
        return [declared]
    if isinstance(declared, list):
        return [kind for kind in declared if isinstance(kind, str)]
    if "properties" in schema or "required" in schema:
        return ["object"]
    if "items" in schema or "prefixItems" in schema:
        return ["array"]
    return ["null" if "minLength" not in schema and "pattern" not in schema else "string"]


def _of_type(kind: str, schema: Mapping[str, Any], root: Any, depth: int) -> Iterator[Any]:
    match kind:
        case "object":
            yield from _objects(schema, root, depth)
        case "array":
            yield from _arrays(schema, root, depth)
        case "string":
            yield from _strings(schema)
        case "integer" | "number":
            yield from _numbers(schema, whole=kind == "integer")
        case "boolean":
            yield False
            yield True
        case _:
            yield None


def _arrays(schema: Mapping[str, Any], root: Any, depth: int) -> Iterator[list[Any]]:
    """As many items as are required; all after the prefix are alike."""
    count = schema.get("minItems", 0)
    prefix = [next(_candidates(part, root, depth - 1), None) for part in schema.get("prefixItems", ())][:count]
    if len(prefix) == count:
        yield prefix
        return
    for item in _first(_candidates(schema.get("items", True), root, depth - 1)):
        yield prefix + [item] * (count - len(prefix))


def _objects(schema: Mapping[str, Any], root: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The required properties; for each, its first candidates are tried in turn while the others keep their first."""
    properties = schema.get("properties", {})
    options = {
        name: list(_first(_candidates(properties.get(name, True), root, depth - 1)))
        for name in schema.get("required", ())
    }
    if any(not values for values in options.values()):
        return
    base = {name: values[0] for name, values in options.items()}
    yield base
    for name, values in options.items():
        for value in values[1:]:
            yield base | {name: value}


def _first(values: Iterator[Any], limit: int = 8) -> Iterator[Any]:
    for _, value in zip(range(limit), values, strict=False):
        yield value


def _strings(schema: Mapping[str, Any]) -> Iterator[str]:
    shortest = "a" * schema.get("minLength", 0)
    if schema.get("format") in _FORMATS:
        yield _FORMATS[schema["format"]]
    yield shortest or "a" * ("pattern" in schema)
    yield from ("A" * max(len(shortest), 1), "1" * max(len(shortest), 1), "a.b", "/a", "a1")


def _numbers(schema: Mapping[str, Any], *, whole: bool) -> Iterator[int | float]:
    """The multiple nearest to 0 within the bounds; a fraction where no multiple fits."""
    step = schema.get("multipleOf", 1)
    low = max((schema[name] for name in ("minimum", "exclusiveMinimum") if name in schema), default=None)
    high = min((schema[name] for name in ("maximum", "exclusiveMaximum") if name in schema), default=None)
    candidates: list[int | float] = [0]
    if low is not None and low >= 0:
        candidates += [-(-low // step) * step, (low // step + 1) * step]
    elif high is not None and high <= 0:
        candidates += [high // step * step, (-(-high // step) - 1) * step]
    if not whole:
        low, high = low if low is not None else (high or 0) - 2, high if high is not None else (low or 0) + 2
        candidates += [low, high, (low + high) / 2]
    fitting = [number for number in candidates if _within(number, schema)]
    yield from fitting or candidates


def _within(number: float, schema: Mapping[str, Any]) -> bool:
    return (
        number >= schema.get("minimum", number)
        and number <= schema.get("maximum", number)
        and ("exclusiveMinimum" not in schema or number > schema["exclusiveMinimum"])
        and ("exclusiveMaximum" not in schema or number < schema["exclusiveMaximum"])
    )
