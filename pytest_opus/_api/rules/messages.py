"""Roles and content of messages."""

from __future__ import annotations

from .history import Block
from .refusal import Refusal, refuse
from .request import Request, Rule, rule

__all__ = ["RULES"]


def first_is_user(request: Request) -> Refusal | None:
    """The first message must be the user's. Models that take a prefill still answer conversations they open."""
    turns = request.history.turns
    if not request.history.is_whole or request.continues or turns[0].role != "assistant":
        return None
    if request.model is not None and request.model.prefill:
        return None
    return refuse("first_message_role", 'first message must use the "user" role', path="messages")


def content_is_not_empty(request: Request) -> Refusal | None:
    """Messages must have content; only an assistant message at the very end may be empty."""
    turns = request.history.turns
    for turn in turns:
        for index, message in turn.messages:
            if message.get("content") or turn.role == "system":
                continue
            if turn.role == "assistant" and turn is turns[-1] and message is turn.messages[-1][1]:
                continue
            return refuse(
                "content_empty",
                "all messages must have non-empty content except for the optional final assistant message",
                path=f"messages.{index}",
            )
    return None


def texts_are_not_blank(request: Request) -> Refusal | None:
    """Text blocks must hold more than whitespace, and an empty one cannot be a cache breakpoint."""
    for turn in request.history.turns:
        for position, block in enumerate(turn.blocks):
            if block["type"] == "text" and _is_blank(block["text"]):
                return _blank(block, f"{turn.path(position)}.text", "messages")
    return None


def system_is_not_blank(request: Request) -> Refusal | None:
    system = request.body.get("system")
    for position, block in enumerate(system if isinstance(system, list) else ()):
        if _is_blank(block["text"]):
            return _blank(block, f"system.{position}", "system")
    return None


def _is_blank(text: str) -> bool:
    return not text or text.isspace()


def _blank(block: Block, path: str, whole: str) -> Refusal:
    if block["text"]:
        return refuse(
            "text_blank", "text content blocks must contain non-whitespace text", path=whole, hint=f"at {path}"
        )
    if block.get("cache_control") is not None:
        return refuse("cache_control_on_empty_text", "cache_control cannot be set for empty text blocks", path=path)
    return refuse("text_empty", "text content blocks must be non-empty", path=whole, hint=f"at {path}")


def calls_and_results_have_their_roles(request: Request) -> Refusal | None:
    """Calls are the assistant's, results the user's."""
    for turn in request.history.turns:
        strays = turn.calls if turn.role != "assistant" else turn.results
        if strays:
            type_, owner = ("tool_result", "user") if turn.role == "assistant" else ("tool_use", "assistant")
            return refuse(
                f"{type_}_role",
                f"`{type_}` blocks can only be in `{owner}` messages",
                path=f"messages.{turn.messages[0][0]}",
            )
    return None


RULES: tuple[Rule, ...] = (
    rule(first_is_user, "assistant"),
    rule(content_is_not_empty, "messages"),
    rule(texts_are_not_blank, "text"),
    rule(system_is_not_blank, "system"),
    rule(calls_and_results_have_their_roles, "tool_use", "tool_result"),
)
