"""The table language of shapes, and how a JSON value is held against it.

A shape tells the first fault of a value in the words of the API's schema layer. Paths are built on the way back, so
that a value without fault costs no more than the look at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from .refusal import Refusal, nearest

__all__ = [
    "ANYTHING",
    "FLAG",
    "FREE",
    "NUMBER",
    "TEXT",
    "Fault",
    "Gate",
    "Integer",
    "Items",
    "OneOf",
    "Record",
    "Scope",
    "Shape",
    "Silent",
    "Tag",
    "Tagged",
    "Text",
    "TextOr",
    "Union",
    "Values",
    "all_faults",
    "refusal_of",
]

_MISSING: Any = object()


class Scope(NamedTuple):
    """What decides about fields besides their place: the headers of the request, and what was judged before."""

    features: frozenset[str] | None
    """The beta features asked for, without their dates; None: unknown, so all of them."""
    known_messages: int = 0
    known_tools: bool = False

    def unlocks(self, *features: str) -> bool:
        return self.features is None or not self.features.isdisjoint(features)


class Tag(str):
    """A step of a fault's path that names a member of a union: part of the API's path, but of no place in the value."""

    __slots__ = ()


class Silent(str):
    """A step of a fault's path that leads on to its place in the value, but that the API's path leaves out."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Fault:
    message: str
    code: str
    path: tuple[str | int, ...] = ()
    hint: str = ""

    def under(self, key: str | int) -> Fault:
        return replace(self, path=(key, *self.path))


class Shape(Protocol):
    def fault(self, value: Any, scope: Scope, /) -> Fault | None: ...


def refusal_of(fault: Fault) -> Refusal:
    path = ".".join(str(part) for part in fault.path if not isinstance(part, Silent))
    return Refusal(
        f"{path}: {fault.message}" if path else fault.message,
        fault.code,
        path=path,
        hint=fault.hint,
        at=tuple(part for part in fault.path if not isinstance(part, Tag)),
    )


def all_faults(shape: Shape, value: Any, scope: Scope) -> Iterator[Fault]:
    """Every fault of a value, the one that the API tells first; of shapes that are not made of others just that."""
    faults: Callable[[Any, Scope], Iterator[Fault]] | None = getattr(shape, "faults", None)
    if faults is not None:
        yield from faults(value, scope)
    elif (found := shape.fault(value, scope)) is not None:
        yield found


class _Plain:
    """A value of one JSON type."""

    def __init__(self, noun: str, *types: type) -> None:
        self._types = types
        self._fault = Fault(f"Input should be {noun}", f"{types[0].__name__}_type" if types else "any_type")

    def fault(self, value: Any, _scope: Scope) -> Fault | None:
        return None if type(value) in self._types else self._fault


class _Anything:
    def fault(self, _value: Any, _scope: Scope) -> Fault | None:
        return None


ANYTHING = _Anything()
TEXT = _Plain("a valid string", str)
FLAG = _Plain("a valid boolean", bool)
NUMBER = _Plain("a valid number", float, int)
FREE = _Plain("a valid dictionary", dict)


class Text:
    """A string with bounds."""

    def __init__(self, *, at_least: int = 0, at_most: int | None = None, pattern: str = "") -> None:
        self._at_least, self._at_most, self._pattern = at_least, at_most, pattern
        # The API's `$` is the very end, Python's is also the place before a last newline.
        self._match = re.compile(pattern.replace("$", r"\Z")).search if pattern else None

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        if type(value) is not str:
            return TEXT.fault(value, scope)
        if len(value) < self._at_least:
            return Fault(f"String should have at least {_count(self._at_least, 'character')}", "string_too_short")
        if self._at_most is not None and len(value) > self._at_most:
            return Fault(f"String should have at most {_count(self._at_most, 'character')}", "string_too_long")
        if self._match is not None and not self._match(value):
            return Fault(f"String should match pattern '{self._pattern}'", "string_pattern")
        return None


class Integer:
    """An integer; one written as `1.0` will do."""

    def __init__(self, at_least: int | None = None) -> None:
        self._at_least = at_least

    def fault(self, value: Any, _scope: Scope) -> Fault | None:
        if type(value) is not int and not (type(value) is float and value.is_integer()):
            return Fault("Input should be a valid integer", "int_type")
        if self._at_least is not None and value < self._at_least:
            return Fault(f"Input should be greater than or equal to {self._at_least}", "greater_than_equal")
        return None


