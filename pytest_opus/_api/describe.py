"""Blocks and messages in a few words, for failure messages and transcripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_READ = 20_000
"""How many characters of a text are looked at, of which far fewer are shown."""
_conceal: ContextVar[Callable[[str], str] | None] = ContextVar("pytest_opus_conceal", default=None)


@contextmanager
def concealing(conceal: Callable[[str], str]) -> Iterator[None]:
    """Take out secrets before texts are cut, in this block: of half a secret nobody could tell that it is one."""
    token = _conceal.set(conceal)
    try:
        yield
    finally:
        _conceal.reset(token)


def describe_block(block: Mapping[str, Any]) -> str:
    """A block in a few words: `text "Let me check."`, `tool_use run_tests {"file": "a.py"}`."""
    kind = block.get("type", "block")
    match kind:
        case "text" | "thinking":
            return f"{kind} {json.dumps(clip(block.get(kind, '')), ensure_ascii=False)}"
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            arguments = json.dumps(block["input"], ensure_ascii=False) if "input" in block else "(smallest input)"
            return f"{kind} {block.get('name')} {clip(arguments)}"
        case _:
            return str(kind)


def clip(line: str, width: int = 72) -> str:
    """`line` on one line of at most `width` characters."""
    return _cut(" ".join(_concealed(str(line)).split()), width)


def shortened(text: str, width: int = 60) -> str:
    """`text` as it is, in at most `width` characters."""
    return _cut(_concealed(text), width)


def _concealed(text: str) -> str:
    conceal = _conceal.get()
    return conceal(text[:_READ]) if conceal else text


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


def counted(number: int, noun: str) -> str:
    """`1 message`, `2 messages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
