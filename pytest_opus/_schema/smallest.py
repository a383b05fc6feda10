"""The smallest value that a JSON Schema allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from math import isfinite
from typing import Any, NamedTuple

from .._api.places import written
from .draft import input_error, schema_errors, validator
from .merge import merged
from .patterns import matches
from .references import References
from .strings import matching

_LOOPS = 2
"""How often a recursive schema may be entered again."""
_TRIES = 60
"""Candidates that are tried at one place."""
_LONGEST = 10_000
"""Items of an array, and characters of a string, that are still written."""
_FORMATS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "user@example.com",
    "hostname": "example.com",
    "uri": "https://example.com",
    "uri-reference": "/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_LONGER = {
    "email": lambda extra: f"{'a' * extra}user@example.com",
    "uri": lambda extra: f"https://example.com/{'a' * extra}",
    "uri-reference": lambda extra: f"/{'a' * extra}",
}
"""Those of the formats that may have any length."""
_KEYWORDS = {
    "object": {"properties", "required", "minProperties", "patternProperties", "dependentRequired"},
    "array": {"items", "prefixItems", "minItems", "contains", "uniqueItems"},
    "string": {"minLength", "maxLength", "pattern", "format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}
_KINDS = ("null", "string", "integer", "object", "array", "boolean", "number")


_CASES: dict[str, Callable[[Any], Iterable[list[Any]]]] = {
    "allOf": lambda schema: [schema["allOf"]],
    "anyOf": lambda schema: ([part] for part in schema["anyOf"]),
    "oneOf": lambda schema: ([part] for part in schema["oneOf"]),
    "if": lambda schema: ([], [schema["if"], schema.get("then", True)], [schema.get("else", True)]),
}
"""The parts that hold together with the rest of a schema, case by case."""


class UnsatisfiedError(ValueError):
    """No value was found; the message says what the last candidate broke."""


def smallest(schema: Any) -> Any:
    """A value of required parts only, with the first of an enum and the least of a range.

    Raises:
        UnsatisfiedError: no candidate passes the schema.
    """
    try:
        return _smallest(schema)
    except RecursionError:
        raise UnsatisfiedError("the schema is nested too deeply") from None


def _smallest(schema: Any) -> Any:
    for place, error in schema_errors(schema):
        raise UnsatisfiedError(f"the schema is not valid, {written(place) or 'at its root'}: {error}")
    search = _Search(schema)
    for loops in range(_LOOPS + 1):
        for value in search.values(schema, _Spot(loops=loops)):
            return value
    raise UnsatisfiedError(search.failure)


class _Spot(NamedTuple):
    """Where in the value the search is, and which references led there."""

    loops: int
    references: tuple[str, ...] = ("#",)
    path: str = ""

    def at(self, step: str | int) -> _Spot:
        text = f"[{step}]" if isinstance(step, int) else f".{step}" if self.path else step
        return self._replace(path=f"{self.path}{text}")


class _Search:
    """Candidates for a schema and all its parts, each checked by `jsonschema` before a larger one is built of it."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._validator = validator(root)
        self._references = References(root)
        self.failure = "no value was found that the schema allows"

    def values(self, schema: Any, spot: _Spot) -> Iterator[Any]:
        """Values that the schema allows, the simplest first."""
        for value in islice(self._candidates(schema, spot), _TRIES):
            error = self._error(schema, value)
            if error is None:
                yield value
            else:
                self.failure = f"{spot.path}: {error}" if spot.path else error

    def _error(self, schema: Any, value: Any) -> str | None:
        if schema is self._root:
            found = input_error(schema, value)
            return found and ": ".join(filter(None, found))
        try:
            error = next(self._validator.descend(value, schema), None)
        except Exception:  # noqa: BLE001 - a schema that cannot be worked with judges nothing
            return None
        return None if error is None else str(error.message)

    def _candidates(self, schema: Any, spot: _Spot) -> Iterator[Any]:
        """Values worth trying."""
        if not isinstance(schema, Mapping):
            return iter(() if schema is False else (None,))
        if "$ref" in schema:
            opened = self._opened(schema, spot)
            return iter(()) if opened is None else self._candidates(*opened)
        if "const" in schema:
            return iter((schema["const"],))
        if "enum" in schema:
            return iter(schema["enum"])
        for keyword, cases in _CASES.items():
            if keyword in schema:
                return self._combined(schema, keyword, cases(schema), spot)
        return chain.from_iterable(self._of_kind(kind, schema, spot) for kind in _kinds(schema))

    def _combined(self, schema: Any, keyword: str, cases: Iterable[list[Any]], spot: _Spot) -> Iterator[Any]:
        """Values for the rest of the schema together with the parts of each case in turn."""
        rest = {key: value for key, value in schema.items() if key != keyword}
        for case in cases:
            within, parts = spot, [rest]
            for part in case:
                opened = self._opened(part, within)
                if opened is None:
                    break
                parts.append(opened[0])
                within = opened[1]
            else:
                yield from islice(self._candidates(merged(parts), within), _TRIES // 4)

    def _opened(self, schema: Any, spot: _Spot) -> tuple[Any, _Spot] | None:
        """The schema with its reference followed, unless that leads in circles."""
        while isinstance(schema, Mapping) and "$ref" in schema:
            reference = str(schema["$ref"])
            if spot.references.count(reference) > spot.loops:
                return None
            spot = spot._replace(references=(*spot.references, reference))
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            target = self._references.resolve(reference)
            schema = merged([rest, target]) if rest and isinstance(target, Mapping) else target
        return schema, spot

    def _of_kind(self, kind: str, schema: Mapping[str, Any], spot: _Spot) -> Iterator[Any]:
        match kind:
            case "object":
                yield from self._objects(schema, spot)
            case "array":
                yield from self._arrays(schema, spot)
            case "string":
                yield from _strings(schema)
            case "integer" | "number":
                yield from _numbers(schema, whole=kind == "integer")
            case "boolean":
                yield from (False, True)
            case _:
                yield None

    def _arrays(self, schema: Mapping[str, Any], spot: _Spot) -> Iterator[list[Any]]:
        """As many items as are required: those of the prefix, those to be contained, and others."""
        wanted = int(schema.get("minContains", 1)) if "contains" in schema else 0
        size = max(int(schema.get("minItems", 0)), wanted)
        if size > _LONGEST:
            self.failure = f"{spot.path or 'the value'}: {size:,} items are more than are written"
            return
        prefix = schema.get("prefixItems", ())[:size]
        items = schema.get("items", True)
        contained = merged([items, schema["contains"]]) if wanted else items
        parts = [*prefix, *[contained] * wanted, *[items] * size][: max(size, len(prefix) + wanted)]
        built: list[Any] = []
        for index, part in enumerate(parts):
            options = self.values(part, spot.at(index))
            fresh = (value for value in options if not schema.get("uniqueItems") or value not in built)
            found = list(islice(fresh, 1))
            if not found:
                return
            built += found
        yield built
        if not built:
            yield from ([value] for value in islice(self.values(items, spot.at(0)), 2))

    def _objects(self, schema: Mapping[str, Any], spot: _Spot) -> Iterator[dict[str, Any]]:
        """The required properties with the first value of each; with further values; with further properties."""
        base: dict[str, Any] = {}
        required = _required(schema)
        for name in required:
            found = list(islice(self.values(_property(schema, name), spot.at(name)), 1))
            if not found:
                return
            base[name] = found[0]
        yield self._filled(base, schema, spot)
        for name in required:
            for value in islice(self.values(_property(schema, name), spot.at(name)), 1, 8):
                yield base | {name: value}
        for name in schema.get("properties", {}):
            if name not in base:
                for value in islice(self.values(_property(schema, name), spot.at(name)), 2):
                    yield base | {name: value}

    def _filled(self, base: dict[str, Any], schema: Mapping[str, Any], spot: _Spot) -> dict[str, Any]:
        """`base` with as many further properties as the schema asks for."""
        missing = int(schema.get("minProperties", 0)) - len(base)
        names = (name for name in self._names(schema) if name not in base) if missing > 0 else iter(())
        filled = dict(base)
        for name in names:
            if len(filled) - len(base) >= missing:
                break
            for value in islice(self.values(_property(schema, name), spot.at(name)), 1):
                filled[name] = value
        return filled

    def _names(self, schema: Mapping[str, Any]) -> Iterator[str]:
        """Names that properties may have."""
        made = (f"{letter}{number}" for number in ("", 1, 2) for letter in "abcdefgh")
        patterns = chain.from_iterable(matching(pattern) for pattern in schema.get("patternProperties", {}))
        rule = schema.get("propertyNames", True)
        ruled = (
            self._candidates(merged([{"type": "string"}, rule]), _Spot(0)) if isinstance(rule, Mapping) else iter(())
        )
        names = chain(schema.get("properties", ()), patterns, ruled, made)
        return (name for name in names if isinstance(name, str) and self._error(rule, name) is None)


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    """The types that the schema names, or else those that its keywords are about, then the others."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return [declared]
    if isinstance(declared, list):
        return [kind for kind in declared if isinstance(kind, str)]
    implied = [kind for kind, keywords in _KEYWORDS.items() if not keywords.isdisjoint(schema)]
    return [*implied, *(kind for kind in _KINDS if kind not in implied)]


def _required(schema: Mapping[str, Any]) -> list[str]:
    """The required names, with those that they bring along."""
    names = list(dict.fromkeys(schema.get("required") or ()))
    along: Mapping[str, list[str]] = schema.get("dependentRequired") or {}
    for name in names:  # grows while it is gone over
        names += [other for other in along.get(name, ()) if other not in names]
    return names


def _property(schema: Mapping[str, Any], name: str) -> Any:
    """The schema of a property: what is said of its name, of names like it, or of all others."""
    said = [schema["properties"][name]] if name in (schema.get("properties") or {}) else []
    for pattern, part in (schema.get("patternProperties") or {}).items():
        if matches(pattern, name):
            said.append(part)
    if not said:
        return schema.get("additionalProperties", True)
    return said[0] if len(said) == 1 else {"allOf": said}


def _strings(schema: Mapping[str, Any]) -> Iterator[str]:
    least = int(schema.get("minLength", 0))
    if least > _LONGEST:
        return
    if schema.get("format") in _FORMATS:
        yield _FORMATS[schema["format"]]
    if schema.get("format") in _LONGER:
        yield _LONGER[schema["format"]](least)
    if isinstance(schema.get("pattern"), str):
        yield from matching(schema["pattern"], least)
    yield "a" * least
    yield from (char * max(least, 1) for char in "aA1bcdefghijklmnopqrstuvwxyz")
    yield from ("a.b", "/a", "a1")


def _numbers(schema: Mapping[str, Any], *, whole: bool) -> Iterator[int | float]:
    """The multiple nearest to 0 within the bounds; a fraction where no multiple fits."""
    step = schema.get("multipleOf", 1)
    low = max((schema[name] for name in ("minimum", "exclusiveMinimum") if name in schema), default=None)
    high = min((schema[name] for name in ("maximum", "exclusiveMaximum") if name in schema), default=None)
    multiples: list[int | float] = [0]
    if low is not None and low >= 0:
        first = -(-low // step)
        multiples = [(first + more) * step for more in range(30)]
    elif high is not None and high <= 0:
        first = high // step
        multiples = [(first - more) * step for more in range(30)]
    else:
        multiples = [0, *(sign * more * step for more in range(1, 20) for sign in (1, -1))]
    yield from map(_plain, filter(isfinite, multiples))
    if not whole:
        low, high = low if low is not None else (high or 0) - 2, high if high is not None else (low or 0) + 2
        yield from (low, high, (low + high) / 2)


def _plain(number: float) -> int | float:
    return int(number) if isinstance(number, float) and number.is_integer() else number
