"""Every call has one result, and every result a call."""

from __future__ import annotations

from .history import Turn
from .refusal import Refusal, refuse
from .request import Request, Rule, rule

__all__ = ["RULES"]


def ids_are_unique(request: Request) -> Refusal | None:
    """A `tool_use` id is used once: in a turn, and if the API minted it, in the conversation.

    Ids that a program makes up were accepted again in a later turn.
    """
    minted = set(request.history.before.of("call"))
    for turn in request.history.spoken:
        seen: set[str] = set()
        for position, call in turn.calls:
            if call in seen or call in minted:
                return refuse("tool_use_id_duplicate", "`tool_use` ids must be unique", path=turn.path(position))
            seen.add(call)
        minted.update(call for call in seen if call.startswith("toolu_"))
    return None


def calls_have_results(request: Request) -> Refusal | None:
    """The user turn after a call starts with the results of all its calls, and no text stands behind a call."""
    spoken = request.history.spoken
    for place, turn in enumerate(spoken):
        if not turn.calls:
            continue
        answered = set() if _text_after_call(turn) else _leading_results(spoken, place + 1)
        if _pairs_loosely(request) and len(answered) >= len(turn.calls):
            continue
        missing = [call for _, call in turn.calls if call not in answered]
        if missing:
            return _unanswered(turn, missing)
    return None


def _unanswered(turn: Turn, missing: list[str]) -> Refusal:
    behind = "text must not follow the tool_use blocks" if _text_after_call(turn) else ""
    return refuse(
        "tool_use_without_result",
        "`tool_use` ids were found without `tool_result` blocks immediately after: "
        f"{', '.join(missing)}. "
        "Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
        path=f"messages.{turn.index}",
        hint=behind or "results come first in the user message that follows, before any text",
    )


def results_have_calls(request: Request) -> Refusal | None:
    """Each result answers a call of the turn before, and it is the only one to do so."""
    if _pairs_loosely(request):
        return None
    calls: set[str] | None = None if request.continues else set()
    for turn in request.history.spoken:
        if turn.role == "assistant":
            calls = {call for _, call in turn.calls}
            # The API keeps what a compaction has summed up, calls included.
            if not calls and "compaction" in turn.types:
                calls = None
        else:
            found = None if calls is None else _foreign_or_repeated(turn, calls)
            if found is not None:
                return found
            calls = set()
    return None


def _foreign_or_repeated(turn: Turn, calls: set[str]) -> Refusal | None:
    answered: set[str] = set()
    for position, call in turn.results:
        if call not in calls:
            return refuse(
                "tool_result_without_use",
                f"unexpected `tool_use_id` found in `tool_result` blocks: {call}. "
                "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.",
                path=turn.path(position),
            )
        if call in answered:
            return refuse(
                "tool_result_duplicate",
                f"each tool_use must have a single result. Found multiple `tool_result` blocks with id: {call}",
                path=turn.path(position),
            )
        answered.add(call)
    return None


def _pairs_loosely(request: Request) -> bool:
    """Claude 3 counted results and did not compare their ids."""
    return request.model is not None and not request.model.pairs_by_id


def _leading_results(spoken: list[Turn], place: int) -> set[str]:
    """Ids of the results with which a turn begins."""
    results = spoken[place].results if place < len(spoken) else []
    return {call for order, (position, call) in enumerate(results) if order == position}


def _text_after_call(turn: Turn) -> bool:
    """Whether a text stands behind the first call."""
    return any(block["type"] == "text" for block in turn.blocks[turn.calls[0][0] :])


RULES: tuple[Rule, ...] = (
    rule(ids_are_unique, "tool_use"),
    rule(calls_have_results, "tool_use"),
    rule(results_have_calls, "tool_result"),
)
