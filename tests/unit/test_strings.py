import pytest

from pytest_opus._schema.patterns import matches
from pytest_opus._schema.strings import matching

PATTERNS = [
    "^[a-z0-9-]{3,64}$", r"^\d{4}-\d{2}-\d{2}$", r"^\w+@\w+\.\w{2,}$", "^(https?|ftp)://", r"^[^\s]+$", r"\S", r"\D\W\s",
    "^a?b*c+$", "(?:ab){2}", "^[^abc]$", ".", "^$", "a|b", r"^(?P<q>['\"]).*(?P=q)$", "^[A-F0-9]{8}(-[A-F0-9]{4}){3}$",
    "^[;~]$", "^[^a-zA-Z0-9_. /:@#-]$", "a{3}?", "^[\u00e4-\u00fc]+$", r"^[^\d\s]$", "^(?i:x)$", "^(?>ab)$", "^a++$",
    r"^(?<year>\d{4})-\k<year>$", r"^\p{L}{2}$", r"^\p{Script=Greek}\P{L}$", r"^\u{1F600}\cA$", r"^[\w-.]+$", r"^\i$",
    "^[^]$", "^[[a-z]+$", "^[[:alpha:]]$", "^[&&~~||]$", r"\\b", r"^(?=.*[A-Z])(?=.*\d)(?=.*[^\w]).{8,}$", r"\Aab\Z", "(?i)a",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_one_of_the_strings_matches(pattern):
    assert any(matches(pattern, text) for text in matching(pattern))


@pytest.mark.parametrize("pattern", ["^[a-z]+$", "[0-9]", "^(ab)*$", "^(a|bcdefghi)$", "x$", "^x"])
def test_one_of_them_is_long_enough(pattern):
    assert any(matches(pattern, text) and len(text) >= 8 for text in matching(pattern, 8))


@pytest.mark.parametrize("pattern", ["[", r"\u{FFFFFF}", "^(a{1000}){1000000}$"])
def test_a_pattern_that_cannot_be_read_or_is_too_long_gives_nothing(pattern):
    assert list(matching(pattern)) == []


def test_the_shortest_comes_first():
    assert next(matching("^a{2,5}b?$")) == "aa"
    assert next(matching("^a{2,5}b?$", 3)) == "aaab"
