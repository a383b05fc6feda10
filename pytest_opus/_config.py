"""Ini options, and where the state of a session and of a test is kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ._settings import KINDS, Settings

if TYPE_CHECKING:
    from ._endpoint import Endpoint
    from ._judges.budget import Budget
    from ._ledger.call import Call


class TestState:
    """What one run of one test needs: its settings, budget, endpoint, and every call seen while it runs.

    `judged` is how many of the endpoint's problems the verdict on the call phase has dealt with.
    """

    __test__ = False

    def __init__(self, settings: Settings, budget: Budget | None, *, live: bool = False) -> None:
        self.settings = settings
        self.budget = budget
        self.live = live
        self.endpoint: Endpoint | None = None
        self.seen: list[Call] = []
        self.judged: int | None = None


SETTINGS = pytest.StashKey[Settings]()
STATE = pytest.StashKey[TestState]()


_OPUS_MARKER = (
    'opus(*, profile="auto", KIND="fail"|"warn"|"off"): answer the test\'s Messages requests from a script (see the '
    f"opus fixture), and set how much each kind of problem matters: {', '.join(KINDS)}."
)
_BUDGET_MARKER = (
    "token_budget(total=None, *, input=None, output=None, calls=None, per_call=None): fail the test if its calls use "
    "more tokens than the total, the input or the output allows, if there are more of them, or if one call uses more "
    "than per_call. The closest marker wins, key by key."
)
_LIVE_MARKER = (
    "opus_live: let the test's Messages requests through to the real API and only watch them; "
    "skipped without --opus-live."
)
_CHUNKING_MARKER = (
    "opus_chunking: run the test once for each way in which streams may be cut: by events, byte by byte, in one piece."
)
MARKERS = (_OPUS_MARKER, _BUDGET_MARKER, _LIVE_MARKER, _CHUNKING_MARKER)


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("opus", "Claude Messages API")
    group.addoption("--opus-live", action="store_true", help="Run tests marked opus_live against the real API")
    parser.addini("opus_guard", "Fail tests that reach a Messages host unseen (default: false)", "bool", default=False)
    parser.addini("opus_hosts", "Further Messages hosts (HOST, HOST:PORT or base URL), one per line", "linelist", [])
    parser.addini("opus_models", "Model ids that gateways know, one per line", "linelist", [])
    parser.addini("opus_profile", "API convention: auto, anthropic or toapis (default: auto)", default="auto")
    _add_tool_options(parser)
    for kind, meaning in KINDS.items():
        parser.addini(f"opus_{kind}", f"fail, warn or off (default: fail) when {meaning}", default="fail")


def _add_tool_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("opus", "Claude Messages API testing")
    group.addoption(
        "--opus-tools",
        action="append",
        metavar="PKG.MODULE:NAME",
        help="Check the tool definitions of that name or of a JSON file, an item per tool; can be given several times",
    )
    group.addoption(
        "--opus-tools-strict", action="store_true", help="Let advice on tool definitions fail their items too"
    )
    parser.addini(
        "opus_tools", "Tool definitions to check (PKG.MODULE:NAME or a JSON file), one per line", "linelist", []
    )


def read_settings(config: pytest.Config) -> Settings:
    """The settings of the session.

    Raises:
        pytest.UsageError: an ini value that is not accepted.
    """
    options = {name: config.getini(f"opus_{name}") for name in (*KINDS, "profile")}
    settings = Settings(
        hosts=tuple(config.getini("opus_hosts")),
        models=tuple(config.getini("opus_models")),
        base_url=os.environ.get("ANTHROPIC_BASE_URL"),
    )
    try:
        for name, value in options.items():
            settings = settings.override({name: value}, f"ini option opus_{name}")
        if settings.hosts:
            _check_hosts(settings.hosts)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    return settings


def _check_hosts(hosts: tuple[str, ...]) -> None:
    from ._hosts import parse_base

    for host in hosts:
        try:
            parse_base(host)
        except ValueError as error:
            raise ValueError(f"ini option opus_hosts: {error}.") from None
