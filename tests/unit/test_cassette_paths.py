"""Paths that say what of a request may differ."""

import pytest

from pytest_opus._cassette.paths import parse_path, without


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("metadata", ("metadata",)),
        ("metadata.user_id", ("metadata", "user_id")),
        ("messages[*].content[0].id", ("messages", None, "content", 0, "id")),
        ("system[12]", ("system", 12)),
    ],
)
def test_a_path_is_read_and_written_alike(text, steps):
    path = parse_path(text)

    assert path.steps == steps
    assert str(path) == text


@pytest.mark.parametrize("text", ["", "[*]", ".a", "a.", "a..b", "a[", "a[x]", "a]b", "a[-1]"])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ValueError) as caught:
        parse_path(text)

    assert str(caught.value) == (
        f"{text!r} is no path into a request; metadata.user_id or messages[*].content[*].id is one"
    )


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("b", {"a": [{"id": 1, "x": 2}, {"id": 3}]}),
        ("a[*].id", {"a": [{"x": 2}, {}], "b": {"c": 4}}),
        ("a[1].id", {"a": [{"id": 1, "x": 2}, {}], "b": {"c": 4}}),
        ("a[1]", {"a": [{"id": 1, "x": 2}, None], "b": {"c": 4}}),
        ("b.c", {"a": [{"id": 1, "x": 2}, {"id": 3}], "b": {}}),
        ("b.d.e", {"a": [{"id": 1, "x": 2}, {"id": 3}], "b": {"c": 4}}),
        ("b[*].c", {"a": [{"id": 1, "x": 2}, {"id": 3}], "b": {"c": 4}}),
        ("missing", {"a": [{"id": 1, "x": 2}, {"id": 3}], "b": {"c": 4}}),
    ],
)
def test_what_stands_at_a_path_is_left_out_of_a_copy(path, left):
    value = {"a": [{"id": 1, "x": 2}, {"id": 3}], "b": {"c": 4}}

    assert without(value, [parse_path(path).steps]) == left
    assert value == {"a": [{"id": 1, "x": 2}, {"id": 3}], "b": {"c": 4}}
