"""JSON Schema draft 2020-12, as `jsonschema` understands it, with formats that count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import UndefinedTypeCheck, ValidationError, best_match, relevance
from jsonschema.validators import extend
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

from .._api.describe import shortened
from .._api.places import Place
from .formats import CHECKER
from .patterns import matches
from .plain import is_plain

_META = Draft202012Validator(Draft202012Validator.META_SCHEMA)
_TYPES = "'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'"
_EXPECTED = {
    "type": f"one of {_TYPES}, or a list of them",
    "properties": "an object of schemas",
    "patternProperties": "an object of schemas",
    "$defs": "an object of schemas",
    "definitions": "an object of schemas",
    "required": "a list of property names, each once, beside 'properties'",
    "enum": "a list of values",
    "anyOf": "a list of schemas, at least one",
    "allOf": "a list of schemas, at least one",
    "oneOf": "a list of schemas, at least one",
    "prefixItems": "a list of schemas, at least one",
    "items": "one schema for all items; schemas for the first items stand in 'prefixItems'",
    "additionalProperties": "true, false or a schema",
    "multipleOf": "a number above 0",
    "uniqueItems": "true or false",
    "$ref": "a string",
    "$id": "a URI without a fragment",
}
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_COUNTS = (
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
)
_TEXTS = ("title", "description", "format", "pattern", "$comment", "$schema", "$anchor", "contentEncoding")
_EXPECTED |= dict.fromkeys(_NUMBERS, "a number") | dict.fromkeys(_COUNTS, "a whole number, 0 or more")
_EXPECTED |= dict.fromkeys(_TEXTS, "a string")


def schema_errors(schema: Any) -> Iterator[tuple[Place, str]]:
    """Where and how `schema` is no valid draft 2020-12 schema: `(("type",), "'type' is 'strin'; expected is ...")`."""
    if is_plain(schema):
        return
    told = set()
    for error in sorted(_META.iter_errors(schema), key=relevance, reverse=True):
        place = tuple(error.absolute_path)
        if place not in told:
            told.add(place)
            yield place, _sentence(place, error)


def _sentence(place: Place, error: ValidationError) -> str:
    """What stands there and what is expected: the keyword is named, not the whole of its definition."""
    keyword = next((step for step in reversed(place) if step in _EXPECTED), None)
    parent = place[-2] if len(place) > 1 else None
    got = _clipped(error.instance)
    if parent in ("properties", "$defs", "definitions", "patternProperties"):
        return f"{place[-1]!r} is {got}; expected is a schema, such as {{'type': 'string'}}"
    if keyword is None:
        return shortened(str(error.message), 200)
    what = repr(keyword) if place[-1] == keyword else f"an entry of {keyword!r}"
    return f"{what} is {got}; expected is {_EXPECTED[str(keyword)]}"


def _clipped(value: Any) -> str:
    text = repr(value)
    return shortened(text)


def input_error(schema: Any, value: Any) -> tuple[str, str] | None:
    """Where and how `value` breaks `schema`: `("lines[0]", "'a' is not of type 'integer'")`, the best match only."""
    return next(iter(input_errors(schema, value)), None)


def input_errors(schema: Any, value: Any) -> list[tuple[str, str]]:
    """Each way in which `value` breaks `schema`, the best match first.

    What of a schema cannot be worked with, for an unknown type or a lost `$ref`, judges nothing.
    """
    errors: list[ValidationError] = []
    with suppress(Exception):  # what jsonschema raises then are exceptions of every kind
        for error in validator(schema).iter_errors(value):
            errors.append(error)  # noqa: PERF402 - those found before it raises count
    return [(error.json_path.removeprefix("$").removeprefix("."), error.message) for error in _ranked(errors)]


def _ranked(errors: list[ValidationError]) -> list[ValidationError]:
    """The errors with the deepest cause of each, the most telling first."""
    for error in errors:
        _keep_what_is_meant(error)
    try:
        ranked = sorted(errors, key=relevance, reverse=True)
        return [cause for error in ranked if (cause := best_match([error])) is not None]
    except UndefinedTypeCheck:
        return errors


def _keep_what_is_meant(error: ValidationError) -> None:
    """Of a union, the branches of the value's type whose `const` and `enum` it bears; no other is meant if one is."""
    branches: dict[Any, list[ValidationError]] = {}
    for cause in error.context:
        branches.setdefault(next(iter(cause.schema_path), None), []).append(cause)
    meant = [causes for causes in branches.values() if not any(map(_is_of_another, causes))]
    if error.validator in ("anyOf", "oneOf") and 0 < len(meant) < len(branches):
        error.context = [cause for causes in meant for cause in causes]
    for cause in error.context:
        _keep_what_is_meant(cause)


def _is_of_another(cause: ValidationError) -> bool:
    """Whether the cause says that the value is of another branch than the one it is held against."""
    is_false = cause.validator is None  # the schema that allows nothing
    return is_false or cause.validator in ("const", "enum") or (cause.validator == "type" and not cause.relative_path)


def validator(schema: Any) -> Any:
    """A validator that checks formats and never goes to the network for a `$ref`."""
    return _Validator(schema, registry=REGISTRY, format_checker=CHECKER)


def _pattern(_: Any, pattern: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and matches(pattern, instance) is False:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    for name, value in instance.items() if isinstance(instance, dict) else ():
        for pattern, schema in patterns.items():
            if matches(pattern, name):
                yield from validator.descend(value, schema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, additional: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    patterns = schema.get("patternProperties")
    if patterns and isinstance(instance, dict):
        instance = {name: value for name, value in instance.items() if not any(matches(p, name) for p in patterns)}
        schema = {key: value for key, value in schema.items() if key != "patternProperties"}
    yield from Draft202012Validator.VALIDATORS["additionalProperties"](validator, additional, instance, schema)


_followed: ContextVar[frozenset[tuple[int, int]]] = ContextVar("pytest_opus_followed", default=frozenset())


def _ref(validator: Any, reference: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """A `$ref` that leads back to itself without a step into the instance judges nothing; following it never ends."""
    before, step = _followed.get(), (id(schema), id(instance))
    if step in before:
        return
    token = _followed.set(before | {step})
    try:
        errors = list(Draft202012Validator.VALIDATORS["$ref"](validator, reference, instance, schema))
    finally:
        _followed.reset(token)
    yield from errors


_KEYWORDS = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "$ref": _ref,
}
_Validator = extend(Draft202012Validator, _KEYWORDS)  # type: ignore[no-untyped-call]
