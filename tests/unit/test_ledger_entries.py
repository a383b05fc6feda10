"""The ledger's own values: entries from many threads, problems, settings."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_opus import OpusWarning, Problem
from pytest_opus._ledger.ledger import Ledger
from pytest_opus._ledger.problems import document, settle
from pytest_opus._settings import KINDS, Settings


def problem(message="opus: it broke.\n  here\nMend it.", severity="fail", **more):
    return Problem(kind="unscripted", code="no_turn_left", severity=severity, message=message, **more)


def test_calls_of_many_threads_are_numbered_without_gaps(make_request):
    ledger = Ledger()

    with ThreadPoolExecutor(8) as pool:
        calls = list(pool.map(lambda _: ledger.open_call(make_request(), 0.0), range(200)))

    assert sorted(call.number for call in calls) == list(range(1, 201))
    assert [call.number for call in ledger.calls] == list(range(1, 201))
    assert ledger.entries == ledger.calls


def test_a_message_has_four_parts():
    assert document("it broke.", evidence=["here", "there"], nearest="that", way_out="Mend it.") == (
        "opus: it broke.\n  here\n  there\n  nearest: that\nMend it."
    )
    assert document("it broke.", evidence=[], nearest=None, way_out="Mend it.") == "opus: it broke.\nMend it."


def test_a_problem_is_shown_by_its_first_line():
    assert problem().summary == "opus: it broke."
    assert repr(problem()) == "<Problem unscripted (no_turn_left): it broke.>"


def test_what_fails_is_told_and_what_warns_is_a_warning():
    with pytest.warns(OpusWarning) as caught:
        messages = settle([problem("opus: one"), problem("opus: two", "warn"), problem("opus: three")])

    assert messages == ["opus: one", "opus: three"]
    assert [str(warning.message) for warning in caught] == ["opus: two"]


def test_nothing_to_settle():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert settle([]) == []


def test_what_a_function_raised_comes_first():
    error = ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError) as caught:
        settle([problem("opus: one"), problem(exception=error)])

    assert caught.value is error


def test_settings_are_overridden_one_by_one():
    settings = Settings(unscripted="warn").override({"unused_turns": "off", "profile": "toapis"}, "here")

    assert (settings.unscripted, settings.unused_turns, settings.profile) == ("warn", "off", "toapis")
    assert settings.severity("unscripted") == "warn"
    assert settings.override({}, "here") == settings


def test_every_kind_fails_by_default():
    assert {Settings().severity(kind) for kind in KINDS} == {"fail"}


@pytest.mark.parametrize("name", ["hosts", "models", "base_url", "severity", "override"])
def test_only_kinds_and_the_profile_are_options(name):
    with pytest.raises(ValueError, match=rf"^here: unknown option '{name}'"):
        Settings().override({name: "off"}, "here")
