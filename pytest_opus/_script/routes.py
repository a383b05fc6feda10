"""Queues of turns, and the conditions under which a queue answers."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .._api.describe import counted
from .._api.objects import text_of
from .._api.request import Request
from .blocks import shown
from .turns import AnyTurn, ComputedTurn, TurnLike, as_turn

Pattern = str | re.Pattern[str]


@dataclass(eq=False)
class Queued:
    """A turn in a queue. `used_by` is the number of the call that took it."""

    turn: AnyTurn
    label: str
    used_by: int | None = None

    def __str__(self) -> str:
        return f"{self.label}, {self.turn}"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What a request must be like; all given parts must hold."""

    model: Pattern | None = None
    system: Pattern | None = None
    user: Pattern | None = None
    tools: tuple[str, ...] | None = None
    where: Callable[[Request], object] | None = None

    def matches(self, request: Request) -> bool:
        return (
            (self.model is None or _found(self.model, request.model or ""))
            and (self.system is None or _found(self.system, text_of(request.system)))
            and (self.user is None or _found(self.user, request.last_user_text))
            and (self.tools is None or set(self.tools) <= set(request.tool_names))
            and (self.where is None or bool(self.where(request)))
        )

    def __str__(self) -> str:
        given = ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        return ", ".join(f"{name}={_shown(value)}" for name, value in given if value is not None)


def condition(
    *,
    model: Any = None,
    system: Any = None,
    tools: Any = None,
    user: Any = None,
    where: Any = None,
    caller: str = "when()",
) -> Condition:
    """The condition that the arguments of `when()` describe.

    Raises:
        TypeError: no argument, or one of another type than `when()` accepts; `caller` begins the message.
    """
    __tracebackhide__ = True
    for name, value in (("model", model), ("system", system), ("user", user)):
        if value is not None and not isinstance(value, str | re.Pattern):
            raise TypeError(f"{caller}: {name} is {shown(value)}; a substring or a compiled regex is expected.")
    names = (tools,) if isinstance(tools, str) else tools
    if names is not None and not (isinstance(names, Iterable) and all(isinstance(name, str) for name in names)):
        raise TypeError(f"{caller}: tools is {shown(tools)}; a tool's name or a list of names is expected.")
    if where is not None and not callable(where):
        raise TypeError(f"{caller}: where is {shown(where)}; a function (request) -> bool is expected.")
    if (model, system, tools, user, where) == (None,) * 5:
        raise TypeError(f"{caller}: no condition; give model=, system=, tools=, user= or where=.")
    return Condition(model=model, system=system, user=user, tools=None if names is None else tuple(names), where=where)


class Route:
    """A queue of turns with a condition; `opus.when(...)` returns one.

    reviewer = opus.when(system="You review code")
    reviewer.script("Looks good.")
    reviewer.otherwise("Looks good again.")
    """

    def __init__(self, condition: Condition | None = None) -> None:
        self.condition = condition
        self.turns: list[Queued] = []
        self._queue: deque[Queued] = deque()
        self._otherwise: AnyTurn | None = None
        self.calls_functions = condition is not None and condition.where is not None
        """Whether functions of the test take part in its answers."""

    def script(self, *turns: TurnLike) -> None:
        """Queue turns; each request that this route answers takes the next one.

        Raises:
            TypeError: a value that is no turn; the message says what is accepted.
        """
        __tracebackhide__ = True
        entries = []
        for number, value in enumerate(turns, len(self.turns) + 1):  # a loop, so that no frame of ours is shown
            entries.append(Queued(as_turn(value, f"script(): turn {number}"), f"turn {number}{self._suffix}"))
        self.calls_functions |= any(isinstance(entry.turn, ComputedTurn) for entry in entries)
        self.turns += entries
        self._queue += entries

    def otherwise(self, turn: TurnLike) -> None:
        """Answer with `turn` whenever the queue is empty. A later call replaces the turn."""
        __tracebackhide__ = True
        self._otherwise = as_turn(turn, "otherwise()")
        self.calls_functions |= isinstance(self._otherwise, ComputedTurn)

    def take(self) -> Queued | None:
        """The next turn, taken from the queue; `None` if this route has no answer."""
        try:
            return self._queue.popleft()
        except IndexError:
            return Queued(self._otherwise, f"otherwise(){self._suffix}") if self._otherwise else None

    @property
    def unused(self) -> list[Queued]:
        return list(self._queue)

    @property
    def _suffix(self) -> str:
        return f" of when({self.condition})" if self.condition else ""

    @property
    def summary(self) -> str:
        """Its condition, and how much of it is left."""
        name = f"when({self.condition})" if self.condition else "script"
        return f"{name}: {len(self._queue)} of {counted(len(self.turns), 'turn')} left"

    def __repr__(self) -> str:
        return f"<Route {self.summary}>"


def _found(pattern: Pattern, text: str) -> bool:
    return pattern in text if isinstance(pattern, str) else pattern.search(text) is not None


def _shown(value: Any) -> str:
    if isinstance(value, re.Pattern):
        return f"re.compile({value.pattern!r})"
    if isinstance(value, tuple):
        return repr(value[0]) if len(value) == 1 else repr(list(value))
    return getattr(value, "__qualname__", None) or repr(value)
