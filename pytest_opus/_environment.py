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

_BASE_URL = "ANTHROPIC_BASE_URL"
_PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_NO_PROXY = ("NO_PROXY", "no_proxy")

_lock = Lock()
_users = 0
_real: dict[str, str | None] = {}
"""What the variables were before the first endpoint that is, or was last, open."""
_urls: list[str] = []
"""The URLs at which endpoints listen, the latest last."""
_last_url: str | None = None
"""The last one that listens no more."""
_before: dict[str, str | None] = {}
"""What the variables were before the first of them listened, or of those that did last."""


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


@contextmanager
def base_url_set(url: str) -> Iterator[None]:
    """Have `ANTHROPIC_BASE_URL` be `url`, at which an endpoint listens, and no proxy stand before it.

    As with the credentials, the last one out restores all; until then it is the latest one that is left.
    """
    global _last_url  # noqa: PLW0603 - as above
    with _lock:
        if not _urls:
            _before.clear()
            _before.update(_replace({_BASE_URL: url, **_without_proxy("127.0.0.1")}))
        _urls.append(url)
        _replace({_BASE_URL: url})
    try:
        yield
    finally:
        with _lock:
            _urls.remove(url)
            _last_url = url
            _replace({_BASE_URL: _urls[-1]} if _urls else _before)


def base_url() -> str | None:
    """`ANTHROPIC_BASE_URL` as it is, or as it was before an endpoint set its own."""
    return _before[_BASE_URL] if _urls else os.environ.get(_BASE_URL)


def _without_proxy(host: str) -> dict[str, str | None]:
    """What keeps clients from asking a proxy for the host, where there is a proxy."""
    if not any(map(os.environ.get, _PROXIES)):
        return {}
    known = next(filter(None, map(os.environ.get, _NO_PROXY)), None)
    if known == "*":
        return {}
    return dict.fromkeys(_NO_PROXY, f"{known},{host}" if known else host)


def real_credentials() -> dict[str, str]:
    """The variables that fakes stand for now, as programs may have read them before."""
    with _lock:
        return {name: value for name, value in _real.items() if value} if _users else {}


def forget_fakes() -> None:
    """Where no endpoint is open any more, put back what a fake stands for.

    A fixture that was set up before the endpoint, such as `monkeypatch`, may have saved the fake and restored it last.
    """
    with _lock:
        faked = _users == 0 and bool(_real)  # a process may have been given a fake key by its parent
        if faked and os.environ.get("ANTHROPIC_API_KEY") == FAKE_KEY:
            _replace({"ANTHROPIC_API_KEY": _real.get("ANTHROPIC_API_KEY")})
        if faked and os.environ.get("ANTHROPIC_AUTH_TOKEN") == FAKE_TOKEN:
            _replace({"ANTHROPIC_AUTH_TOKEN": _real.get("ANTHROPIC_AUTH_TOKEN")})
        if not _urls and _last_url and os.environ.get(_BASE_URL) == _last_url:
            _replace({_BASE_URL: _before[_BASE_URL]})


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
