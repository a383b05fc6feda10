"""Messages of role `system` in the middle of a conversation."""

from __future__ import annotations

from .history import Turn
from .refusal import Refusal, refuse
from .request import Request, Rule, rule

__all__ = ["RULES"]

_DIRECTIVE = "the directive-only form (content: [] with output_config) is accepted at any position"


def system_messages_have_their_place(request: Request) -> Refusal | None:
    """Behind a user turn or a server tool's result, and before an assistant turn or at the end."""
    turns = [turn for turn in request.history.turns if not _is_directive(turn)]
    for place, turn in enumerate(turns):
        if turn.role != "system":
            continue
        index = turn.messages[0][0]
        if place == 0 and request.history.is_whole:
            if not request.continues:
                return _misplaced(
                    "system_message_first", index, "use the top-level 'system' parameter for the initial system prompt"
                )
        elif place and not _may_precede(turns[place - 1]):
            rule = "role 'system' must follow a 'user' message or an 'assistant' message ending in a server tool result"
            return _misplaced("system_message_after", index, rule)
        if turns[place + 1 :] and turns[place + 1].role == "user":
            rule = "role 'system' must precede an 'assistant' message or end the array"
            return _misplaced("system_message_before", turn.messages[-1][0], rule)
    return None


def _misplaced(code: str, index: int, rule: str) -> Refusal:
    return refuse(code, f"{rule}; {_DIRECTIVE}", path=f"messages.{index}")


def _is_directive(turn: Turn) -> bool:
    return turn.role == "system" and not turn.blocks


def _may_precede(turn: Turn) -> bool:
    return turn.role == "user" or bool(turn.blocks and turn.blocks[-1]["type"].endswith("_tool_result"))


def model_knows_system_messages(request: Request) -> Refusal | None:
    model = request.model
    if model is None or model.system_messages:
        return None
    if any(turn.role == "system" for turn in request.history.turns):
        return refuse(
            "system_role_unsupported",
            "role 'system' is not supported on this model",
            hint="use the top-level 'system' parameter",
        )
    return None


RULES: tuple[Rule, ...] = (rule(system_messages_have_their_place, "system"),)
