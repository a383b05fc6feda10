"""Short strings that a regular expression matches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from .patterns import matches

_LIKED = "aA0_-. /:@#x1"
_LONGEST = 100_000
"""Characters that a repetition may come to."""
_ESCAPES = (
    r"(?P<property>\\[pP]\{[^}]*\})|\\u\{(?P<code>[0-9A-Fa-f]+)\}|\\c(?P<control>[A-Za-z])|\\k<(?P<back>\w+)>"
    r"|\\(?P<plain>[aceg-mopqyzCE-RTUVXY])|(?P<other>\\.)"
)
"""Escapes; those that Python does not know come first."""
_OUTSIDE = re.compile(_ESCAPES + r"|\(\?<(?P<group>[A-Za-z_$])|\[(?P<set>\^?(?:\\.|[^\]\\])*)\]", re.DOTALL)
_INSIDE = re.compile(_ESCAPES + r"|(?P<sign>[\[&~|]|(?<=\\[dDwWsS])-)", re.DOTALL)
"""In a set, what Python might read as one within it, and a hyphen that makes no range."""


def matching(pattern: str, at_least: int = 0) -> Iterator[str]:
    """Strings that probably match `pattern`, short ones first; each choice of it is tried, but not each combination."""
    try:
        parsed = parser.parse(_OUTSIDE.sub(_in_python, pattern))
        most = max(at_least, 1)
        extras = (*range(min(most, 100) + 1), most)
        written = [_Writer(choice, extra).write(parsed) for extra in extras for choice in range(4)]
        written.append(_Writer(0, most, _LIKED).write(parsed))
    except (re.error, ValueError, OverflowError, RecursionError, FutureWarning):
        return
    short = []
    for text in dict.fromkeys(written):
        if len(text) >= at_least:
            yield text
        else:
            short.append(text)
    for text in short:
        missing = "a" * (at_least - len(text))
        yield from (text + missing, missing + text)


def _in_python(found: re.Match[str]) -> str:
    """How Python writes what ECMA-262 writes otherwise."""
    match found.lastgroup:
        case "property":
            return re.escape(_with_property(found[0]))
        case "code":
            return re.escape(chr(int(found["code"], 16)))
        case "control":
            return re.escape(chr(ord(found["control"]) % 32))
        case "back":
            return f"(?P={found['back']})"
        case "group":
            return f"(?P<{found['group']}"
        case "set":
            return _SETS.get(found["set"]) or f"[{_INSIDE.sub(_in_python, found['set'])}]"
        case "sign":
            return f"\\{found['sign']}"
        case "plain":
            return found["plain"]
        case _:
            return found[0]


_SETS = {"": "(?!)", "^": r"[\s\S]"}
"""Those of nothing and of everything, which Python does not know."""


def _with_property(escape: str) -> str:
    r"""A character of a Unicode property such as `\p{Lu}`, a plain one if there is one."""
    candidates = (*_LIKED, *map(chr, range(0x20, 0x3100)))
    return next((char for char in candidates if matches(f"^{escape}$", char)), "a")


class _Writer:
    """Writes what a parsed expression matches.

    Args:
        choice: which of its alternatives are taken.
        extra: the repetitions beyond those that have to be.
        liked: characters that are taken in turn where several will do; without it the same one always is.
    """

    def __init__(self, choice: int, extra: int, liked: str = "") -> None:
        self._choice, self._extra = choice, extra
        self._groups: dict[int, str] = {}
        self._liked = cycle(liked)

    def write(self, parsed: Any) -> str:
        return "".join(self._one(op, argument) for op, argument in parsed)

    def _one(self, op: Any, argument: Any) -> str:
        if op in (ops.LITERAL, ops.NOT_LITERAL):
            return chr(argument) if op is ops.LITERAL else _other_than({chr(argument)})
        if op is ops.IN:
            char = next(self._liked, "")
            return char if char and _is_member(char, argument) else _member(argument)
        if op is ops.BRANCH:
            branches = argument[1]
            return self.write(branches[min(self._choice, len(branches) - 1)])
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            return self._repeated(*argument)
        if op is ops.SUBPATTERN:
            self._groups[argument[0]] = self.write(argument[3])
            return self._groups[argument[0]]
        if op is ops.ATOMIC_GROUP:
            return self.write(argument)
        if op is ops.GROUPREF:
            return self._groups.get(argument, "")
        return next(self._liked, "a") if op is ops.ANY else ""

    def _repeated(self, least: Any, most: Any, part: Any) -> str:
        count, once = min(int(most), int(least) + self._extra), self.write(part)
        if count * len(once) > _LONGEST:
            raise OverflowError
        return "".join([once, *(self.write(part) for _ in range(count - 1))]) if count else ""


def _member(members: Any) -> str:
    """One character of a set, a plain one if there is one."""
    liked = next((char for char in _LIKED if _is_member(char, members)), None)
    if liked is not None:
        return liked
    op, argument = members[0]
    return chr(argument[0] if op is ops.RANGE else argument) if op in (ops.RANGE, ops.LITERAL) else "~"


def _is_member(char: str, members: Any) -> bool:
    negated = members[0][0] is ops.NEGATE
    return any(_is_in(char, member) for member in members) is not negated


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