class OneOf:
    """One of some words; `gated` words need a beta feature, `newer` says which unknown ones may be right."""

    def __init__(
        self, *words: str, gated: Mapping[str, str] | None = None, newer: Callable[[str], bool] | None = None
    ) -> None:
        self._words, self._gated, self._newer = words, dict(gated or {}), newer

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        if value in self._words:
            return None
        if type(value) is str and self._permits(value, scope):
            return None
        return Fault(f"Input should be {_either(self._words)}", "literal_error", hint=nearest(value, self._words))

    def _permits(self, word: str, scope: Scope) -> bool:
        if word in self._gated:
            return scope.unlocks(self._gated[word])
        return self._newer is not None and self._newer(word)


class Items:
    """A list of one shape."""

    def __init__(self, item: Shape, *, at_least: int = 0, at_most: int | None = None) -> None:
        self._item, self._at_least, self._at_most = item, at_least, at_most

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        if type(value) is not list:
            return Fault("Input should be a valid list", "list_type")
        if len(value) < self._at_least:
            return _size("at least", self._at_least, len(value), "too_short")
        if self._at_most is not None and len(value) > self._at_most:
            return _size("at most", self._at_most, len(value), "too_long")
        for index, item in enumerate(value):
            found = self._item.fault(item, scope)
            if found is not None:
                return found.under(index)
        return None

    def faults(self, value: Any, scope: Scope) -> Iterator[Fault]:
        """The faults of all items, or that of the list itself."""
        found = self.fault(value, scope)
        if found is not None and not found.path:
            yield found
        elif found is not None:
            for index, item in enumerate(value):
                yield from (fault.under(index) for fault in all_faults(self._item, item, scope))


