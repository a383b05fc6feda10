"""Blocks and messages in a few words, for failure messages and transcripts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


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
    line = " ".join(str(line).split())
    return line if len(line) <= width else f"{line[: width - 3]}..."


def counted(number: int, noun: str) -> str:
    """`1 message`, `2 messages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
