"""JSON values with other strings in them. They may be nested deeper than Python calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .._api.places import Place


def strings_of(value: Any) -> Iterator[str]:
    """All strings and keys within a JSON value."""
    rest = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            rest += item.values()
        elif isinstance(item, list):
            rest += item


def placed_strings(value: Any) -> Iterator[tuple[Place, str | bytes]]:
    """All strings and keys within a JSON value, in order, and where they stand."""
    rest: list[tuple[Place, Any]] = [((), value)]
    while rest:
        place, item = rest.pop()
        if isinstance(item, str | bytes):
            yield place, item
        elif isinstance(item, dict):
            yield from ((place, key) for key in item)
            rest += [((*place, key), part) for key, part in reversed(item.items())]
        elif isinstance(item, list):
            rest += [((*place, number), part) for number, part in reversed(list(enumerate(item)))]


def rebuilt(
    value: Any,
    string: Callable[[str], str] = lambda text: text,
    whole: Callable[[dict[str, Any]], dict[str, Any]] = lambda item: item,
) -> Any:
    """`value` with `whole` applied to every object, and then `string` to all strings and keys.

    Nothing is changed in place; what stays as it was is the same object.
    """
    containers: list[tuple[Any, Any]] = []
    new: dict[int, Any] = {}

    def enter(item: Any) -> None:
        if isinstance(item, (dict, list)):
            containers.append((item, whole(item) if isinstance(item, dict) else item))

    def of(item: Any) -> Any:
        if isinstance(item, str):
            return string(item)
        return new[id(item)] if isinstance(item, (dict, list)) else item

    enter(value)
    for _, item in containers:  # it grows: what holds something stands before it
        for part in item.values() if isinstance(item, dict) else item:
            enter(part)
    for before, item in reversed(containers):
        after = _object(item, string, of) if isinstance(item, dict) else [of(part) for part in item]
        new[id(before)] = item if _same_parts(after, item) else after
    return of(value)


def _object(item: dict[str, Any], string: Callable[[str], str], of: Callable[[Any], Any]) -> dict[str, Any]:
    after: dict[str, Any] = {}
    for key, part in item.items():
        name, number = string(key), 2
        while name in after:  # two keys that have become one would lose a value
            name, number = f"{string(key)} {number}", number + 1
        after[name] = of(part)
    return after


def _same_parts(one: Any, other: Any) -> bool:
    """Whether two objects with the same keys, or two lists, hold the same parts."""
    if isinstance(one, dict):
        return list(one) == list(other) and all(one[key] is other[key] for key in one)
    return len(one) == len(other) and all(part is old for part, old in zip(one, other, strict=True))
