"""Ways to open an endpoint: for a test, as a context manager of a program's own, and listening."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, TypedDict, Unpack

from . import _active
from ._endpoint import Endpoint
from ._environment import fake_credentials
from ._ledger.problems import raise_exceptions, settle
from ._settings import Profile, Settings, Severity, session_settings

if TYPE_CHECKING:
    from ._cassette.choice import Choice


@contextmanager
def opened(settings: Settings, name: str, *, live: bool = False, cassette: Choice | None = None) -> Iterator[Endpoint]:
    """An endpoint that answers while the block runs, or that watches the real API; whoever opens it judges it.

    Raises:
        CassetteError: the cassette cannot be read, or not be written where it is to be recorded.
    """
    from ._adapters import cover_libraries

    cover_libraries()
    reaches_the_api = live or (cassette is not None and cassette.records)
    with nullcontext() if reaches_the_api else fake_credentials():
        recorded = None
        if cassette is not None:
            from ._recording import open_cassette

            recorded = open_cassette(cassette, settings)
        endpoint = Endpoint(settings, name, live=live, recorded=recorded)
        token = _active.enter(endpoint)
        try:
            yield endpoint
        finally:
            _active.leave(endpoint, token)
            endpoint.close()


class Options(TypedDict, total=False):
    """What `endpoint()` takes, as the `opus` marker does."""

    profile: Profile
    unused_turns: Severity
    unscripted: Severity
    unknown_host: Severity
    invalid_requests: Severity
    tool_schemas: Severity
    tool_inputs: Severity
    impossible_turns: Severity
    task_budgets: Severity
    unused_interactions: Severity
    unrecorded: Severity


class endpoint:  # noqa: N801 - it is used as a function is
    """An endpoint outside a fixture: in a `TestCase`, a session fixture, under `@given`, in a script.

    The options are those of the `opus` marker: `profile` and the kinds of problems. Problems that matter are raised as
    an `AssertionError` at the end of the block, unless it ends with an exception of its own.

        with pytest_opus.endpoint(unused_turns="off") as opus:
            opus.script("Hello.")
            assert greet() == "Hello."

    Args:
        cassette: a file to answer from, in place of a script; with `--opus-record` it is recorded, and written at the
            end of the block unless this ends with an exception or a problem.

    Raises:
        ValueError: an unknown option, or a cassette of an impossible name.
        CassetteError: the cassette cannot be read, or not be written where it is to be recorded.
    """

    def __init__(self, *, cassette: str | PathLike[str] | None = None, **options: Unpack[Options]) -> None:
        __tracebackhide__ = True
        self._settings = session_settings().override(options, "endpoint()")
        self._cassette = cassette
        self._stack = ExitStack()

    def __enter__(self) -> Endpoint:
        __tracebackhide__ = True
        choice = None
        if self._cassette is not None:
            from ._recording import choice_of_file

            try:
                choice = choice_of_file(self._cassette, self._settings)
            except ValueError as error:
                raise ValueError(f"endpoint(): {error}.") from None
        self._endpoint = self._stack.enter_context(opened(self._settings, "endpoint", cassette=choice))
        return self._endpoint

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        __tracebackhide__ = True
        self._endpoint.judge()
        self._stack.close()
        if kind is not None and issubclass(kind, Exception):
            raise_exceptions(self._endpoint.problems)
        elif kind is None:
            if messages := settle(self._endpoint.problems):
                raise AssertionError("\n\n".join(messages))
            self._endpoint.save()


class serve(endpoint):  # noqa: N801 - as above
    """As `endpoint()`, and it listens: `ANTHROPIC_BASE_URL` is `opus.url` within the block.

        with pytest_opus.serve() as opus:
            opus.script("Hello.")
            subprocess.run(["node", "greet.mjs"], check=True)

    Raises:
        ValueError: an unknown option.
    """

    def __enter__(self) -> Endpoint:
        opus = super().__enter__()
        _ = opus.url
        return opus
