"""Patterns as JSON Schema means them: regular expressions of ECMA-262, or else those of Python."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from regress import Regex, RegressError

_PYTHON_ANCHOR = re.compile(r"(?<!\\)(?:\\\\)*\\[AZ]")
"""What stands for a letter in the lenient mode of ECMA-262, and is never meant so."""


def matches(pattern: Any, text: str) -> bool | None:
    """Whether `pattern` is found in `text`; `None` if that cannot be told, as the pattern is none."""
    if not isinstance(pattern, str):
        return None
    try:
        regex = _ecma(pattern)
        if isinstance(regex, Regex):
            return regex.find(text) is not None
    except UnicodeEncodeError:  # half of a surrogate pair: JSON carries it, UTF-8 does not
        return None
    pythons = _python(pattern)
    return pythons and pythons.search(text) is not None


def pattern_error(pattern: str) -> str | None:
    """Why `pattern` is no regular expression, or `None` if it is one."""
    regex = _ecma(pattern)
    return None if isinstance(regex, Regex) or _python(pattern) else regex


def is_python_only(pattern: str) -> bool:
    """Whether Python reads `pattern` and ECMA-262 does not."""
    return isinstance(_ecma(pattern), str) and _python(pattern) is not None


@lru_cache(maxsize=1024)
def _ecma(pattern: str) -> Regex | str:
    """The expression, or why it is none; in the mode for Unicode if it can be read so, else in the lenient one."""
    try:
        return Regex(pattern, "u")
    except (RegressError, UnicodeEncodeError):
        if _PYTHON_ANCHOR.search(pattern):
            return "Python's \\A and \\Z"
    try:
        return Regex(pattern)
    except (RegressError, UnicodeEncodeError) as error:
        return str(error).rstrip(".")


def _python(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError, FutureWarning):  # a filter makes errors of warnings
        return None
