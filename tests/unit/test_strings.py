import re

import pytest

from pytest_opus._schema.strings import matching

PATTERNS = [
    "^[a-z0-9-]{3,64}$", r"^\d{4}-\d{2}-\d{2}$", r"^\w+@\w+\.\w{2,}$", "^(https?|ftp)://", r"^[^\s]+$", r"\S", r"\D\W\s",
    "^a?b*c+$", "(?:ab){2}", "^[^abc]$", ".", "^$", "a|b", r"^(?P<q>['\"]).*(?P=q)$", "^[A-F0-9]{8}(-[A-F0-9]{4}){3}$",
    "^[;~]$", "^[^a-zA-Z0-9_. /:@#-]$", "a{3}?", "^[\u00e4-\u00fc]+$", r"^[^\d\s]$", "^(?i:x)$", "^(?>ab)$", "^a++$",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_one_of_the_strings_matches(pattern):
    assert any(re.search(pattern, text) for text in matching(pattern))


@pytest.mark.parametrize("pattern", ["^[a-z]+$", "[0-9]", "^(ab)*$", "^(a|bcdefghi)$", "x$", "^x"])
def test_one_of_them_is_long_enough(pattern):
    assert any(re.search(pattern, text) and len(text) >= 8 for text in matching(pattern, 8))


def test_a_pattern_that_cannot_be_read_gives_nothing():
    assert list(matching("[")) == []


def test_the_shortest_comes_first():
    assert next(matching("^a{2,5}b?$")) == "aa"
    assert next(matching("^a{2,5}b?$", 3)) == "aaab"
