"""Patterns as JSON Schema means them."""

import warnings

import pytest

from pytest_opus._schema.patterns import is_python_only, matches, pattern_error


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("^a$", "a", True),
        ("^a$", "a\n", False),
        (r"^\d$", "\u0663", False),
        (r"^\w$", "\u00e9", False),
        (r"^\p{L}$", "\u00e9", True),
        (r"^[\w-.]+$", "a-b.c", True),
        ("^[[a-z]+$", "[a", True),
        ("(?<=a+)b", "aab", True),
        (r"^(?<q>.)\k<q>$", "aa", True),
        ("^\U0001f432$", "\U0001f432", True),
        (r"(?i)^ab\Z", "AB", True),
        (r"^a\Z", "aZ", False),
        ("^a$", "\ud800", None),
        ("[", "a", None),
        (3, "a", None),
    ],
)
def test_whether_a_text_matches(pattern, text, matched):
    assert matches(pattern, text) is matched


def test_warnings_of_python_change_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert matches("[[a-z]+", "1") is False
        assert pattern_error("[[a-z]+") is None


@pytest.mark.parametrize("pattern", ["[", "(a", "*a", "a{2,1}", "[z-a]", "\\", "a)", "(?<a"])
def test_what_is_a_pattern_in_no_dialect(pattern):
    assert pattern_error(pattern)


@pytest.mark.parametrize(
    ("pattern", "alone"),
    [("(?i)a", True), ("(?P<x>a)", True), (r"^a\Z", True), (r"\\Z", False), ("a++", True), ("a", False)],
)
def test_what_only_python_reads(pattern, alone):
    assert is_python_only(pattern) is alone
    assert pattern_error(pattern) is None
