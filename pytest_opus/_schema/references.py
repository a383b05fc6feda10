"""Where the references of a schema lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from .._api.places import Place

_MISSING = object()
_NO_OTHER_DOCUMENT: Registry[Any] = Registry()


def resolve(reference: str, root: Mapping[str, Any]) -> Any:
    """What an internal `$ref` such as `#/$defs/Point` points at; `True` (anything) if it cannot be found."""
    found = _lookup(reference, root)
    return True if found is _MISSING else found


def target(reference: str, root: Mapping[str, Any]) -> tuple[Place, Any] | None:
    """What an internal `$ref` points at, with its place in `root`; `None` if it cannot be found there."""
    found = _lookup(reference, root)
    place = None if found is _MISSING else _place(found, root)
    return None if place is None else (place, found)


def _lookup(reference: Any, root: Mapping[str, Any]) -> Any:
    if reference == "#":
        return root
    try:
        resource = DRAFT202012.create_resource(root)
        return _NO_OTHER_DOCUMENT.with_resource("", resource).resolver("").lookup(reference).contents
    except (Unresolvable, AttributeError, TypeError, ValueError, LookupError):
        return _MISSING


def _place(part: Any, root: Any, at: Place = ()) -> Place | None:
    if part is root:
        return at
    steps = root.items() if isinstance(root, Mapping) else enumerate(root) if isinstance(root, list) else ()
    places = (_place(part, value, (*at, step)) for step, value in steps)
    return next((place for place in places if place is not None), None)
