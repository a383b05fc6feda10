"""Where the references of a schema lead."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import unquote

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from .._api.places import Place, found_at

_NO_OTHER_DOCUMENT: Registry[Any] = Registry()


class References:
    """The internal references of one schema, such as `#/$defs/Point` or `#anchor`; each is looked up once."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._known: dict[str, tuple[Place, Any] | None] = {}

    def target(self, reference: Any) -> tuple[Place, Any] | None:
        """What a `$ref` points at, with its place in the schema; `None` if it cannot be found there."""
        if not isinstance(reference, str):
            return None
        if reference not in self._known:
            self._known[reference] = self._looked_up(reference)
        return self._known[reference]

    def resolve(self, reference: Any) -> Any:
        """What a `$ref` points at; `True` (anything) if it cannot be found."""
        found = self.target(reference)
        return True if found is None else found[1]

    def _looked_up(self, reference: str) -> tuple[Place, Any] | None:
        if reference == "#":
            return (), self._root
        try:
            found = self._resolver.lookup(reference).contents
        except (Unresolvable, AttributeError, TypeError, ValueError, LookupError):
            return None
        place = self._pointed(reference)
        if place is None or found_at(self._root, place) is not found:
            place = self._places.get(id(found))
        return None if place is None else (place, found)

    def _pointed(self, reference: str) -> Place | None:
        """The steps of a JSON pointer."""
        if not reference.startswith("#/"):
            return None
        place: Place = ()
        for part in unquote(reference[2:]).split("/"):
            is_index = isinstance(found_at(self._root, place), list) and part.isdecimal()
            place = (*place, int(part) if is_index else part.replace("~1", "/").replace("~0", "~"))
        return place

    @cached_property
    def _resolver(self) -> Any:
        resource = DRAFT202012.create_resource(self._root)
        return _NO_OTHER_DOCUMENT.with_resource("", resource).crawl().resolver("")

    @cached_property
    def _places(self) -> dict[int, Place]:
        """Where each object in the schema stands."""
        places: dict[int, Place] = {}
        left: list[tuple[Place, Any]] = [((), self._root)]
        while left:
            at, value = left.pop()
            if isinstance(value, dict) and id(value) not in places:
                places[id(value)] = at
                left += [((*at, step), item) for step, item in value.items()]
            elif isinstance(value, list):
                left += [((*at, step), item) for step, item in enumerate(value)]
        return places
