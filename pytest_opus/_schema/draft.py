"""JSON Schema draft 2020-12, as `jsonschema` understands it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

_META = Draft202012Validator(Draft202012Validator.META_SCHEMA)


def schema_error(schema: Any) -> str | None:
    """What makes `schema` no valid draft 2020-12 schema: `"properties.file.type: 'strin' is not valid ..."`."""
    error = best_match(_META.iter_errors(schema))
    return None if error is None else f"{_dotted(error.absolute_path)}{error.message}"


def input_error(schema: Any, value: Any) -> tuple[str, str] | None:
    """Where and how `value` breaks `schema`: `("lines[0]", "'a' is not of type 'integer'")`, the best match only.

    A schema that cannot be worked with, for a bad pattern, an unknown type or a lost `$ref`, judges nothing.
    """
    try:
        error = best_match(Draft202012Validator(schema).iter_errors(value))
    except Exception:  # noqa: BLE001 - what jsonschema raises then are exceptions of every kind
        return None
    return None if error is None else (error.json_path.removeprefix("$").removeprefix("."), error.message)


def resolve(reference: str, root: Mapping[str, Any]) -> Any:
    """What an internal `$ref` such as `#/$defs/Point` points at; `True` (anything) if it cannot be found."""
    resource = DRAFT202012.create_resource(root)
    try:
        return Registry().with_resource("", resource).resolver("").lookup(reference).contents
    except Unresolvable:
        return True


def _dotted(path: Iterable[str | int]) -> str:
    parts = ".".join(map(str, path))
    return f"{parts}: " if parts else ""
