"""What a worker tells the controller: a dict of builtins on the report of each phase of a test.

A report crosses from worker to controller when its phase ends, so what was told outlives a worker that crashes later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _active
from .._config import RunOptions, TestState
from .._effort import effort_of
from .._ledger.call import Call
from .._ledger.usage import Usage
from .model import CallRow

ATTRIBUTE = "opus"


def attach(report: Any, state: TestState, options: RunOptions) -> None:
    """Tell on the test report what the test has used since the report of the phase before, if anybody asks."""
    if not _is_told(state, options):
        return
    calls = state.seen[state.reported :]
    state.reported += len(calls)
    payload: dict[str, Any] = {"attempt": state.attempt, "calls": [call_to_wire(call) for call in calls]}
    if state.effort:
        payload["effort"] = state.effort
    if report.when == "call":
        payload |= _judged(state)
        if state.endpoint and (taped := state.endpoint.taped):
            payload["cassette"] = taped
        if options.reports:
            payload["transcript"] = "\n".join(one.transcript() for one in _active.opened)
    state.told = True
    setattr(report, ATTRIBUTE, builtin(payload))


def _is_told(state: TestState, options: RunOptions) -> bool:
    if state.told or state.budget or state.effort:
        return True
    if options.reports or options.usage == "all":
        return bool(state.seen)
    return any(call.live or call.recorded for call in state.seen)


def _judged(state: TestState) -> dict[str, Any]:
    problems = [problem.summary for one in _active.opened for problem in one.problems]
    found: dict[str, Any] = {"problems": problems} if problems else {}
    if state.budget:
        from .._judges.overrun import Judged

        found["budget"] = Judged(state.budget, state.seen).shares()
    return found


def call_to_wire(call: Call) -> dict[str, Any]:
    """A call in builtin types; what is `None` or false is left out."""
    usage = call.usage
    facts: dict[str, Any] = {
        "model": None if call.request.model is None else str(call.request.model),
        "status": call.status,
        "end": call.end,
        "phase": call.phase,
        "effort": effort_of(call.request),
        "live": call.live,
        "recorded": call.recorded,
        "seconds": call.seconds,
        "first_byte": call.first_byte,
        "usage": usage.to_wire(),
        "billed": usage.model,
        "estimated": usage.estimated,
    }
    return {name: value for name, value in facts.items() if value is not None and value is not False}


def call_from_wire(wire: dict[str, Any]) -> CallRow:
    """The call that `call_to_wire` told of."""
    facts = {name: value for name, value in wire.items() if name not in ("usage", "billed", "estimated")}
    usage = Usage.from_wire(wire["usage"], model=wire.get("billed"), estimated=wire.get("estimated", False))
    return CallRow(**facts, usage=usage)


def builtin(value: Any) -> Any:
    """A JSON value that can be sent to another process: neither members of enumerations nor lone surrogates can."""
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case float():
            return float(value)
        case Mapping():
            return {builtin(str(key)): builtin(item) for key, item in value.items()}
        case list() | tuple():
            return [builtin(item) for item in value]
        case _:
            text = str.__str__(value) if isinstance(value, str) else str(value)
            return text.encode("utf-8", "replace").decode("utf-8")
