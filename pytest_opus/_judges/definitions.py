"""The tools that calls offer: what is wrong with them beyond what the API has refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from operator import is_
from typing import Any

from .._api.models import find_model
from .._ledger.call import Call
from .._ledger.problems import Problem
from .._settings import Severity

_FIELDS = ("tools", "output_config", "output_format")


class Definitions:
    """Judges what calls offer, the same definitions once; one per endpoint. Advice is no problem of a call."""

    def __init__(self, severity: Severity) -> None:
        self._severity = severity
        self._last: tuple[Any, ...] = ()
        self._seen: set[str] = set()
        self._told: set[tuple[str, str]] = set()

    def judge(self, call: Call) -> Iterator[Problem]:
        if self._severity == "off" or not self._is_new(call):
            return
        for problem in _problems(call):
            known = (problem.code, problem.summary)
            if problem.severity != "advice" and known not in self._told:
                self._told.add(known)
                yield _of_call(problem, call, "warn" if self._severity == "warn" else "fail")

    def _is_new(self, call: Call) -> bool:
        """Whether the call offers anything that no call before it has offered."""
        offered = tuple(map(call.request.whole.fields.get, _FIELDS))
        if not any(offered) or (self._last and all(map(is_, offered, self._last))):
            return False
        self._last = offered
        try:
            written = json.dumps(offered)
        except RecursionError:
            return False  # nested deeper than can be judged
        is_new = written not in self._seen
        self._seen.add(written)
        return is_new


def _problems(call: Call) -> list[Problem]:
    from .._tools.check import check_offered
    from .._tools.forms import Offered

    fields, model = call.request.whole.fields, call.request.model
    tools = fields.get("tools")
    formats = {key: fields[key] for key in _FIELDS[1:] if fields.get(key)}
    read = Offered(tools if isinstance(tools, list) else [], formats)
    problems = check_offered(read, model=find_model(model) if isinstance(model, str) else None)
    return [one for one in problems if one.code != "definition_not_json"]  # it came as JSON, if deeper than we look


def _of_call(problem: Problem, call: Call, severity: Any) -> Problem:
    way_out = 'To switch this check off: @pytest.mark.opus(tool_schemas="off").'
    return replace(problem, severity=severity, call=call, message=f"{problem.message} {way_out}")