class Values:
    """An object whose keys are free and whose values have one shape."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        if type(value) is not dict:
            return FREE.fault(value, scope)
        for key, item in value.items():
            found = self._shape.fault(item, scope)
            if found is not None:
                return found.under(key)
        return None


class TextOr:
    """A string, or another shape."""

    def __init__(self, other: Shape) -> None:
        self._other = other

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        return None if type(value) is str else self._other.fault(value, scope)


class Union:
    """Any of several shapes that no tag tells apart; the fault of the last is shown."""

    def __init__(self, *shapes: Shape) -> None:
        self._shapes = shapes

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        found = None
        for shape in self._shapes:
            found = shape.fault(value, scope)
            if found is None:
                return None
        return found


class Gate:
    """A field that one of some beta features brings; without it the field is unknown."""

    def __init__(self, shape: Shape, *features: str) -> None:
        self._shape, self._features = shape, features

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        if scope.unlocks(*self._features):
            return self._shape.fault(value, scope)
        return _extra(hint=f"this field needs the anthropic-beta feature {_either(self._features)}")


class Record:
    """An object with known fields: `name` is required, `name?` optional; an optional field may be null.

    The first look goes over the keys that are there; only a value with a fault is gone over again in the order of the
    fields, which decides what is reported. `foreign` are names that other APIs have for a field.
    """

    def __init__(
        self, fields: Mapping[str, Shape], *, open_ended: bool = False, foreign: Mapping[str, str] | None = None
    ) -> None:
        self._open, self._foreign = open_ended, dict(foreign or {})
        self._fields = {key.removesuffix("?"): (shape, not key.endswith("?")) for key, shape in fields.items()}
        self._required = sum(required for _, required in self._fields.values())

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        if type(value) is not dict:
            return _no_object()
        missing, find = self._required, self._fields.get
        for name, item in value.items():
            field = find(name)
            if field is None:
                if not self._open:
                    return self._first_fault(value, scope)
                continue
            shape, required = field
            if required:
                missing -= 1
            elif item is None:
                continue
            if shape.fault(item, scope) is not None:
                return self._first_fault(value, scope)
        return self._first_fault(value, scope) if missing else None

    def _first_fault(self, value: dict[str, Any], scope: Scope) -> Fault | None:
        return next(self.faults(value, scope), None)

    def faults(self, value: Any, scope: Scope) -> Iterator[Fault]:
        """The faults of each field, those that are not known last."""
        if type(value) is not dict:
            yield _no_object()
            return
        for name, (shape, required) in self._fields.items():
            item = value.get(name, _MISSING)
            if item is _MISSING:
                if required:
                    yield Fault("Field required", "field_required", (name,), self._misspelled(name, value))
            elif required or item is not None:
                yield from (fault.under(name) for fault in all_faults(shape, item, scope))
        if not self._open:
            for name in [name for name in value if name not in self._fields]:
                yield _extra(hint=self._meant(name)).under(name)

    def _meant(self, unknown: str) -> str:
        return (
            f"did you mean {self._foreign[unknown]!r}?" if unknown in self._foreign else nearest(unknown, self._fields)
        )

    def _misspelled(self, name: str, value: dict[str, Any]) -> str:
        foreign = next((key for key in value if self._foreign.get(key) == name), None)
        hint = repr(foreign) if foreign else nearest(name, [key for key in value if key not in self._fields])
        return hint and f"{hint.removeprefix('did you mean ').removesuffix('?')} is unknown, it is spelled {name!r}"


class Tagged:
    """One of several shapes, told apart by `type`, which then stands in the path.

    `default` is the tag of an object that has none; `gated` tags need a beta feature; `newer` says of an unknown tag
    that it may be one from after this table, which is then accepted unseen; `as_word` words a wrong tag like `OneOf`;
    `foreign` tells what other APIs mean by a tag.
    """

    def __init__(
        self,
        shapes: Mapping[str, Shape],
        *,
        default: str | None = None,
        gated: Mapping[str, str] | None = None,
        newer: Callable[[str], bool] | None = None,
        in_order: bool = False,
        as_word: bool = False,
        foreign: Mapping[str, str] | None = None,
    ) -> None:
        self._shapes, self._default, self._gated = dict(shapes), default, dict(gated or {})
        self._newer, self._as_word, self._foreign = newer, as_word, dict(foreign or {})
        open_tags = [tag for tag in shapes if tag not in self._gated]
        self._expected = open_tags if in_order else sorted(open_tags)

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        if type(value) is not dict:
            return _no_object()
        tag = value.get("type", self._default)
        if tag is None and "type" in value:
            tag = self._default
        if tag is None:
            return Fault("Field required", "field_required", ("type",))
        shape = self._shapes.get(tag) if type(tag) is str else None
        if shape is None or (tag in self._gated and not scope.unlocks(self._gated[tag])):
            return self._wrong_tag(tag)
        found = shape.fault(value, scope)
        return None if found is None else found.under(Tag(tag))

    def faults(self, value: Any, scope: Scope) -> Iterator[Fault]:
        """The faults of the shape that the tag names, or that of the tag."""
        found = self.fault(value, scope)
        tag = found.path[0] if found is not None and found.path else ""
        if isinstance(tag, Tag):
            yield from (fault.under(tag) for fault in all_faults(self._shapes[tag], value, scope))
        elif found is not None:
            yield found

    def _wrong_tag(self, tag: Any) -> Fault | None:
        if type(tag) is str and tag not in self._gated and self._newer is not None and self._newer(tag):
            return None
        if self._as_word:
            wrong = OneOf(*self._expected).fault(tag, Scope(None))
            return wrong and wrong.under(Silent("type"))
        expected = ", ".join(map(repr, self._expected))
        gate = self._gated.get(tag) if type(tag) is str else None
        return Fault(
            f"Input tag '{tag}' found using 'type' does not match any of the expected tags: {expected}",
            "union_tag_invalid",
            (Silent("type"),),
            hint=self._foreign.get(str(tag))
            or (f"{tag!r} needs the anthropic-beta feature {gate!r}" if gate else nearest(tag, self._expected)),
        )


def _no_object() -> Fault:
    return Fault("Input should be an object", "object_type")


def _extra(hint: str) -> Fault:
    return Fault("Extra inputs are not permitted", "extra_inputs", hint=hint)


def _size(bound: str, limit: int, actual: int, code: str) -> Fault:
    return Fault(f"List should have {bound} {_count(limit, 'item')} after validation, not {actual}", code)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _either(words: tuple[str, ...]) -> str:
    *most, last = map(repr, words)
    return f"{', '.join(most)} or {last}" if most else last
