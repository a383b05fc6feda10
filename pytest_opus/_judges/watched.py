"""Calls that the real API answered: their tools and the inputs that the model gave."""

from __future__ import annotations

from collections.abc import Iterator

from .._ledger.call import Call
from .._ledger.problems import Problem, document
from .._ledger.transcript import describe_request
from .._settings import Settings, Severity
from .definitions import Definitions
from .turns import Finding, broken_inputs


class Watched:
    """Judges calls that the API answered in full. Nothing is worse than a warning: its answer may prove us wrong."""

    def __init__(self, settings: Settings) -> None:
        self._definitions = Definitions(_at_most_warn(settings.tool_schemas))
        self._inputs = _at_most_warn(settings.tool_inputs)

    def judge(self, call: Call) -> Iterator[Problem]:
        """The problems of a call that was answered in full."""
        if call.status != 200 or call.message is None:
            return
        yield from self._definitions.judge(call)
        if self._inputs != "off":
            for finding in broken_inputs(call.message, call.request.whole.fields):
                yield _given(finding, call)


def _at_most_warn(severity: Severity) -> Severity:
    return "off" if severity == "off" else "warn"


def _given(finding: Finding, call: Call) -> Problem:
    return Problem(
        kind=finding.kind,
        code=finding.code,
        severity="warn",
        message=document(
            f"the answer to call {call.number} {finding.what}.",
            evidence=[describe_request(call)],
            nearest=finding.nearest,
            way_out="Describe the parameter better, set strict: true on the tool, or let the program check the input. "
            f'To switch this check off: @pytest.mark.opus({finding.kind}="off").',
        ),
        path=finding.path,
        call=call,
    )
