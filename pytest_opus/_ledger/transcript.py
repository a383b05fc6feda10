"""A ledger as text: what went back and forth, a few lines per call."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .._api.describe import clip, counted, describe_block
from .._api.objects import blocks_of, sent_messages, text_of
from .call import Call, Probe
from .ledger import Ledger


def transcript(ledger: Ledger) -> str:
    """All entries in order; `>` is what the program sent that is new, `<` what it got."""
    lines: list[str] = []
    seen = 0
    for entry in list(ledger.entries):
        if isinstance(entry, Probe):
            lines.append(f"{entry.method} {entry.path}: {entry.status}")
        else:
            lines += _call(entry, seen)
            seen = len(sent_messages(entry.request.raw))
    return "\n".join(lines)


def describe_request(call: Call) -> str:
    """The request of a call on one line: `model claude-opus-4-7, 3 messages, the last: user "..."`."""
    messages = sent_messages(call.request.raw)
    last = f", the last: {_last(messages[-1])}" if messages else ""
    count = counted(len(messages), "message")
    return f"call {call.number}: model {call.request.raw.get('model')}, {count}{last}"


def _last(message: Mapping[str, Any]) -> str:
    return f"{message.get('role')} {next(_sent_blocks(message), 'without content')}"


def _call(call: Call, seen: int) -> Iterator[str]:
    yield f"call {call.number}: {call.outcome}" + (f", {_usage(call)}" if call.response else "")
    messages = sent_messages(call.request.raw)
    fresh = messages[seen:] if len(messages) > seen else messages[-1:]
    for message in fresh:
        if message.get("role") != "assistant" or message is messages[-1]:
            yield from (f"  > {message.get('role')}: {line}" for line in _sent_blocks(message))
    if call.error:
        yield f"  < {call.error.type}: {clip(call.error.message, 160)}"
    for block in call.response["content"] if call.response else ():
        yield f"  < {describe_block(block)}"
    if call.end not in ("complete", None):
        yield f"  < ({call.end})"


def _usage(call: Call) -> str:
    usage = call.usage
    about = "about " if usage.estimated else ""
    return f"{about}{usage.all_input_tokens:,} tokens in, {usage.output_tokens:,} out"


def _sent_blocks(message: Mapping[str, Any]) -> Iterator[str]:
    for block in blocks_of(message.get("content")):
        if block.get("type") == "tool_result":
            error = " (error)" if block.get("is_error") else ""
            content = json.dumps(clip(text_of(block.get("content"))), ensure_ascii=False)
            yield f"tool_result for {block.get('tool_use_id')}{error}: {content}"
        else:
            yield describe_block(block)
