"""YAML for people: texts of several lines as lines, whatever would not survive in quotes."""

import pytest

from pytest_opus._cassette.block_yaml import Flow, NotYamlError, to_lines
from pytest_opus._cassette.plain_yaml import YamlError, load_yaml, plain_value


def block(value):
    return "\n".join(to_lines(value))


def test_objects_and_lists_nest():
    value = {"a": [{"b": 1, "c": {}}, [[2], []], "text"], "d": {"e": {"f": None}}, "g": Flow(x=True, y=["z"][:0])}

    assert block(value) == ("a:\n- b: 1\n  c: {}\n- - - 2\n  - []\n- text\nd:\n  e:\n    f: null\ng: {x: true, y: []}")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain text, with: colons:inside", '"plain text, with: colons:inside"'),
        ("plain text, with colons:inside", "plain text, with colons:inside"),
        ("é🙂 (fine) [too] {yes}", "é🙂 (fine) [too] {yes}"),
        ("C:\\path", "C:\\path"),
        ("a # comment", '"a # comment"'),
        ("", '""'),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("a\xa0", '"a\xa0"'),
        ("- a", '"- a"'),
        ("true", '"true"'),
        ("yes", '"yes"'),
        ("null", '"null"'),
        ("~", '"~"'),
        ("12", '"12"'),
        ("12:30", '"12:30"'),
        ("0x1F", '"0x1F"'),
        ("1e5", "1e5"),  # for YAML 1.1 no number
        ("1.5", '"1.5"'),
        ("2026-11-22", '"2026-11-22"'),
        ("a\tb", '"a\\tb"'),
        ('"quoted" \\', '"\\"quoted\\" \\\\"'),
        ("\x00\x1b\x85\u2028\ufeff\uffff", '"\\x00\\x1b\\x85\\u2028\\ufeff\\uffff"'),
        ("over\u202eride", '"over\\u202eride"'),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (1e16, "1.0e+16"),
        (1.5e-7, "1.5e-07"),
        (10**30, "1000000000000000000000000000000"),
        (float("inf"), ".inf"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_a_value_on_one_line(value, written):
    assert block({"k": value}) == f"k: {written}"
    assert repr(load_yaml(f"k: {written}").value["k"]) == repr(value)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\n  b\n\nc", ["|-", "  a", "    b", "", "  c"]),
        ("a\n", ["|", "  a"]),
        ("a\n\n", ["|+", "  a", ""]),
        ("  a\nb", ["|2-", "    a", "  b"]),
        ("\n\na", ["|2-", "", "", "  a"]),
        ("\ta\n\tb\n", ["|2", "  \ta", "  \tb"]),
        ("🙂\n# no comment\n---\n...\n", ["|", "  🙂", "  # no comment", "  ---", "  ..."]),
        ("\n", ['"\\n"']),
        ("\n\n", ['"\\n\\', '  \\n"']),
        ("a \nb", ['"a \\n\\', '  b"']),
        ("a\r\n  b", ['"a\\r\\n\\', '  \\  b"']),
        ("a\x85\nb", ['"a\\x85\\', "  \\n\\", '  b"']),
        ("a\n\tb\n\t\nc", ['"a\\n\\', "  \\tb\\n\\", "  \\t\\n\\", '  c"']),
    ],
)
def test_a_text_of_several_lines(text, lines):
    assert to_lines({"k": text}) == [f"k: {lines[0]}", *lines[1:]]
    assert load_yaml(block({"k": text}) + "\n").value == {"k": text}
    assert to_lines([text]) == [f"- {lines[0]}", *lines[1:]]


@pytest.mark.parametrize("value", [{1: 2}, {"k" * 201: 1}, ["\ud83d"], ["a\n\ud83d"], [b""], [{"a": [Flow(b=[1])]}]])
def test_what_yaml_cannot_hold_is_an_error(value):
    with pytest.raises(NotYamlError):
        to_lines(value)


def test_what_is_nested_too_deep_for_people_is_an_error():
    value = []
    for _ in range(70):
        value = [value, 1]
    with pytest.raises(NotYamlError, match="nested too deep"):
        to_lines(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("Null", None),
        ("TRUE", True),
        ("Off", False),
        ("+1", 1),
        ("-1", -1),
        ("1.", 1.0),
        ("1.5e+3", 1500.0),
        ("1e3", "1e3"),
        ("0123", "0123"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("2026-11-22", "2026-11-22"),
        ("1" * 5000, "1" * 5000),
        ("-", "-"),
        ("nULL", "nULL"),
    ],
)
def test_a_scalar_without_quotes(text, value):
    assert repr(plain_value(text)) == repr(value)


def test_a_key_is_a_text_whatever_it_looks_like():
    assert load_yaml("{1: a, true: b, null: c}").value == {"1": "a", "true": "b", "null": "c"}


def test_nothing_is_read_as_none():
    assert load_yaml("# comment\n").value is None


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "the key 'a' stands twice in one object", 3),
        ("a: [1\nb: 2", "did not find expected ',' or ']'", 2),
        ("a: b: c", "mapping values are not allowed in this context", 1),
        ("a: '\x01'", "the character U+0001 is not allowed in YAML", 1),
        ("a:\n- \ufffe", "the character U+FFFE is not allowed in YAML", 2),
        ("a: !!set {b}", "the tag !!set is not allowed: nothing in a cassette is ever executed", 1),
    ],
)
def test_what_is_no_plain_yaml_is_an_error_with_its_line(text, message, line):
    with pytest.raises(YamlError) as error:
        load_yaml(text)
    assert (str(error.value), error.value.line) == (message, line)


def test_without_libyaml_it_is_read_as_well(monkeypatch):
    import yaml

    from pytest_opus._cassette import plain_yaml

    plain_yaml._loader.cache_clear()
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    try:
        assert load_yaml("a: [1, 'b']\nc: |\n  d\n").value == {"a": [1, "b"], "c": "d\n"}
        with pytest.raises(YamlError, match="the character U\\+0001 is not allowed in YAML"):
            load_yaml("\x01")
    finally:
        plain_yaml._loader.cache_clear()
