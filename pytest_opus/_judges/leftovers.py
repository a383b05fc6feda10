"""Turns that no call asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from .._api.describe import counted
from .._ledger.call import Probe
from .._ledger.ledger import Ledger
from .._ledger.problems import Problem, document
from .._ledger.transcript import describe_request
from .._script.routes import Route


def unused_turns(routes: Sequence[Route], ledger: Ledger, severity: Literal["fail", "warn"]) -> Problem | None:
    """The problem of turns left in any queue, or `None`: also where a problem that is known kept a call from them."""
    unused = [queued for route in routes for queued in route.unused]
    if not unused or any(problem.call is None or problem.call.status != 200 for problem in ledger.problems):
        return None
    written = sum(len(route.turns) for route in routes)
    evidence = [f"unused: {queued}" for queued in unused[:5]]
    if len(unused) > 5:
        evidence.append(f"... and {len(unused) - 5} more")
    evidence.append(f"the program made {counted(len(ledger.calls), 'call')}")
    evidence += [f"and {probe}" for probe in ledger.entries if isinstance(probe, Probe) and probe.status == 404][:3]
    return Problem(
        kind="unused_turns",
        code="unused_turns",
        severity=severity,
        message=document(
            f"{len(unused)} of {counted(written, 'scripted turn')} "
            f"{'was' if len(unused) == 1 else 'were'} never asked for.",
            evidence=evidence,
            nearest=_last_call(ledger),
            way_out="Take the turn out of the script, or find out why the program stopped early. "
            'Where fewer calls are fine: @pytest.mark.opus(unused_turns="off").',
        ),
    )


def _last_call(ledger: Ledger) -> str | None:
    if not ledger.calls:
        return None
    last = ledger.calls[-1]
    return f"the last answer, {last.outcome}, to {describe_request(last)}"
