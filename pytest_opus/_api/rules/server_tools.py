"""Calls of server tools and their results, which stand in assistant messages."""

from __future__ import annotations

from .history import Block, Turn
from .refusal import Refusal, refuse
from .request import Request, Rule, rule

__all__ = ["RULES", "is_open"]

_RESULTS = (
    "web_search_tool_result",
    "web_fetch_tool_result",
    "advisor_tool_result",
    "code_execution_tool_result",
    "bash_code_execution_tool_result",
    "text_editor_code_execution_tool_result",
    "tool_search_tool_result",
    "mcp_tool_result",
)


def server_results_have_calls(request: Request) -> Refusal | None:
    """A server tool's result stands behind its call."""
    if request.continues:
        return None
    seen = set(request.history.before.of("server_call"))
    for turn, position, block in request.history.blocks(*_RESULTS, "server_tool_use", "mcp_tool_use", "compaction"):
        if block["type"] == "compaction":
            return None  # what it summed up may hold the call
        if block["type"] in ("server_tool_use", "mcp_tool_use"):
            seen.add(block["id"])
        elif block["tool_use_id"] not in seen:
            use = "mcp_tool_use" if block["type"] == "mcp_tool_result" else "server_tool_use"
            return refuse(
                "server_result_without_use",
                f"unexpected `tool_use_id` found in `{block['type']}` blocks: {block['tool_use_id']}. "
                f"Each `{block['type']}` block must have a corresponding `{use}` block before it.",
                path=turn.path(position),
            )
    return None


def server_calls_have_results(request: Request) -> Refusal | None:
    """A server tool's call lacks its result only at the end, or while results of client tools are due."""
    spoken = request.history.spoken
    for place, turn in enumerate(spoken[:-1]):
        pending = _open_calls(turn)
        if not pending or turn.role != "assistant":
            continue
        following = spoken[place + 1]
        waits = any(block["type"] == "tool_use" for block in turn.blocks)
        if waits and all(block["type"] == "tool_result" for block in following.blocks):
            continue
        return _unfinished(pending[0])
    return None


def _unfinished(call: Block) -> Refusal:
    return refuse(
        "server_use_without_result",
        f"`{call['name']}` tool use with id `{call['id']}` was found "
        f"without a corresponding `{_result_type(call['name'])}` block",
        hint="send the paused assistant message back as the last one, or only tool_result blocks after it",
    )


def _result_type(name: str) -> str:
    return f"{'tool_search' if name.startswith('tool_search') else name}_tool_result"


def _open_calls(turn: Turn) -> list[Block]:
    done = {block["tool_use_id"] for block in turn.blocks if block["type"] in _RESULTS}
    return [block for block in turn.blocks if block["type"] == "server_tool_use" and block["id"] not in done]


def is_open(turn: Turn) -> bool:
    """Whether the assistant's turn is one that the API itself goes on with: paused or compacted."""
    return any(
        block["type"] in ("server_tool_use", "mcp_tool_use", "compaction", "fallback", *_RESULTS)
        for block in turn.blocks
    )


RULES: tuple[Rule, ...] = (
    rule(server_results_have_calls, *_RESULTS),
    rule(server_calls_have_results, "server_tool_use"),
)
