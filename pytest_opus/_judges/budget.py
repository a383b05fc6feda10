"""Token budgets: what a test may use, and the overrun of one that used more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from .._api.describe import counted

if TYPE_CHECKING:
    from .._ledger.call import Call

NO_CALL = "token budget declared, but no call was seen"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Limits on tokens, or on the number of calls; `None` limits nothing.

    `input` counts what is written to and read from the prompt cache too, `calls` answers of status 200, `per_call` the
    total of one call.
    """

    total: int | None = None
    input: int | None = None
    output: int | None = None
    calls: int | None = None
    per_call: int | None = None

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Self:
        """The budget that a marker's arguments describe.

        Raises:
            ValueError: an unknown name, a value that is no positive whole number, or no limit at all.
        """
        names = [field.name for field in fields(cls)]
        for name, value in arguments.items():
            if name not in names:
                raise ValueError(
                    f"@pytest.mark.token_budget: unknown argument {name!r}; its arguments are {', '.join(names)}."
                )
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                unit = "calls" if name == "calls" else "tokens"
                raise ValueError(
                    f"@pytest.mark.token_budget: {name} is {value!r} ({type(value).__name__}); "
                    f"a number of {unit}, 1 or more, is expected."
                )
        if all(value is None for value in arguments.values()):
            raise ValueError(
                f"@pytest.mark.token_budget limits nothing; give a total, such as token_budget(20_000), "
                f"or any of {', '.join(names[1:])}."
            )
        return cls(**arguments)

    def overrun(self, calls: Sequence[Call]) -> str | None:
        """The failure message if these calls exceed the budget, or if there were none; else `None`."""
        if not calls:
            return (
                f"{NO_CALL}\nNo endpoint saw a request to a Messages host while the test ran.\n"
                "Ask for the `opus` fixture, or take the marker off a test that makes no call."
            )
        numbered = list(enumerate(calls, 1))
        answered = [(number, call) for number, call in numbered if call.status == 200]
        headlines = list(_headlines(self, answered))
        if not headlines:
            return None
        return "\n".join(
            [
                *headlines,
                "",
                *_table(numbered),
                "",
                *(
                    ["Usage is estimated where a turn does not give any."]
                    if any(call.estimated for _, call in answered)
                    else []
                ),
                "Raise the limit in @pytest.mark.token_budget, or make the program spend less.",
            ]
        )


Numbered = Sequence[tuple[int, "Call"]]


def _headlines(budget: Budget, calls: Numbered) -> Iterator[str]:
    """A sentence per limit that is exceeded."""
    in_calls = f"in {counted(len(calls), 'call')}"
    sums: tuple[tuple[str, int | None, Callable[[Any], int]], ...] = (
        ("tokens", budget.total, lambda usage: usage.total_tokens),
        ("input tokens", budget.input, lambda usage: usage.all_input_tokens),
        ("output tokens", budget.output, lambda usage: usage.output_tokens),
    )
    for what, limit, tokens in sums:
        used = sum(tokens(call.usage) for _, call in calls)
        if limit is not None and used > limit:
            yield f"token budget exceeded: {used:,} {what} used of {limit:,} ({_over(used, limit)}) {in_calls}"
    made = len(calls)
    if budget.calls is not None and made > budget.calls:
        yield f"token budget exceeded: {made:,} calls made of {budget.calls:,} ({_over(made, budget.calls)})"
    if budget.per_call is not None:
        for number, call in calls:
            if (used := call.usage.total_tokens) > budget.per_call:
                yield (
                    f"token budget exceeded: call {number} used {used:,} tokens of {budget.per_call:,} per call "
                    f"({_over(used, budget.per_call)})"
                )


def _over(used: int, limit: int) -> str:
    """By how much, in whole percent; an overrun never reads +0%."""
    return f"+{max(1, round((used - limit) * 100 / limit))}%"


def _table(calls: Numbered) -> Iterator[str]:
    """The calls with their tokens and the running total, in aligned columns."""
    rows: list[tuple[str, ...]] = [("call", "model", "status", "input", "output", "total", "sum")]
    running = 0
    for number, call in calls:
        usage = call.usage
        running += usage.total_tokens
        numbers = (usage.all_input_tokens, usage.output_tokens, usage.total_tokens, running)
        rows.append((str(number), str(call.request.model), str(call.status), *(f"{n:,}" for n in numbers)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if name == "model" else cell.rjust(width)
            for name, cell, width in zip(rows[0], row, widths, strict=True)
        ]
        yield "  " + "  ".join(cells)
