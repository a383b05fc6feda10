"""YAML as JSON values. No tag runs anything, no alias makes a small file large, no nesting is too deep for Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

_DEEPEST = 200
_MOST = 1_000_000
"""How many values the aliases of a file may make of it."""

_STR = frozenset({"!", "tag:yaml.org,2002:str"})


class YamlError(Exception):
    """Text that is no YAML, or YAML that is no JSON value; `line` counts from 1."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.line = line


class Document(NamedTuple):
    """The value of a document, and the lines on which the objects within its top-level lists begin, by their `id`."""

    value: Any
    lines: Mapping[int, int]


Tags = Mapping[str, Callable[[Any], Any]]
"""What the values of tags stand for; every other tag is an error."""


class _Open:
    """A list or an object whose end has not come yet, and the key that waits for its value."""

    __slots__ = ("anchor", "key", "line", "size", "tag", "value")

    def __init__(self, value: list[Any] | dict[str, Any], event: Any) -> None:
        self.value = value
        self.key: str | None = None
        self.anchor: str | None = event.anchor
        self.tag: str | None = event.tag
        self.line: int = event.start_mark.line + 1
        self.size = 1


def load_yaml(text: str, tags: Tags | None = None) -> Document:
    """The only document in `text`. Without `tags` it may have neither tags nor aliases.

    Scalars read as PyYAML reads them, but for times and unusual numbers (octal, sexagesimal, ...), which are texts.
    """
    import yaml

    builder = _Builder(tags)
    try:
        for event in yaml.parse(text, Loader=_loader()):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(error.problem or error.context or "it is no YAML", mark.line + 1 if mark else 1) from None
    except yaml.reader.ReaderError as error:
        raise YamlError(f"the character {_code(error.character)} is not allowed in YAML", _line_of(text)) from None
    return builder.document()


@cache
def _loader() -> Any:
    """libyaml's parser, where PyYAML was built with it."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Builder:
    """Puts the events of a parser together, without recursion."""

    def __init__(self, tags: Tags | None) -> None:
        import yaml

        self._tags = tags
        self._scalar, self._mapping, self._sequence = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        self._ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        self._alias, self._start = yaml.AliasEvent, yaml.DocumentStartEvent
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._lines: dict[int, int] = {}
        self._open: list[_Open] = []
        self._documents: list[Any] = []
        self._starts = 0

    def take(self, event: Any) -> None:
        kind = event.__class__
        if kind is self._scalar:
            self._place(self._scalar_value(event), 1, event)
        elif kind is self._mapping:
            self._begin({}, event)
        elif kind is self._sequence:
            self._begin([], event)
        elif kind in self._ends:
            self._finish(event)
        elif kind is self._alias:
            self._refer(event)
        elif kind is self._start:
            self._starts += 1
            if self._starts > 1:
                raise YamlError("a second YAML document begins", event.start_mark.line + 1)

    def document(self) -> Document:
        return Document(self._documents[0] if self._documents else None, self._lines)

    def _begin(self, value: list[Any] | dict[str, Any], event: Any) -> None:
        self._check_anchor(event)
        if len(self._open) == _DEEPEST:
            raise YamlError(f"lists and objects are nested more than {_DEEPEST} deep", event.start_mark.line + 1)
        self._open.append(_Open(value, event))
        if len(self._open) == 3:
            self._lines[id(value)] = event.start_mark.line + 1

    def _finish(self, event: Any) -> None:
        ended = self._open.pop()
        value = ended.value if ended.tag is None else self._tagged(ended.tag, ended.value, ended.line)
        if ended.anchor is not None:
            self._anchors[ended.anchor] = value, ended.size
        self._place(value, ended.size, event)

    def _refer(self, event: Any) -> None:
        self._check_anchor(event)
        if event.anchor not in self._anchors:
            raise YamlError(f"the alias *{event.anchor} refers to nothing before it", event.start_mark.line + 1)
        value, size = self._anchors[event.anchor]
        self._place(value, size, event)

    def _check_anchor(self, event: Any) -> None:
        if event.anchor is not None and self._tags is None:
            raise YamlError("YAML anchors and aliases do not belong into a cassette", event.start_mark.line + 1)

    def _scalar_value(self, event: Any) -> Any:
        value = event.value
        if event.anchor is not None:
            self._check_anchor(event)
        if event.implicit[0]:
            top = self._open[-1] if self._open else None
            if top is None or top.key is not None or top.value.__class__ is list:
                value = plain_value(value)
        elif not event.implicit[1] and event.tag not in _STR:
            value = self._tagged(event.tag, value, event.start_mark.line + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, 1
        return value

    def _tagged(self, tag: str, value: Any, line: int) -> Any:
        try:
            construct = (self._tags or {})[tag]
        except KeyError:
            name = tag.replace("tag:yaml.org,2002:", "!!")
            raise YamlError(f"the tag {name} is not allowed: nothing in a cassette is ever executed", line) from None
        try:
            return construct(value)
        except (ValueError, TypeError, LookupError):
            raise YamlError(f"the value of {tag.replace('tag:yaml.org,2002:', '!!')} cannot be read", line) from None

    def _place(self, value: Any, size: int, event: Any) -> None:
        if not self._open:
            self._documents.append(value)
            return
        top = self._open[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is None:
            if value.__class__ is not str:
                raise YamlError("a key is not a text", event.start_mark.line + 1)
            if value in top.value:
                raise YamlError(f"the key {value!r} stands twice in one object", event.start_mark.line + 1)
            top.key = value
        else:
            top.value[top.key] = value
            top.key = None
        top.size += size
        if top.size > _MOST and self._anchors:
            raise YamlError(f"its aliases make more than {_MOST:,} values of it", event.start_mark.line + 1)


_WORDS: dict[str, Any] = {
    form: value
    for words, value in (("~ null", None), ("yes true on", True), ("no false off", False))
    for word in words.split()
    for form in (word, word.capitalize(), word.upper())
} | {"": None, ".nan": float("nan"), ".inf": float("inf"), "-.inf": float("-inf")}
_NUMBER_STARTS = frozenset("+-.0123456789")
_is_int = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,4000})").fullmatch
_is_float = re.compile(r"[-+]?[0-9]{1,400}\.[0-9]{0,400}(?:[eE][-+][0-9]{1,9})?").fullmatch


def plain_value(text: str) -> Any:
    """What a scalar without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_STARTS:
        if _is_int(text):
            return int(text)
        if _is_float(text):
            return float(text)
    return text


_BAD = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _line_of(text: str) -> int:
    """The line of the first character that YAML does not allow."""
    found = _BAD.search(text)
    return text.count("\n", 0, found.start() if found else 0) + 1


def _code(character: str | int) -> str:
    return f"U+{ord(character) if isinstance(character, str) else character:04X}"
