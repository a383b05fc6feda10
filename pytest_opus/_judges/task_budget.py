"""Task budgets: what a program told the model that it may spend, and what the API counts against it.

The API counts what the model writes and what it newly sees, such as tool results, but not the history that is sent
again with every call, nor the prompt that begins the task.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .._api.conversation import extended
from .._api.objects import JsonObject, blocks_of, object_at, text_of
from .._api.request import Request, Sent
from .._api.tokens import Estimator
from .._ledger.call import Call
from .._ledger.problems import Problem, document
from .._ledger.transcript import describe_request

_LEAST_SUMMARY = 20
"""Characters of an answer that, when they return in a user message, are taken for a summary rather than for chance."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task budget in tokens: what the program declared, what is spent of it, and what remains, at least 0.

    `estimated` says that some of it rests on our estimate of tokens.
    """

    declared: int
    spent: int = 0
    remaining: int
    estimated: bool = False


def declaration(request: Request) -> dict[str, Any] | None:
    """The `output_config.task_budget` of a request, if it is one."""
    budget = object_at(request.whole.fields, "output_config").get("task_budget")
    return budget if isinstance(budget, dict) and isinstance(budget.get("total"), int) else None


def declared_task(calls: Sequence[Call]) -> Task | None:
    """The task budget of the task that the last call with one belongs to; `None` if no call declared any."""
    states = [state for state in _follow(calls) if state]
    return states[-1].task if states else None


def declared_tasks(calls: Sequence[Call]) -> list[Task]:
    """Where each task budget stands at its end: one per task, and per branch of a task that was gone on with twice."""
    states = [state for state in _follow(calls) if state]
    gone_on = {id(state.before) for state in states}
    return [state.task for state in states if id(state) not in gone_on]


def spent_per_call(calls: Sequence[Call]) -> list[int]:
    """What each call counts against its task budget; a call without one counts all its tokens."""
    return [
        call.usage.total_tokens if state is None else state.spent
        for call, state in zip(calls, _follow(calls), strict=True)
    ]


@dataclass(frozen=True)
class _State:
    """A call with a task budget, what it spent itself, where the budget stands after it, and what it goes on from."""

    call: Call
    spent: int
    task: Task
    before: _State | None


def _follow(calls: Sequence[Call]) -> Iterator[_State | None]:
    done: list[_State] = []
    for call in calls:
        budget = declaration(call.request)
        if budget is None or call.status != 200:
            yield None
            continue
        state = _step(call, budget, done, calls)
        done.append(state)
        yield state


def _step(call: Call, budget: dict[str, Any], done: Sequence[_State], calls: Sequence[Call]) -> _State:
    before = next((one for one in reversed(done) if _continues(call, one.call)), None)
    spent = call.usage.output_tokens + (_newly_seen(call, before.call) if before else 0)
    before = before or next((one for one in reversed(done) if _replaces(call, one.call, calls)), None)
    left = before.task.declared - before.task.spent if before else budget["total"]
    given = budget.get("remaining")
    left = (given if isinstance(given, int) else left) - spent
    estimated = call.estimated or bool(before and before.task.estimated)
    task = Task(declared=budget["total"], spent=budget["total"] - left, remaining=max(0, left), estimated=estimated)
    return _State(call, spent, task, before)


def _newly_seen(call: Call, before: Call) -> int:
    """Tokens of the input that neither the request before nor its answer held.

    Reported usage tells it; where one of the two is an estimate, the new messages are estimated.
    """
    if not (call.estimated or before.estimated):
        return max(0, call.usage.all_input_tokens - before.usage.all_input_tokens - before.usage.output_tokens)
    fresh = call.request.messages[len(before.request.messages) :]
    told = [one for one in fresh if one.get("role") != "assistant"]
    return Estimator().input_tokens(Sent({}, extended(None, told)), None)


def _continues(call: Call, before: Call) -> bool:
    """Whether the whole history of `before` comes first in that of `call`, and then its answer."""
    earlier, later = before.request.messages, call.request.messages
    return (
        len(later) > len(earlier)
        and later[: len(earlier)] == earlier
        and _may_be_answer(later[len(earlier)], before.response)
    )


def _may_be_answer(message: JsonObject, response: JsonObject | None) -> bool:
    """Whether a message can be what the model answered; a program may leave parts of it out."""
    if response is None or message.get("role") != "assistant":
        return True
    sent, got = _traces(message), _traces(response)
    return not sent or not got or bool(sent & got)


def _traces(message: JsonObject) -> set[str]:
    """What a message is recognised by: the ids of its calls, and its text."""
    content = message.get("content")
    ids = {block["id"] for block in blocks_of(content) if block.get("type") == "tool_use" and "id" in block}
    text = text_of(content).strip()
    return ids | ({text} if text else set())


def remaining_dropped(
    call: Call, calls: Sequence[Call], severity: Literal["fail", "warn"], *, ended: bool
) -> Problem | None:
    """The problem of a call that goes on with less history, but does not say what remains of the task budget.

    Args:
        calls: the calls of the endpoint so far.
        ended: whether no call will follow; only then it is certain that an earlier turn was given up.
    """
    budget = declaration(call.request)
    if budget is None or budget.get("remaining") is not None:
        return None
    before = [one for one in calls[: call.number - 1] if one.status == 200 and declaration(one.request)]
    if any(_continues(call, one) or _starts(call, one) for one in reversed(before)):
        return None
    if not any(_rewrites(call, one) or (ended and _gives_up(call, one, calls)) for one in before):
        return None
    task = declared_task(before)
    left = task.remaining if task else 0
    about = "about " if task and task.estimated else ""
    return Problem(
        kind="task_budgets",
        code="remaining_dropped",
        severity=severity,
        message=document(
            f"call {call.number} goes on with less history, but its task budget does not say what remains.",
            evidence=[
                describe_request(call),
                f"it declares a total of {budget['total']:,} tokens, of which {about}{left:,} remain",
            ],
            nearest=None,
            way_out="The model would count from the total again: after compacting, send "
            'output_config.task_budget.remaining. Where a new task begins: @pytest.mark.opus(task_budgets="off").',
        ),
        path="output_config.task_budget.remaining",
        call=call,
    )


def _starts(call: Call, before: Call) -> bool:
    """Whether `call` asks what `before` asked, or where that began: the attempt or the task is made again."""
    earlier, later = before.request.messages, call.request.messages
    return earlier[: len(later)] == later


def _replaces(call: Call, before: Call, calls: Sequence[Call]) -> bool:
    """Whether `call` goes on with the work of `before`, with other messages in the place of its history."""
    return _rewrites(call, before) or _gives_up(call, before, calls)


def _rewrites(call: Call, before: Call) -> bool:
    """Whether the messages themselves tell so."""
    return _keeps_the_task(call, before) or _tells_the_answer(call, before)


def _keeps_the_task(call: Call, before: Call) -> bool:
    """It begins with the same message, and what came after it is gone."""
    earlier, later = before.request.messages, call.request.messages
    return len(earlier) > 1 and len(later) > 1 and earlier[0] == later[0] and earlier[1] != later[1]


def _tells_the_answer(call: Call, before: Call) -> bool:
    """A user message holds what the model answered, as a summary does."""
    response = before.response
    answer = text_of(response.get("content")).strip() if response else ""
    users = (text_of(one.get("content")) for one in call.request.messages if one.get("role") == "user")
    return len(answer) >= _LEAST_SUMMARY and any(answer in text for text in users)


def _gives_up(call: Call, before: Call, calls: Sequence[Call]) -> bool:
    """The model waits for results of its tools and never gets them; the same agent makes a call without that turn.

    Agents that work side by side go on with their own turns later.
    """
    response = before.response
    waits = response is not None and any(
        block.get("type") == "tool_use" for block in blocks_of(response.get("content"))
    )
    same = _agent(call.request) == _agent(before.request)
    return waits and same and not any(_continues(other, before) for other in calls)


def _agent(request: Request) -> tuple[Any, ...]:
    budget = declaration(request) or {}
    return request.model, text_of(request.system), tuple(request.tool_names), budget.get("total")
