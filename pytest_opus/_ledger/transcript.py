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
    for entry in list(ledger.entries):
        if isinstance(entry, Probe):
            lines.append(str(entry))
        else:
            lines += _call(entry)
    return "\n".join(lines)


def describe_call(call: Call) -> str:
    """How a call went, on one line: `call 1: claude-opus-4-7 200 end_turn, 12 tokens in, 3 out`."""
    return f"call {call.number}: {call.outcome}" + (f", {_usage(call)}" if call.response else "")


def describe_request(call: Call) -> str:
    """The request of a call on one line: `call 2: model claude-opus-4-7, 3 messages, the last: user "..."`."""
    return f"call {call.number}: {describe_body(call.request.raw)}"


def describe_body(body: Mapping[str, Any]) -> str:
    """The body of a request on one line: `model claude-opus-4-7, 3 messages, the last: user "..."`."""
    messages = sent_messages(body)
    last = f", the last: {_last(messages[-1])}" if messages else ""
    return f"model {body.get('model')}, {counted(len(messages), 'message')}{last}"


def _last(message: Mapping[str, Any]) -> str:
    return f"{message.get('role')} {next(_sent_blocks(message), 'without content')}"


def _call(call: Call) -> Iterator[str]:
    yield describe_call(call)
    for message in _new_messages(call):
        yield from (f"  > {message.get('role')}: {line}" for line in _sent_blocks(message))
    if call.error:
        yield f"  < {call.error.type}: {clip(call.error.message, 160)}"
    for block in blocks_of(call.response.get("content")) if call.response else ():
        yield f"  < {describe_block(block)}"
    if call.end not in ("complete", None):
        yield f"  < ({call.end})"


def _new_messages(call: Call) -> list[Mapping[str, Any]]:
    """What follows the last answer in the history; the whole history says nothing new about the calls before."""
    messages = sent_messages(call.request.raw)
    answers = [place for place, message in enumerate(messages[:-1]) if message.get("role") == "assistant"]
    return messages[answers[-1] + 1 :] if answers else messages  # type: ignore[return-value]


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
