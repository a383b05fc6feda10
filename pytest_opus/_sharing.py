"""Cassettes that several tests share: what none of them asked for is judged when the session ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ._cassette_marks import cassette_path
from ._config import DESELECTED, TestState

_SHARERS = pytest.StashKey[Mapping[Path, list[str]]]()
_told: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
_lines: list[str] = []


def tell(item: pytest.Item, state: TestState) -> dict[str, Any] | None:
    """What a test that passed tells of the cassette that it may share, in builtin types."""
    deck = state.endpoint.deck if state.endpoint else None
    if deck is None or not deck.choice.test:
        return None
    path = deck.choice.path
    loaded = deck.cassette.loaded
    return {
        "path": str(path),
        "name": deck.name,
        "command": deck.choice.command,
        "owners": [one.response.test for one in loaded],
        "used": sorted(set(range(len(loaded))) - set(deck.cassette.unused)),
        "changed": bool(deck.cassette.recorded),
        "sharers": _sharers(item)[path],
        "severity": state.settings.unused_interactions,
    }


def _sharers(item: pytest.Item) -> Mapping[Path, list[str]]:
    """Which tests play which cassette, those that were deselected too; all have been collected."""
    stash = item.config.stash
    if _SHARERS not in stash:
        players = stash[_SHARERS] = defaultdict(list)
        for other in [*item.session.items, *stash.get(DESELECTED, [])]:
            if path := cassette_path(other):
                players[path].append(other.nodeid)
    return stash[_SHARERS]


def hear(nodeid: str, told: dict[str, Any]) -> None:
    """Keep what a test told."""
    _told[told["path"]][nodeid] = told


def judge(session: pytest.Session) -> None:
    """Fail the session for interactions that no test asked for, where that can be said."""
    narrowed = any("::" in str(argument) for argument in session.config.args)
    for tests in _told.values():
        unused = _unused(tests, narrowed=narrowed)
        if not unused:
            continue
        told = next(iter(tests.values()))
        numbers = ", ".join(str(place + 1) for place in unused)
        _lines.append(
            f"opus: {told['name']}: of {len(told['owners'])} interactions none of the {len(tests)} tests that share it "
            f"asked for: {numbers}. To record it again: pytest --opus-record=all"
        )
        if any(one["severity"] == "fail" for one in tests.values()) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    _told.clear()


def lines() -> Sequence[str]:
    """What was found, once."""
    found = list(_lines)
    _lines.clear()
    return found


def _unused(tests: dict[str, dict[str, Any]], *, narrowed: bool) -> list[int]:
    """The places that nobody used: only if all sharers ran and passed, and only of tests that could have run.

    Those of other modules, and those of tests that were left out, were not collected.
    """
    sharers = {nodeid for told in tests.values() for nodeid in told["sharers"]}
    if sharers - tests.keys() or any(told["changed"] or told["severity"] == "off" for told in tests.values()):
        return []
    used = {place for told in tests.values() for place in told["used"]}
    owners = next(iter(tests.values()))["owners"]
    if narrowed:
        return [place for place, owner in enumerate(owners) if place not in used and owner in sharers]
    modules = {"", *(_module(nodeid) for nodeid in sharers)}
    return [place for place, owner in enumerate(owners) if place not in used and _module(owner) in modules]


def _module(nodeid: str) -> str:
    return nodeid.partition("::")[0]
