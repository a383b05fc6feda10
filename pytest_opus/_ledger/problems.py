"""What a judge found."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .call import Call


class OpusWarning(UserWarning):
    """A problem whose kind is set to `"warn"`, a phase that took more than its part, a model without a price."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with a test's calls or script.

    `kind` is what the `opus` marker switches, `code` names the rule, `path` points into the request or the block. The
    `message` has four parts: what happened, the evidence, the nearest candidate and the way out. The `severity` of what
    a call did is `"fail"` or `"warn"`; that of what `check_tools` found is `"error"`, `"strict"` or `"advice"`.
    """

    kind: str
    code: str
    severity: Literal["fail", "warn", "error", "strict", "advice"]
    message: str
    path: str = ""
    call: Call | None = None
    exception: BaseException | None = None

    @property
    def summary(self) -> str:
        """The first line: what happened."""
        return self.message.partition("\n")[0]

    def __repr__(self) -> str:
        return f"<Problem {self.kind} ({self.code}): {self.summary.removeprefix('opus: ')}>"


def document(what: str, *, evidence: Iterable[str], nearest: str | None, way_out: str) -> str:
    """A failure message: what happened, indented evidence, the nearest candidate, the way out."""
    lines = [f"opus: {what}", *(f"  {line}" for line in evidence)]
    if nearest:
        lines.append(f"  nearest: {nearest}")
    return "\n".join([*lines, way_out])


def raise_exceptions(problems: Sequence[Problem]) -> None:
    """Raise what a function of the test raised, so that its own traceback is the failure."""
    for problem in problems:
        if problem.exception:
            raise problem.exception


def settle(problems: Sequence[Problem]) -> list[str]:
    """Warn of what is to be warned of, raise what a function of the test raised, return the messages of what fails."""
    raise_exceptions(problems)
    messages = []
    for problem in problems:
        if problem.severity == "warn":
            messages += warn(problem.message)
        else:
            messages.append(problem.message)
    return messages


def warn(message: str) -> list[str]:
    """Warn; returns the message as what fails where a filter makes errors of warnings."""
    try:
        warnings.warn(OpusWarning(message), stacklevel=4)
    except OpusWarning:
        return [message]
    return []
