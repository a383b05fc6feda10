"""What a budget says to the calls of a test, in sentences with a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from .._api.describe import counted
from .._columns import aligned, dollars, percent_over
from .._ledger.call import Call
from .._ledger.usage import Usage
from .budget import Budget
from .phases import phase_limit, phase_overruns
from .task_budget import Task, declared_tasks, spent_per_call

NO_CALL = "token budget declared, but no call was seen"
_WAY_OUT = "Raise the limit in @pytest.mark.token_budget, or make the program spend less."

Numbered = Sequence[tuple[int, Call]]


def failure(budget: Budget, calls: Sequence[Call]) -> str | None:
    """The failure message if `calls` exceed the budget, or if there were none; else `None`."""
    if not calls:
        return (
            f"{NO_CALL}\nNo endpoint saw a request to a Messages host while the test ran.\n"
            "Ask for the `opus` fixture, or take the marker off a test that makes no call."
        )
    judged = Judged(budget, calls)
    headlines = judged.headlines()
    if not headlines:
        return None
    return "\n".join([*headlines, "", *judged.table(), "", *judged.notes(), _WAY_OUT])


def warning(budget: Budget, calls: Sequence[Call]) -> str | None:
    """The message of phase overruns that the strategy forgives; else `None`."""
    judged = Judged(budget, calls)
    overruns = judged.phases()
    if budget.strategy == "strict" or not overruns:
        return None
    return "\n".join([*overruns, "", *judged.table(), "", *judged.notes(), "The total holds, so the test passes."])


class Judged:
    """A budget and the calls that it is held against. Numbers are those of the calls, times the tokenizer factor."""

    def __init__(self, budget: Budget, calls: Sequence[Call]) -> None:
        self.budget = budget
        self.numbered: Numbered = list(enumerate(calls, 1))
        self.answered: Numbered = [(number, call) for number, call in self.numbered if call.status == 200]
        self.tasks = declared_tasks([call for _, call in self.answered]) if budget.task_budget else []
        # Of several tasks, the one that took the most of what it declared; they share nothing.
        self.task = max(self.tasks, key=lambda task: Fraction(task.spent, max(1, task.declared)), default=None)
        self.usage = Usage.total(call.usage for _, call in self.answered)

    def headlines(self) -> list[str]:
        """A sentence per limit that is exceeded; none if the budget holds."""
        wholes = [*self._total(), *self._task()]
        others = [*self._sums(), *self._calls(), *self._cost(), *self._cache()]
        strict = self.budget.strategy == "strict" or bool(wholes)
        return [*wholes, *others, *(self.phases() if strict else ())]

    def phases(self) -> list[str]:
        """A sentence per phase that took more than its part."""
        if not self.budget.phases:
            return []
        whole, amounts = self._whole()
        named = [(call.phase, self._scaled(amount)) for (_, call), amount in zip(self.answered, amounts, strict=True)]
        return list(phase_overruns(self.budget.phases, whole, named))

    def _whole(self) -> tuple[int | None, list[int]]:
        """What shares are shares of, and what each answered call counts against it."""
        if self.budget.total is None and self.task:
            return self.task.declared, spent_per_call([call for _, call in self.answered])
        return self.budget.total, [call.usage.total_tokens for _, call in self.answered]

    @property
    def _factor(self) -> Decimal:
        return self.budget.tokenizer_factor or Decimal(1)

    def _scaled(self, tokens: int) -> Decimal:
        return tokens * self._factor

    @property
    def _in_calls(self) -> str:
        return f"in {counted(len(self.answered), 'call')}"

    def _used(self, what: str, tokens: int, limit: int | None) -> Iterator[str]:
        used = self._scaled(tokens)
        if limit is not None and used > limit:
            yield (
                f"token budget exceeded: {ceil(used):,} {what} of {limit:,} ({percent_over(used, limit)}) "
                f"{self._in_calls}"
            )

    def _total(self) -> Iterator[str]:
        yield from self._used("tokens used", self.usage.total_tokens, self.budget.total)

    def _sums(self) -> Iterator[str]:
        yield from self._used("input tokens used", self.usage.all_input_tokens, self.budget.input)
        yield from self._used("output tokens used", self.usage.output_tokens, self.budget.output)

    def _task(self) -> Iterator[str]:
        if not self.budget.task_budget:
            return
        if self.task is None:
            yield (
                "token budget exceeded: the limit is to be the program's task budget, but no call declared "
                "output_config.task_budget"
            )
        else:
            what = "tokens spent" if len(self.tasks) == 1 else f"tokens spent by one of {len(self.tasks)} tasks"
            yield from self._used(what, self.task.spent, self.task.declared)

    def _calls(self) -> Iterator[str]:
        made, limit, per_call = len(self.answered), self.budget.calls, self.budget.per_call
        if limit is not None and made > limit:
            yield f"token budget exceeded: {made:,} calls made of {limit:,} ({percent_over(made, limit)})"
        for number, call in self.answered if per_call is not None else ():
            used = self._scaled(call.usage.total_tokens)
            if per_call is not None and used > per_call:
                yield (
                    f"token budget exceeded: call {number} used {ceil(used):,} tokens of {per_call:,} per call "
                    f"({percent_over(used, per_call)})"
                )

    def _cost(self) -> Iterator[str]:
        limit = self.budget.cost
        if limit is None:
            return
        from .._ledger.prices import cost, no_price, unpriced

        known = cost(self.usage)
        if known is None:
            unknown = [no_price(model) for model in unpriced(self.usage)]
            yield f"token budget exceeded: the cost is limited, but not known. {' '.join(unknown)}"
        elif (spent := known * self._factor) > limit:
            shown, of = dollars(spent), dollars(limit)
            if shown == of:  # the digits that differ are not among those
                shown, of = f"${spent.normalize():f}", f"${limit.normalize():f}"
            yield f"token budget exceeded: {shown} spent of {of} ({percent_over(spent, limit)}) {self._in_calls}"

    def _cache(self) -> Iterator[str]:
        ratio, given, read = (
            self.budget.cache_read_ratio,
            self.usage.all_input_tokens,
            self.usage.cache_read_input_tokens,
        )
        if ratio is not None and read < given * ratio:
            yield (
                f"token budget missed: {read:,} of {given:,} input tokens were read from the cache "
                f"({_floored(read, given)}%), {ceil(given * ratio):,} are expected ({(ratio * 100).normalize():f}%)"
            )

    def shares(self) -> list[dict[str, str]]:
        """How much of each limit was used, in builtin types: `{"limit": "total", "used": "1717", "most": "1600"}`."""
        budget, usage, task = self.budget, self.usage, self.task
        whole, amounts = self._whole()
        per_call = max((call.usage.total_tokens for _, call in self.answered), default=0)
        limits: dict[str, tuple[int, int | None]] = {
            "total": (usage.total_tokens, budget.total),
            "task_budget": (task.spent, task.declared) if task else (0, None),
            "input": (usage.all_input_tokens, budget.input),
            "output": (usage.output_tokens, budget.output),
            "per_call": (per_call, budget.per_call),
        }
        for name, limit in (budget.phases or {}).items():
            used = sum(n for (_, call), n in zip(self.answered, amounts, strict=True) if call.phase == name)
            limits[f"phase {name}"] = (used, phase_limit(limit, whole))
        told = [(name, str(ceil(self._scaled(used))), str(most)) for name, (used, most) in limits.items() if most]
        if budget.calls is not None:
            told.append(("calls", str(len(self.answered)), str(budget.calls)))
        if budget.cost is not None and (spent := _cost_of(usage)) is not None:
            told.append(("cost", str(self._factor * spent), str(budget.cost)))
        return [{"limit": name, "used": used, "most": most} for name, used, most in told]

    def table(self) -> Iterator[str]:
        """The calls with their tokens and the running total; phase and cost where the budget asks for them."""
        columns = [name for name, wanted in self._columns().items() if wanted]
        rows = [columns]
        running = 0
        for number, call in self.numbered:
            running += call.usage.total_tokens
            cells = self._cells(number, call, running)
            rows.append([cells[name]() for name in columns])
        yield from (f"  {line}" for line in aligned(rows, left=("phase", "model")))

    def _columns(self) -> dict[str, bool]:
        phases = bool(self.budget.phases) and any(call.phase for _, call in self.numbered)
        cached = self.budget.cache_read_ratio is not None
        always = dict.fromkeys(("model", "status", "input"), True)
        sums = dict.fromkeys(("output", "total", "sum"), True)
        return {"call": True, "phase": phases, **always, "read": cached, **sums, "cost": self.budget.cost is not None}

    @staticmethod
    def _cells(number: int, call: Call, running: int) -> dict[str, Callable[[], str]]:
        usage = call.usage
        return {
            "call": lambda: str(number),
            "phase": lambda: call.phase or "-",
            "model": lambda: str(call.request.model),
            "status": lambda: str(call.status),
            "input": lambda: f"{usage.all_input_tokens:,}",
            "read": lambda: f"{usage.cache_read_input_tokens:,}",
            "output": lambda: f"{usage.output_tokens:,}",
            "total": lambda: f"{usage.total_tokens:,}",
            "sum": lambda: f"{running:,}",
            "cost": lambda: dollars(_cost_of(usage)),
        }

    def notes(self) -> Iterator[str]:
        if self.task:
            yield _told(self.task)
        if self.budget.tokenizer_factor is not None:
            yield (
                f"Tokens and cost are judged times the tokenizer_factor {self.budget.tokenizer_factor}; "
                "the table shows them as they were."
            )
        if any(call.estimated for _, call in self.answered):
            yield "Usage is estimated where a turn does not give any."


def _cost_of(usage: Usage) -> Decimal | None:
    from .._ledger.prices import cost

    return cost(usage)


def _floored(part: int, whole: int) -> Any:
    """Percent with one digit, rounded down: a share that falls short never reads as if it did not."""
    return part * 1_000 // whole / 10


def _told(task: Task) -> str:
    return (
        f"Of the task budget of {task.declared:,} tokens, {task.spent:,} are spent: what the model wrote and what it "
        "newly saw; history that is sent again does not count."
    )
