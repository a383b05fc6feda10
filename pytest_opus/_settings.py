"""What a test can switch: how much each kind of problem matters, and which API convention is spoken."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Self

Severity = Literal["fail", "warn", "off"]
Profile = Literal["auto", "anthropic", "toapis"]

KINDS = {
    "unused_turns": "a scripted turn was never asked for",
    "unscripted": "a call found no turn left",
    "unknown_host": "a Messages request went to a host that is not listed in opus_hosts",
    "invalid_requests": "the real API would refuse the request",
    "tool_schemas": "a tool's definition would be refused or is unwise",
    "tool_inputs": "a tool_use input breaks the schema that the program declared",
    "impossible_turns": "the API could not have answered with this turn",
    "task_budgets": "a program that compacts its history drops what remains of its task budget",
    "unused_interactions": "an interaction of a cassette was never asked for",
    "unrecorded": "a request is not in the cassette",
}
SEVERITIES = ("fail", "warn", "off")
PROFILES = ("auto", "anthropic", "toapis")


class Settings(NamedTuple):  # every pytest start makes this class, and a dataclass costs four times as much
    """The switches of one endpoint. `base_url` is `ANTHROPIC_BASE_URL` as it was when the session began; `record` is
    the record mode of cassettes, `replay_speed` how many times as fast as recorded they are replayed, `None` for no
    waits at all.
    """

    unused_turns: Severity = "fail"
    unscripted: Severity = "fail"
    unknown_host: Severity = "fail"
    invalid_requests: Severity = "fail"
    tool_schemas: Severity = "fail"
    tool_inputs: Severity = "fail"
    impossible_turns: Severity = "fail"
    task_budgets: Severity = "fail"
    unused_interactions: Severity = "fail"
    unrecorded: Severity = "fail"
    profile: Profile = "auto"
    hosts: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    delivery: Literal["events", "bytes", "whole"] = "events"
    base_url: str | None = None
    record: str = "none"
    replay_speed: float | None = None

    def override(self, options: Mapping[str, Any], where: str) -> Self:
        """These settings with `options` on top.

        Raises:
            ValueError: an unknown name or value; `where` begins the message, which says what is accepted.
        """
        __tracebackhide__ = True
        for name, value in options.items():
            accepted = PROFILES if name == "profile" else SEVERITIES if name in KINDS else None
            if accepted is None:
                raise ValueError(f"{where}: unknown option {name!r}{_hint(name)}; its options are {_OPTIONS}.")
            if value not in accepted:
                raise ValueError(f"{where}: {name} is {value!r}; one of {', '.join(map(repr, accepted))} is expected.")
        return self._replace(**options)

    def severity(self, kind: str) -> Severity:
        return getattr(self, kind)  # type: ignore[no-any-return]


_OPTIONS = ", ".join((*KINDS, "profile"))


def _hint(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, (*KINDS, "profile"), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


_sessions = [Settings(base_url=os.environ.get("ANTHROPIC_BASE_URL"))]


def session_settings() -> Settings:
    """The settings of the running pytest session, or the defaults outside of one."""
    return _sessions[-1]


def begin_session(settings: Settings) -> None:
    _sessions.append(settings)


def end_session() -> None:
    _sessions.pop()


def in_session() -> bool:
    """Whether a pytest session runs."""
    return len(_sessions) > 1
