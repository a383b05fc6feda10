"""Where a request and the script do not fit: the problem of each case, in words."""

from __future__ import annotations

import json
import traceback
from collections.abc import Sequence
from typing import Any, Literal

from .._api.describe import counted
from .._api.places import written
from .._api.rules import Refusal
from .._judges.turns import Finding
from .._ledger.call import Call
from .._ledger.problems import Problem, document
from .._ledger.transcript import describe_request
from .._script.routes import Queued, Route

Severity = Literal["fail", "warn"]


def unscripted(call: Call, default: Route, routes: Sequence[Route], severity: Severity) -> Problem:
    """A call for which no queue had a turn left."""
    total = len(default.turns)
    script = f"{counted(total, 'turn')}{', all used' if total else ''}"
    used = [f"{queued}: used by call {queued.used_by}" for queued in default.turns[-3:]]
    evidence = [describe_request(call), *used[:-1], *(f"no match: {route.summary}" for route in routes)]
    return Problem(
        kind="unscripted",
        code="no_turn_left",
        severity=severity,
        message=document(
            f"call {call.number} found no turn left in the script ({script}).",
            evidence=evidence,
            nearest=used[-1] if used else None,
            way_out="Add a turn to opus.script(...), or answer every further call with opus.otherwise(...).",
        ),
        call=call,
    )


def computed_nothing(call: Call, queued: Queued, got: str) -> Problem:
    """A function that was to make a turn returned none."""
    return Problem(
        kind="unscripted",
        code="no_turn_returned",
        severity="fail",
        message=document(
            f"call {call.number}: {queued} returned no turn: {got}.",
            evidence=[describe_request(call)],
            nearest=None,
            way_out='Return a turn from every branch of the function, such as "text" or tool_use(...).',
        ),
        call=call,
    )


def raised(call: Call, what: str, error: BaseException) -> Problem:
    """A function of the test, for a turn or a condition, raised; the test fails with its traceback."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    what_it_said = str(error).partition("\n")[0]
    return Problem(
        kind="unscripted",
        code="function_raised",
        severity="fail",
        message=document(
            f"call {call.number}: {what} raised {type(error).__name__}: {what_it_said}",
            evidence=[describe_request(call), f"{place.filename}:{place.lineno}: {place.line}"],
            nearest=None,
            way_out="Mend the function, or the program whose request it does not accept.",
        ),
        call=call,
        exception=error,
    )


def misfit(call: Call, queued: Queued, finding: Finding, severity: Severity) -> Problem:
    """A turn that does not fit the request that it would answer."""
    return Problem(
        kind=finding.kind,
        code=finding.code,
        severity=severity,
        message=document(
            f"{queued.label} {finding.what}.",
            evidence=[describe_request(call), f"{queued}"],
            nearest=finding.nearest,
            way_out=finding.way_out + _switch(finding),
        ),
        path=finding.path,
        call=call,
    )


def _switch(finding: Finding) -> str:
    if not finding.serveable:
        return ""
    return f' To switch this check off: @pytest.mark.opus({finding.kind}="off").'


def refused(refusal: Refusal, call: Call | None, resource: str, severity: Severity) -> Problem:
    """A request that the real API would refuse."""
    who = f"call {call.number}" if call else f"a request to {resource}"
    evidence = [describe_request(call)] if call else []
    if refusal.path:
        evidence.append(f"at: {refusal.path}{_sent(refusal.path, call)}")
    if len(refusal.at) > len(refusal.path.split(".")):  # the API tells the schema alone
        evidence.append(f"in it: {written(refusal.at)}")
    return Problem(
        kind="invalid_requests",
        code=refusal.code,
        severity=severity,
        message=document(
            f"{who} was refused as the API would: {refusal.status} {refusal.type}: {refusal.message}",
            evidence=evidence,
            nearest=refusal.hint or None,
            way_out="Mend the request. Where the refusal is meant: opus.expect_invalid(). "
            'Where our rule is wrong: @pytest.mark.opus(invalid_requests="off").',
        ),
        path=refusal.path,
        call=call,
    )


def _sent(path: str, call: Call | None) -> str:
    """What stands at a dotted path of the request, if it can be followed: union tags in it are skipped."""
    found: Any = call.request.whole.body() if call else {}
    for part in path.split("."):
        if isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        elif isinstance(found, dict) and part in found:
            found = found[part]
        elif not isinstance(found, dict) or found.get("type") not in (part, None):
            return ""
    text = json.dumps(found, ensure_ascii=False)
    return f" is {text if len(text) <= 60 else text[:57] + '...'}" if path and found is not None else ""
