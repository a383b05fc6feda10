import re

import pytest

from pytest_opus._script.routes import Route, condition

TOOLS = [{"name": "search"}, {"name": "fetch"}]


@pytest.mark.parametrize(
    ("given", "matches"),
    [
        ({"model": "opus"}, True),
        ({"model": "claude-opus-4-7"}, True),
        ({"model": "sonnet"}, False),
        ({"model": re.compile(r"^claude-opus-\d")}, True),
        ({"model": re.compile(r"^opus")}, False),
        ({"system": "review"}, True),
        ({"system": "second"}, True),
        ({"system": re.compile("^You.*code$", re.MULTILINE)}, True),
        ({"system": "plan"}, False),
        ({"user": "Fix"}, True),
        ({"user": re.compile("fix", re.IGNORECASE)}, True),
        ({"user": "fix"}, False),
        ({"tools": "search"}, True),
        ({"tools": ["search", "fetch"]}, True),
        ({"tools": ("fetch",)}, True),
        ({"tools": {"fetch"}}, True),
        ({"tools": ["search", "edit"]}, False),
        ({"tools": "sea"}, False),
        ({"where": lambda request: request.max_tokens == 100}, True),
        ({"where": lambda request: None}, False),
        ({"model": "opus", "user": "Fix", "tools": "search"}, True),
        ({"model": "opus", "user": "Nope"}, False),
    ],
)
def test_what_a_condition_matches(make_request, given, matches):
    system = [{"type": "text", "text": "You review code"}, {"type": "text", "text": "second"}]
    request = make_request("Fix it", system=system, tools=TOOLS)

    assert condition(**given).matches(request) is matches


def test_a_request_without_the_part_does_not_match(make_request):
    request = make_request([], model=None)

    for given in ({"model": "opus"}, {"system": "a"}, {"user": "a"}, {"tools": "a"}):
        assert not condition(**given).matches(request)


def test_an_empty_list_of_tools_matches_every_request(make_request):
    assert condition(tools=[]).matches(make_request())


def test_later_conditions_are_not_asked_once_one_fails(make_request):
    asked = []

    condition(model="sonnet", where=asked.append).matches(make_request())

    assert asked == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "when(): no condition; give model=, system=, tools=, user= or where=."),
        ({"model": 3}, "when(): model is 3 (int); a substring or a compiled regex is expected."),
        ({"system": ["a"]}, "when(): system is ['a'] (list); a substring or a compiled regex is expected."),
        ({"user": b"a"}, "when(): user is b'a' (bytes); a substring or a compiled regex is expected."),
        ({"tools": 3}, "when(): tools is 3 (int); a tool's name or a list of names is expected."),
        ({"tools": [3]}, "when(): tools is [3] (list); a tool's name or a list of names is expected."),
        ({"where": "x"}, "when(): where is 'x' (str); a function (request) -> bool is expected."),
    ],
)
def test_wrong_conditions(given, says):
    with pytest.raises(TypeError) as caught:
        condition(**given)

    assert str(caught.value) == says


def named(request):
    return True


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"model": "opus"}, "model='opus'"),
        ({"user": re.compile("^a$")}, "user=re.compile('^a$')"),
        ({"tools": "a"}, "tools='a'"),
        ({"tools": ["a"]}, "tools='a'"),
        ({"tools": ["a", "b"]}, "tools=['a', 'b']"),
        ({"where": named}, "where=named"),
        ({"tools": "a", "model": "m", "where": named, "system": "s", "user": "u"},
         "model='m', system='s', user='u', tools='a', where=named"),
    ],
)  # fmt: skip
def test_how_a_condition_is_shown(given, shown):
    assert str(condition(**given)) == shown


def test_turns_are_taken_in_order():
    route = Route()
    route.script("one", "two")
    route.script("three")

    assert [str(route.take().turn) for _ in range(3)] == ['text "one"', 'text "two"', 'text "three"']
    assert route.take() is None


def test_otherwise_answers_once_the_queue_is_empty():
    route = Route()
    route.otherwise("always")
    route.script("one")

    assert [str(route.take()) for _ in range(3)] == [
        'turn 1, text "one"',
        'otherwise(), text "always"',
        'otherwise(), text "always"',
    ]


def test_a_later_otherwise_replaces_the_former():
    route = Route()
    route.otherwise("former")
    route.otherwise("later")

    assert str(route.take()) == 'otherwise(), text "later"'
    assert route.unused == []


def test_what_was_not_taken():
    route = Route(condition(model="opus"))
    route.script("one", "two")
    route.take()

    assert list(map(str, route.unused)) == ["turn 2 of when(model='opus'), text \"two\""]


def test_how_a_route_is_shown():
    default, route = Route(), Route(condition(model="opus"))
    default.script("one", "two")
    default.take()

    assert repr(default) == "<Route script: 1 of 2 turns left>"
    assert repr(route) == "<Route when(model='opus'): 0 of 0 turns left>"


@pytest.mark.parametrize(
    ("add", "says"),
    [
        (lambda route: route.script("one", 3), "script(): turn 2: 3 (int) is no turn; "),
        (lambda route: route.script("one", "two", None), "script(): turn 3: None (NoneType) is no turn; "),
        (lambda route: route.otherwise(3), "otherwise(): 3 (int) is no turn; "),
    ],
)
def test_what_is_no_turn_is_refused_where_it_is_written(add, says):
    route = Route()

    with pytest.raises(TypeError) as caught:
        add(route)

    assert str(caught.value).startswith(says)
    assert route.turns == route.unused == []


def test_turns_are_counted_over_several_scripts():
    route = Route()
    route.script("one", "two")

    with pytest.raises(TypeError, match=r"^script\(\): turn 3: "):
        route.script(3)
