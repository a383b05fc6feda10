"""Options of the command line and the ini file, and where the state of a session and of a test is kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ._settings import KINDS, Settings, begin_session, end_session

if TYPE_CHECKING:
    from decimal import Decimal

    from ._cassette.choice import Choice
    from ._endpoint import Endpoint
    from ._judges.budget import Budget
    from ._ledger.call import Call


class TestState:
    """What one run of one test needs: its settings, budget, effort, endpoint, and every call seen while it runs.

    `judged` is how many of the endpoint's problems the verdict on the call phase has dealt with, `reported` how many of
    its calls the reports of its phases have told, `attempt` counts the runs of a test that is run again. `told` says
    that a report has told of the test, in this run or an earlier one: then the later ones must.
    """

    __test__ = False

    def __init__(
        self,
        settings: Settings,
        budget: Budget | None,
        *,
        live: bool = False,
        effort: str | None = None,
        attempt: int = 1,
        told: bool = False,
        cassette: Choice | None = None,
    ) -> None:
        self.settings = settings
        self.budget = budget
        self.live = live
        self.cassette = cassette
        self.effort = effort
        self.attempt = attempt
        self.reported = 0
        self.endpoint: Endpoint | None = None
        self.seen: list[Call] = []
        self.judged: int | None = None
        self.told = told

    @property
    def is_of_interest(self) -> bool:
        """Whether a report may tell of this test; most tests of most suites have nothing to do with us."""
        return bool(self.seen or self.told or self.budget or self.effort)


class RunOptions(NamedTuple):
    """What the command line asks of the whole run: its limits, its reports, and how much of it the terminal shows."""

    budget: int | None = None
    budget_usd: Decimal | None = None
    usage: str = "auto"
    reports: tuple[Path, ...] = ()
    min_pass_rate: float = 1.0
    quiet: bool = False
    max_age: int = 180

    @property
    def limited(self) -> bool:
        return self.budget is not None or self.budget_usd is not None

    @property
    def shown(self) -> bool:
        """Whether the terminal may show a summary."""
        return self.usage != "off" and not self.quiet

    @property
    def collects(self) -> bool:
        """Whether anybody asks what the tests used."""
        return self.shown or self.limited or bool(self.reports)


SETTINGS = pytest.StashKey[Settings]()
OPTIONS = pytest.StashKey[RunOptions]()
STATE = pytest.StashKey[TestState]()
DESELECTED = pytest.StashKey[list[pytest.Item]]()


_OPUS_MARKER = (
    'opus(*, profile="auto", KIND="fail"|"warn"|"off"): answer the test\'s Messages requests from a script (see the '
    f"opus fixture), and set how much each kind of problem matters: {', '.join(KINDS)}."
)
_BUDGET_MARKER = (
    "token_budget(total=None, *, input=None, output=None, calls=None, per_call=None, cost=None, phases=None, "
    'strategy="strict", tokenizer_factor=None, cache_read_ratio=None, task_budget=None): fail the test if its calls '
    "use more tokens than the total, the input or the output allows, if there are more of them, if one call uses more "
    "than per_call, if they cost more US dollars, if a phase uses more than its tokens or its share of the total, if "
    "less of the input comes from the cache, or if they use more than the task budget that the program declares. The "
    "closest marker wins, key by key."
)
_EFFORT_MARKER = (
    "opus_effort(*levels): run the test once per effort level (all five if none is named), which is its argument "
    "opus_effort; fail it if no call carries the level in output_config.effort."
)
_LIVE_MARKER = (
    "opus_live: let the test's Messages requests through to the real API and only watch them; "
    "skipped without --opus-live."
)
_CHUNKING_MARKER = (
    "opus_chunking: run the test once for each way in which streams may be cut: by events, byte by byte, in one piece."
)
_CASSETTE_MARKER = (
    "opus_cassette(name=None, *, ignore=()): answer the test's Messages requests from the recorded calls in "
    "cassettes/<module>/<test>.yaml, or record them with --opus-record; name stands for the test's, ignore lists what "
    "of a request may differ, such as metadata.user_id or messages[*].content[*].id."
)
MARKERS = (_OPUS_MARKER, _BUDGET_MARKER, _LIVE_MARKER, _CHUNKING_MARKER, _EFFORT_MARKER, _CASSETTE_MARKER)
SUFFIXES = (".json", ".md")
USAGE = ("auto", "off", "all")
RECORD_MODES = ("none", "once", "new_episodes", "all")


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

    parser.addini("opus_prices", "Prices of models in US dollars per million tokens, one per line", "linelist", [])
    group = parser.getgroup("opus", "Anthropic Messages API testing")
    option = group.addoption
    option("--opus-budget", metavar="TOKENS", help="End the run when calls that reached the API used more tokens.")
    option("--opus-budget-usd", metavar="DOLLARS", help="End the run when calls that reached the API cost more.")
    option("--opus-usage", metavar="auto|off|all", default="auto", help="Show the usage of tests with a budget, an "
           "effort level, live or recorded calls; of none; of all.")  # fmt: skip
    option("--opus-report", metavar="FILE", action="append", default=[], help="Write what the tests used: .json, .md.")
    option("--opus-record", metavar="none|once|new_episodes|all", default="none", help="Record the cassettes of tests "
           "marked opus_cassette: those that do not exist; what they lack; all anew (default: none).")  # fmt: skip
    option("--opus-record-in-ci", action="store_true", help="Let --opus-record record in CI too.")
    parser.addini("opus_cassette_max_age", "Days after which the summary tells that a cassette is old; 0 for never "
                  "(default: 180)", default="180")  # fmt: skip
    parser.addini("opus_replay_speed", "How fast cassettes are replayed: instant, recorded, or how many times as fast "
                  "(default: instant)", default="instant")  # fmt: skip
    option("--opus-min-pass-rate", metavar="SHARE", default="1.0", help="How many tests must pass for an effort level "
           "to do (default: 1.0).")  # fmt: skip


def read_options(config: pytest.Config) -> RunOptions:
    """What the command line asks of the run.

    Raises:
        pytest.UsageError: a value that is not accepted.
    """
    usage = config.getoption("--opus-usage")
    if usage not in USAGE:
        raise pytest.UsageError(f"--opus-usage is {usage!r}; auto, off or all is expected.")
    return RunOptions(
        budget=_tokens(config.getoption("--opus-budget")),
        budget_usd=_number("--opus-budget-usd", config.getoption("--opus-budget-usd"), "US dollars, more than 0,"),
        usage=usage,
        reports=tuple(_report_file(config, name) for name in config.getoption("--opus-report")),
        min_pass_rate=_pass_rate(config.getoption("--opus-min-pass-rate")),
        quiet=verbosity(config) < 0,
        max_age=_days(config.getini("opus_cassette_max_age")),
    )


def verbosity(config: pytest.Config) -> int:
    """How much is told; 0 where there is no terminal."""
    return int(config.getoption("verbose", 0))


def _days(text: str) -> int:
    if not text.isdecimal():
        raise pytest.UsageError(f"opus_cassette_max_age is {text!r}; a number of days, 0 or more, is expected.")
    return int(text)


def _tokens(text: str | None) -> int | None:
    digits = None if text is None else text.replace("_", "").replace(",", "")
    if digits is not None and not (digits.isdecimal() and int(digits)):
        raise pytest.UsageError(f"--opus-budget is {text!r}; a number of tokens, 1 or more, is expected.")
    return None if digits is None else int(digits)


def _number(name: str, text: str | None, what: str) -> Decimal | None:
    if text is None:
        return None
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        number = Decimal(0)
    if not number.is_finite() or number <= 0:
        raise pytest.UsageError(f"{name} is {text!r}; {what} are expected.")
    return number


def _pass_rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise pytest.UsageError(f"--opus-min-pass-rate is {text!r}; a share from 0 to 1 is expected.")
    return rate


def _report_file(config: pytest.Config, name: str) -> Path:
    path = Path(name)
    if path.suffix not in SUFFIXES:
        raise pytest.UsageError(f"--opus-report is {name!r}; a file that ends in {' or '.join(SUFFIXES)} is expected.")
    return config.invocation_params.dir / path


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
        prices=tuple(config.getini("opus_prices")),
        record=_record_mode(config),
        replay_speed=_replay_speed(config.getini("opus_replay_speed")),
        base_url=os.environ.get("ANTHROPIC_BASE_URL"),
    )
    try:
        for name, value in options.items():
            settings = settings.override({name: value}, f"ini option opus_{name}")
        if settings.hosts:
            _check_hosts(settings.hosts)
        if settings.prices:
            _check_prices(settings.prices)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    return settings


def _record_mode(config: pytest.Config) -> str:
    mode: str = config.getoption("--opus-record")
    if mode not in RECORD_MODES:
        raise pytest.UsageError(f"--opus-record is {mode!r}; {', '.join(RECORD_MODES[:-1])} or all is expected.")
    if mode == "none":
        return mode
    if config.getoption("opus_live"):
        raise pytest.UsageError("--opus-record and --opus-live exclude each other: a live test is not recorded.")
    if os.environ.get("CI", "").lower() not in ("", "0", "false") and not config.getoption("--opus-record-in-ci"):
        raise pytest.UsageError(
            "--opus-record calls the real API, and this is CI (the variable CI is set). Record where you work and "
            "commit the cassettes, or add --opus-record-in-ci."
        )
    return mode


def _replay_speed(text: str) -> float | None:
    if text == "instant":
        return None
    try:
        speed = 1.0 if text == "recorded" else float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise pytest.UsageError(f"opus_replay_speed is {text!r}; instant, recorded or a number above 0 is expected.")
    return speed


def begin(config: pytest.Config) -> None:
    """Read what the session asks for, and put to work what it needs."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    settings = config.stash[SETTINGS] = read_settings(config)
    begin_session(settings)
    if config.getini("opus_guard"):
        from ._verdict import begin_guard

        begin_guard(settings)
    options = config.stash[OPTIONS] = read_options(config)
    if options.collects:
        from ._report.collect import register

        register(config, options)
    named = any(argument.startswith("opus_tools::") for argument in config.args)
    if named or config.getoption("opus_tools") or config.getini("opus_tools"):
        from ._tool_items import tool_items

        if items := tool_items(config):
            config.pluginmanager.register(items, "opus_tools")


def end(config: pytest.Config) -> None:
    from . import _active

    if SETTINGS in config.stash:
        end_session()
    if loopback := sys.modules.get("pytest_opus._adapters.loopback"):
        loopback.stop_unused()
    if recording := sys.modules.get("pytest_opus._recording"):
        recording.end_session()
    _active.guard = None


def _check_prices(lines: tuple[str, ...]) -> None:
    from ._ledger.rates import parse_prices

    try:
        parse_prices(lines)
    except ValueError as error:
        raise ValueError(f"ini option opus_prices: {error}") from None


def _check_hosts(hosts: tuple[str, ...]) -> None:
    from ._hosts import parse_base

    for host in hosts:
        try:
            parse_base(host)
        except ValueError as error:
            raise ValueError(f"ini option opus_hosts: {error}.") from None
