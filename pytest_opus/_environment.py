"""The process environment while an endpoint is open: a fake key, and nothing that could reach a real account."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

FAKE_KEY = "sk-ant-api03-pytest-opus-fake-key"
FAKE_TOKEN = "sk-ant-oat01-pytest-opus-fake-token"  # noqa: S105 - it opens nothing

# Other sources from which SDKs take credentials: profiles and workload identity.
_OTHER_CREDENTIALS = (
    "ANTHROPIC_PROFILE",
    "ANTHROPIC_CONFIG_DIR",
    "ANTHROPIC_FEDERATION_RULE_ID",
    "ANTHROPIC_IDENTITY_TOKEN",
    "ANTHROPIC_IDENTITY_TOKEN_FILE",
    "ANTHROPIC_SERVICE_ACCOUNT_ID",
)

_lock = Lock()
_users = 0
_real: dict[str, str | None] = {}
"""What the variables were before the first endpoint that is, or was last, open."""


@contextmanager
def fake_credentials() -> Iterator[None]:
    """Set a fake `ANTHROPIC_API_KEY`, or a fake token where only a token was set; the last one out restores all.

    Endpoints may be open in several threads at once and end in any order, but the environment is one.
    """
    global _users  # noqa: PLW0603 - the environment is one per process
    with _lock:
        _users += 1
        if _users == 1:
            _real.update(_replace(_fake_variables()))
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _replace(_real)


def real_credentials() -> dict[str, str]:
    """The variables that fakes stand for now, as programs may have read them before."""
    with _lock:
        return {name: value for name, value in _real.items() if value} if _users else {}


def forget_fakes() -> None:
    """Where no endpoint is open any more, put back what a fake stands for.

    A fixture that was set up before the endpoint, such as `monkeypatch`, may have saved the fake and restored it last.
    """
    with _lock:
        if _users == 0 and os.environ.get("ANTHROPIC_API_KEY") == FAKE_KEY:
            _replace({"ANTHROPIC_API_KEY": _real.get("ANTHROPIC_API_KEY")})
        if _users == 0 and os.environ.get("ANTHROPIC_AUTH_TOKEN") == FAKE_TOKEN:
            _replace({"ANTHROPIC_AUTH_TOKEN": _real.get("ANTHROPIC_AUTH_TOKEN")})


def _fake_variables() -> dict[str, str | None]:
    only_token = bool(os.environ.get("ANTHROPIC_AUTH_TOKEN")) and not os.environ.get("ANTHROPIC_API_KEY")
    return {
        **dict.fromkeys(_OTHER_CREDENTIALS),
        "ANTHROPIC_API_KEY": None if only_token else FAKE_KEY,
        "ANTHROPIC_AUTH_TOKEN": FAKE_TOKEN if only_token else None,
    }


def _replace(variables: dict[str, str | None]) -> dict[str, str | None]:
    """Set (or with `None` remove) variables; returns what they were."""
    before = {name: os.environ.get(name) for name in variables}
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    return before
