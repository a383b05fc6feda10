"""Thinking and effort, which each model takes in its own way."""

from __future__ import annotations

from typing import Any

from .history import nested
from .refusal import Refusal, refuse
from .request import Request, Rule, rule

__all__ = ["RULES"]

_DOCS = "Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
_CLEAR = "clear_thinking_20251015"
_WITHOUT = ("disabled", "between_tools")


def model_takes_thinking(request: Request) -> Refusal | None:
    kind, model = request.thinking, request.model
    if kind is None or model is None or kind in model.thinking:
        return None
    if not model.thinking and kind == "disabled":
        return None  # there is nothing to disable
    if not model.thinking:
        return refuse("thinking_unsupported", f"'{request.model_id}' does not support thinking.")
    if kind == "adaptive":
        return refuse(
            "thinking_adaptive_unsupported",
            "adaptive thinking is not supported on this model",
            hint='use {"type": "enabled", "budget_tokens": ...}',
        )
    if "adaptive" not in model.thinking:
        return refuse(f"thinking_{kind}_unsupported", f'"thinking.type.{kind}" is not supported for this model.')
    return refuse(
        f"thinking_{kind}_unsupported",
        f'"thinking.type.{kind}" is not supported for this model. '
        f"Use {_instead(kind, model.thinking)} to control thinking behavior.",
    )


def _instead(kind: str, accepted: tuple[str, ...]) -> str:
    if kind == "disabled" and "between_tools" in accepted:
        return '"thinking.type.between_tools"'
    return '"thinking.type.adaptive" and "output_config.effort"'


def budget_leaves_room(request: Request) -> Refusal | None:
    """The thinking budget is part of max_tokens, unless thinking is interleaved with tool calls."""
    if request.thinking != "enabled" or request.counting:
        return None
    if "interleaved-thinking" in (request.scope.features or ()):
        return None
    if request.body["thinking"]["budget_tokens"] < request.body["max_tokens"]:
        return None
    return refuse(
        "thinking_budget_over_max_tokens",
        f"`max_tokens` must be greater than `thinking.budget_tokens`. {_DOCS}#max-tokens-and-context-window-size",
    )


def model_takes_effort(request: Request) -> Refusal | None:
    effort, model = request.output_config.get("effort"), request.model
    if effort is None or model is None:
        return None
    if not model.effort:
        return refuse("effort_unsupported", "This model does not support the effort parameter.")
    if effort not in model.effort:
        return refuse(
            "effort_level_unsupported",
            f"This model does not support effort level '{effort}'. "
            f"Supported levels: {', '.join(sorted(model.effort))}.",
        )
    if request.thinking in _WITHOUT and effort not in model.effort_without_thinking:
        return refuse(
            "effort_without_thinking",
            f"output_config.effort '{effort}' is not supported when thinking is disabled on this model. "
            "Use effort 'high' or below, or enable thinking.",
        )
    return None


def clearing_needs_thinking(request: Request) -> Refusal | None:
    """`clear_thinking` is for requests that think; models that do so by themselves need not say it."""
    types = [edit["type"] for edit in (request.body.get("context_management") or {}).get("edits") or ()]
    if _CLEAR not in types:
        return None
    if types.index(_CLEAR):
        return refuse(
            "clear_thinking_not_first",
            f"`{_CLEAR}` must be the first edit",
            path="context_management.edits",
        )
    if request.thinking in ("enabled", "adaptive"):
        return None
    if request.thinking is None and request.model is not None and request.model.thinks_by_default:
        return None
    return refuse(
        "clear_thinking_without_thinking",
        f"`{_CLEAR}` strategy requires `thinking` to be enabled or adaptive",
    )


def last_block_is_no_thinking(request: Request) -> Refusal | None:
    """An assistant message does not end with a thinking block."""
    for turn in request.history.turns:
        if turn.role == "assistant" and turn.blocks and turn.blocks[-1]["type"] == "thinking":
            return refuse(
                "thinking_block_last",
                "The final block in an assistant message cannot be `thinking`.",
                path=f"messages.{turn.index}",
            )
    return None


def tool_loop_starts_with_thinking(request: Request) -> Refusal | None:
    """With manual thinking, the message that opens the running tool loop starts with its thinking."""
    if request.thinking != "enabled" or request.continues:
        return None
    opening = _loop_opening(request.body["messages"])
    if opening is None or opening[1] in ("thinking", "redacted_thinking"):
        return None
    return refuse(
        "thinking_block_missing",
        f"Expected `thinking` or `redacted_thinking`, but found `{opening[1]}`. "
        "When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the "
        "lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from "
        f"previous turns. To avoid this requirement, disable `thinking`. {_DOCS}",
        path=f"messages.{opening[0]}.content.0.type",
        hint="send back the thinking with which the model's answer began, and begin a scripted one with thinking()",
    )


def _loop_opening(messages: list[dict[str, Any]]) -> tuple[int, str] | None:
    """Index and first block type of the message with which the assistant opened the running tool loop."""
    opening = None
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        types = [block["type"] for block in nested(message)]
        if message["role"] == "assistant":
            if "tool_use" not in types:
                return opening
            opening = index, types[0]
        elif message["role"] == "user" and "tool_result" not in types:
            return opening
    return opening


RULES: tuple[Rule, ...] = (
    rule(model_takes_thinking, "thinking"),
    rule(budget_leaves_room, "thinking"),
    rule(model_takes_effort, "output_config"),
    rule(clearing_needs_thinking, "context_management"),
    rule(last_block_is_no_thinking, "thinking"),
    rule(tool_loop_starts_with_thinking, "thinking"),
)
