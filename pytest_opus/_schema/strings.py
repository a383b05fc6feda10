"""Short strings that a regular expression matches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_LIKED = "aA0_-. /:@#x1"
_CATEGORIES = {
    ops.CATEGORY_DIGIT: "0", ops.CATEGORY_NOT_DIGIT: "a", ops.CATEGORY_WORD: "a", ops.CATEGORY_NOT_WORD: "-",
    ops.CATEGORY_SPACE: " ", ops.CATEGORY_NOT_SPACE: "a",
}  # fmt: skip


def matching(pattern: str, at_least: int = 0) -> Iterator[str]:
    """Strings that probably match `pattern`, short ones first; each choice of it is tried, but not each combination."""
    try:
        parsed = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError, FutureWarning):
        return
    written = (_Writer(choice, extra).write(parsed) for extra in range(max(at_least, 1) + 1) for choice in range(4))
    short = []
    for text in dict.fromkeys(written):
        if len(text) >= at_least:
            yield text
        else:
            short.append(text)
    for text in short:
        missing = "a" * (at_least - len(text))
        yield from (text + missing, missing + text)


class _Writer:
    """Writes what a parsed expression matches: its `choice`th alternatives, with `extra` repetitions where allowed."""

    def __init__(self, choice: int, extra: int) -> None:
        self._choice, self._extra = choice, extra
        self._groups: dict[int, str] = {}

    def write(self, parsed: Any) -> str:
        return "".join(self._one(op, argument) for op, argument in parsed)

    def _one(self, op: Any, argument: Any) -> str:
        if op in (ops.LITERAL, ops.NOT_LITERAL):
            return chr(argument) if op is ops.LITERAL else _other_than({chr(argument)})
        if op is ops.IN:
            return _member(argument)
        if op is ops.BRANCH:
            branches = argument[1]
            return self.write(branches[min(self._choice, len(branches) - 1)])
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            least, most, part = argument
            return "".join(self.write(part) for _ in range(min(int(most), int(least) + self._extra)))
        if op is ops.SUBPATTERN:
            self._groups[argument[0]] = self.write(argument[3])
            return self._groups[argument[0]]
        if op is ops.ATOMIC_GROUP:
            return self.write(argument)
        if op is ops.GROUPREF:
            return self._groups.get(argument, "")
        return "a" if op is ops.ANY else ""


def _member(members: Any) -> str:
    """One character of a set, a plain one if there is one."""
    negated = members[0][0] is ops.NEGATE
    fits = (char for char in _LIKED if any(_is_in(char, member) for member in members) is not negated)
    liked = next(fits, None)
    if liked is not None:
        return liked
    op, argument = members[0]
    if op is ops.CATEGORY:
        return _CATEGORIES.get(argument, "a")
    return chr(argument[0] if op is ops.RANGE else argument) if op in (ops.RANGE, ops.LITERAL) else "~"


def _is_in(char: str, member: Any) -> bool:
    op, argument = member
    if op is ops.LITERAL:
        return bool(ord(char) == argument)
    if op is ops.RANGE:
        return bool(argument[0] <= ord(char) <= argument[1])
    return op is ops.CATEGORY and _has(char, argument)


def _has(char: str, category: Any) -> bool:
    name = str(category).lower()
    found = char.isdigit() if "digit" in name else char.isspace() if "space" in name else char.isalnum() or char == "_"
    return found is not ("not_" in name)


def _other_than(chars: set[str]) -> str:
    return next(char for char in _LIKED if char not in chars)
