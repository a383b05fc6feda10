"""Effort levels: which ones a test runs with, and whether the level of a run reached the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._api.models import EFFORT_LEVELS

if TYPE_CHECKING:
    from ._api.request import Request
    from ._ledger.call import Call

_MARKER = "@pytest.mark.opus_effort"
NO_ARGUMENT = (
    f"{_MARKER}: the test has no argument opus_effort; it is the level of the run, which the program is to send: "
    "def test_it(opus, opus_effort): ..."
)
NO_MARKER = (
    f"The fixture opus_effort is the level that {_MARKER} gives; mark the test with it, such as "
    f'{_MARKER}("low", "high").'
)


def levels_of(args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    """The levels that a marker names; all of them if it names none.

    Raises:
        ValueError: an argument that is no level, or one that is named twice.
    """
    known = ", ".join(map(repr, EFFORT_LEVELS))
    if kwargs:
        raise ValueError(f"{_MARKER} takes levels only, any of {known}; got {next(iter(kwargs))}=.")
    for level in args:
        if level not in EFFORT_LEVELS:
            raise ValueError(f"{_MARKER}: {level!r} is no effort level; the levels are {known}.")
    if len(set(args)) < len(args):
        raise ValueError(f"{_MARKER} names a level twice: {', '.join(map(repr, args))}.")
    return tuple(map(str.__str__, args)) or EFFORT_LEVELS  # members of an enumeration are levels too


def effort_of(request: Request) -> str | None:
    """The `output_config.effort` of a request."""
    config = request.output_config
    level = config.get("effort") if config else None
    return level if isinstance(level, str) else None


def not_carried(level: str, calls: Iterable[Call]) -> str | None:
    """The failure message if no call carried the level of the run; else `None`."""
    sent = [(number, effort_of(call.request)) for number, call in enumerate(calls, 1)]
    if any(effort == level for _, effort in sent):
        return None
    evidence = [
        f"  call {number}: {'no effort' if effort is None else f'effort {effort!r}'}" for number, effort in sent[:5]
    ]
    if len(sent) > 5:
        evidence.append(f"  ... and {len(sent) - 5} more")
    return "\n".join(
        [
            f"effort level {level!r} did not reach the API: no call carried it in output_config.effort",
            *(evidence or ["  no call was seen"]),
            'Let the program send output_config={"effort": opus_effort}.',
        ]
    )
