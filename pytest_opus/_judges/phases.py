"""Phases of a test's work: which call belongs to which, and what each may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import ceil

from .._api.describe import counted
from .._columns import percent_over


def phase_limit(limit: float, whole: int | None) -> int:
    """A limit in tokens; a share is rounded down."""
    return int(limit) if isinstance(limit, int) else int(Decimal(str(limit)) * (whole or 0))


def phase_overruns(
    limits: Mapping[str, int | float], whole: int | None, calls: Sequence[tuple[str | None, Decimal]]
) -> Iterator[str]:
    """A sentence per phase that used more than its limit; one if no call was in any of them.

    Args:
        whole: the total that shares are shares of.
        calls: the phase and the tokens of each answered call.
    """
    if whole is None and any(isinstance(limit, float) for limit in limits.values()):
        return  # there is no task budget to take a share of, which is told already
    if calls and not any(phase in limits for phase, _ in calls):
        seen = ", ".join(repr(phase) for phase in dict.fromkeys(phase for phase, _ in calls) if phase)
        yield (
            f"token budget exceeded: it has phases ({', '.join(map(repr, limits))}), but no call was in one of them"
            f"{f'; calls were in {seen}' if seen else ''}. Name them with opus.phase(...)."
        )
    for phase, limit in limits.items():
        amounts = [tokens for name, tokens in calls if name == phase]
        used, most = sum(amounts, Decimal(0)), phase_limit(limit, whole)
        if used > most:
            share = f", {limit} of the total," if isinstance(limit, float) else ""
            yield (
                f"token budget exceeded: phase {phase!r} used {ceil(used):,} tokens of {most:,}{share} "
                f"({percent_over(used, most or 1)}) in {counted(len(amounts), 'call')}"
            )
