"""Token budgets: what a test may use. What is too much is said in `overrun`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from .._ledger.call import Call

Strategy = Literal["strict", "prioritize_completion"]
STRATEGIES = ("strict", "prioritize_completion")
LIMITS = ("total", "input", "output", "calls", "per_call", "cost", "phases", "cache_read_ratio", "task_budget")
_MARKER = "@pytest.mark.token_budget"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What the calls of a test may use; `None` limits nothing.

    `input` counts what is written to and read from the prompt cache too, `calls` answers of status 200, `per_call` the
    total of one call, `cost` is in US dollars. A phase may have a number of tokens or, as a float, a share of the
    total. `tokenizer_factor` scales tokens and cost before they are judged, `cache_read_ratio` is the least share of
    the input that is to come from the cache, and `task_budget` takes the limit that the program itself declares.
    """

    total: int | None = None
    input: int | None = None
    output: int | None = None
    calls: int | None = None
    per_call: int | None = None
    cost: Decimal | None = None
    phases: Mapping[str, int | float] | None = None
    strategy: Strategy = "strict"
    tokenizer_factor: Decimal | None = None
    cache_read_ratio: Decimal | None = None
    task_budget: bool = False

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Self:
        """The budget that a marker's arguments describe.

        Raises:
            ValueError: an unknown name, a value that is not accepted, or no limit at all.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        for name in arguments:
            if name not in _READ:
                known = ", ".join(field.name for field in fields(cls))
                raise ValueError(f"{_MARKER}: unknown argument {name!r}; its arguments are {known}.")
        budget = cls(**{name: _READ[name](name, value) for name, value in given.items()})
        if not any(getattr(budget, name) for name in LIMITS):
            raise ValueError(
                f"{_MARKER} limits nothing; give a total, such as token_budget(20_000), or any of "
                f"{', '.join(LIMITS[1:])}."
            )
        budget._check_phases(strategy_given="strategy" in given)
        return budget

    def _check_phases(self, *, strategy_given: bool) -> None:
        whole = self.total is not None or self.task_budget
        shares = [name for name, limit in (self.phases or {}).items() if isinstance(limit, float)]
        if shares and not whole:
            raise ValueError(
                f"{_MARKER}: phase {shares[0]!r} is a share, but there is no total; "
                "give the total, or a number of tokens."
            )
        if strategy_given and not self.phases:
            raise ValueError(f"{_MARKER}: strategy says what becomes of phases, but none are given.")
        if self.strategy == "prioritize_completion" and not whole:
            raise ValueError(f"{_MARKER}: strategy 'prioritize_completion' watches the total, but none is given.")

    def overrun(self, calls: Sequence[Call]) -> str | None:
        """The failure message if these calls exceed the budget, or if there were none; else `None`."""
        from .overrun import failure

        return failure(self, calls)

    def tolerated(self, calls: Sequence[Call]) -> str | None:
        """The warning of phases that took more than their part of a budget that holds; else `None`."""
        from .overrun import warning

        return warning(self, calls)


def _expected(name: str, value: Any, what: str) -> ValueError:
    return ValueError(f"{_MARKER}: {name} is {value!r} ({type(value).__name__}); {what} is expected.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _whole(unit: str) -> Callable[[str, Any], int]:
    def read(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise _expected(name, value, f"a number of {unit}, 1 or more,")
        return value

    return read


def _decimal(what: str, most: int | None = None) -> Callable[[str, Any], Decimal]:
    def read(name: str, value: Any) -> Decimal:
        number = Decimal(str(value)) if _is_number(value) else Decimal(0)
        if not number.is_finite() or number <= 0 or (most is not None and number > most):
            raise _expected(name, value, what)
        return number

    return read


def _phases(name: str, value: Any) -> Mapping[str, int | float]:
    if not isinstance(value, Mapping) or not value or not all(isinstance(phase, str) for phase in value):
        raise _expected(name, value, 'a dict of limits by phase, such as {"verification": 30_000},')
    for phase, limit in value.items():
        tokens = isinstance(limit, int) and not isinstance(limit, bool) and limit >= 1
        if not tokens and not (isinstance(limit, float) and 0 < limit <= 1):
            raise _expected(f"phase {phase!r}", limit, "a number of tokens, or a share of the total, up to 1.0,")
    return dict(value)


def _strategy(name: str, value: Any) -> Any:
    if value not in STRATEGIES:
        raise _expected(name, value, "'strict' or 'prioritize_completion'")
    return value


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _expected(name, value, "True or False")
    return value


_tokens = _whole("tokens")
_READ: dict[str, Callable[[str, Any], Any]] = {
    "total": _tokens,
    "input": _tokens,
    "output": _tokens,
    "calls": _whole("calls"),
    "per_call": _tokens,
    "cost": _decimal("a number of US dollars, more than 0,"),
    "phases": _phases,
    "strategy": _strategy,
    "tokenizer_factor": _decimal("a factor, more than 0,"),
    "cache_read_ratio": _decimal("a share, more than 0 and up to 1,", most=1),
    "task_budget": _switch,
}
