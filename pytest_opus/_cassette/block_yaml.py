"""JSON values as YAML for people: one key a line, texts of several lines as lines.

PyYAML reads back exactly what was written. Its own emitters fold long lines, escape emoji, or lose U+0085.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

_DEEPEST = 60
_LONGEST_KEY = 200  # YAML allows 1,024 bytes for a key, quotes and escapes included

# What YAML does not allow or takes for the end of a line, and what turns the direction of text to deceive its readers.
SPECIAL = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@` ")
_not_plain = re.compile(f"[\\t\\n{SPECIAL}\ud800-\udfff]|: | #|\\A\\s|[\\s:]\\Z").search
_not_flow = re.compile(r"[,\[\]{}:?]").search
_not_literal = re.compile(f"[{SPECIAL}\ud800-\udfff]|[^\\S\\n]$", re.MULTILINE).search
_escaped = re.compile(f'["\\\\\\t\\n{SPECIAL}\ud800-\udfff]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


class NotYamlError(ValueError):
    """A value that YAML cannot hold, or not in a form that people could read: half a character, too deep, ..."""


class Flow(dict[str, Any]):
    """An object of scalars that is written on one line."""


def to_lines(value: Any) -> list[str]:
    """`value` as the lines of a block. Raises `NotYamlError`."""
    lines: list[str] = []
    _block(lines, value, "", 0)
    return lines


def _block(lines: list[str], value: Any, indent: str, depth: int) -> None:
    """Write a list or an object that is not empty."""
    if depth > _DEEPEST:
        raise NotYamlError("nested too deep")
    if isinstance(value, Mapping):
        for key, item in value.items():
            _item(lines, f"{indent}{_key(key)}:", item, indent if isinstance(item, list) else indent + "  ", depth)
    else:
        for item in value:
            _list_item(lines, item, indent, depth)


def _item(lines: list[str], head: str, value: Any, inner: str, depth: int) -> None:
    """Write what follows `head`, on the same line or below it."""
    if isinstance(value, Mapping | list) and value and not isinstance(value, Flow):
        lines.append(head)
        _block(lines, value, inner, depth + 1)
    else:
        _scalar(lines, head, value, inner)


def _list_item(lines: list[str], value: Any, indent: str, depth: int) -> None:
    if isinstance(value, Mapping | list) and value and not isinstance(value, Flow):
        first = len(lines)
        _block(lines, value, indent + "  ", depth + 1)
        lines[first] = f"{indent}- {lines[first][len(indent) + 2 :]}"
    else:
        _scalar(lines, f"{indent}-", value, indent + "  ")


def _scalar(lines: list[str], head: str, value: Any, inner: str) -> None:
    if not isinstance(value, str) or "\n" not in value:
        lines.append(f"{head} {scalar(value)}")
    elif not _not_literal(value) and value.strip("\n"):
        lines.append(f"{head} {_literal_header(value)}")
        lines += [inner + line if line else "" for line in value.removesuffix("\n").split("\n")]
    else:
        lines += _quoted_lines(head, value, inner)


def _literal_header(text: str) -> str:
    indentation = "2" if text[0] in " \t\n" else ""
    chomping = "" if text.endswith("\n") and not text.endswith("\n\n") else "+" if text.endswith("\n") else "-"
    return f"|{indentation}{chomping}"


def _quoted_lines(head: str, text: str, inner: str) -> list[str]:
    """A quoted text, each of its lines on a line: what a block cannot hold, such as spaces at the end of a line."""
    first, *rest = [_escape(line) for line in text.splitlines(keepends=True)]
    # A space that begins a line would be taken for indentation.
    parts = [first, *[f"\\{line}" if line.startswith(" ") else line for line in rest]]
    lines = [f'{head} "{parts[0]}', *[inner + part for part in parts[1:]]]
    return [f"{line}\\" for line in lines[:-1]] + [f'{lines[-1]}"']


def scalar(value: Any, *, flow: bool = False) -> str:
    """A value on one line."""
    match value:
        case str():
            return value if _is_plain(value) and not (flow and _not_flow(value)) else quoted(value)
        case True:
            return "true"
        case False:
            return "false"
        case None:
            return "null"
        case int():
            return str(value)
        case float():
            return _float(value)
        case Mapping():
            return "{" + ", ".join(f"{_key(key)}: {scalar(item, flow=True)}" for key, item in value.items()) + "}"
        case list() if not value:
            return "[]"
    raise NotYamlError(f"{type(value).__name__} is no JSON")


def _float(value: float) -> str:
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        return text.replace("inf", ".inf").replace("nan", ".nan")
    mantissa, exponent, power = text.partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}{exponent}{power}"


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise NotYamlError(f"{type(key).__name__} is no key in JSON")
    if len(key) > _LONGEST_KEY:
        raise NotYamlError("a key is too long")
    return scalar(key, flow=True)


def quoted(text: str) -> str:
    return f'"{_escape(text)}"'


def _escape(text: str) -> str:
    return _escaped.sub(_escape_one, text)


def _escape_one(found: re.Match[str]) -> str:
    character = found[0]
    if "\ud800" <= character <= "\udfff":
        raise NotYamlError("half a character")
    code = ord(character)
    return _ESCAPES.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def _is_plain(text: str) -> bool:
    """Whether PyYAML reads `text` without quotes as this very text."""
    if not text or text[0] in _INDICATORS or _not_plain(text):
        return False
    return not any(pattern.match(text) for pattern in _other_types().get(text[0], ()))


@cache
def _other_types() -> dict[str, list[re.Pattern[str]]]:
    """What PyYAML takes for something else than a text, by its first character."""
    import yaml

    return {
        first: [pattern for _, pattern in resolvers]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
