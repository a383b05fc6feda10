"""The tools that calls offer: what is wrong with them beyond what the API has refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .._api.models import find_model
from .._api.request import Request
from .._ledger.call import Call
from .._ledger.problems import Problem
from .._settings import Severity

_FIELDS = ("tools", "output_config", "output_format")


class Definitions:
    """Judges what calls offer, the same definitions once; one per endpoint. Advice is no problem of a call."""

    def __init__(self, severity: Severity) -> None:
        self._severity = severity
        self._seen: list[dict[str, Any]] = []
        self._told: set[tuple[str, str]] = set()

    def judge(self, call: Call) -> Iterator[Problem]:
        if self._severity == "off":
            return
        offered = _offered(call.request)
        if not offered or offered in self._seen:
            return
        self._seen.append(offered)
        for problem in _problems(offered, call.request.model):
            known = (problem.code, problem.summary)
            if problem.severity != "advice" and known not in self._told:
                self._told.add(known)
                yield _of_call(problem, call, "warn" if self._severity == "warn" else "fail")


def _offered(request: Request) -> dict[str, Any]:
    return {key: request.joined[key] for key in _FIELDS if request.joined.get(key)}


def _problems(offered: dict[str, Any], model: Any) -> list[Problem]:
    from .._tools.check import check_offered
    from .._tools.forms import Offered

    tools = offered.get("tools")
    formats = {key: value for key, value in offered.items() if key != "tools"}
    read = Offered(tools if isinstance(tools, list) else [], formats)
    return check_offered(read, model=find_model(model) if isinstance(model, str) else None)


def _of_call(problem: Problem, call: Call, severity: Any) -> Problem:
    way_out = 'To switch this check off: @pytest.mark.opus(tool_schemas="off").'
    return replace(problem, severity=severity, call=call, message=f"{problem.message} {way_out}")
