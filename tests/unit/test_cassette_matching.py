"""Which requests are the same for a cassette, and in what others differ."""

import pytest

from pytest_opus._api.conversation import extended
from pytest_opus._api.request import Sent
from pytest_opus._cassette.difference import closest, differences
from pytest_opus._cassette.interaction import RecordedRequest
from pytest_opus._cassette.matching import Matcher
from pytest_opus._cassette.paths import parse_path

TOOLS = [{"name": "a", "description": "A."}, {"name": "b", "description": "B."}]


def request(*messages, uri="https://api.anthropic.com/v1/messages", headers=(), method="POST", body=None, **fields):
    said = [{"role": "user", "content": one} for one in messages or ("Hi",)]
    fields = {"model": "claude-opus-4-7", "max_tokens": 100, **fields}
    return RecordedRequest(method, uri, dict(headers), Sent(fields, extended(None, said)) if body is None else body)


def same(one, other, ignore=()):
    matcher = Matcher(map(parse_path, ignore))
    return matcher.key(one) == matcher.key(other)


@pytest.mark.parametrize(
    "other",
    [
        request("Hi"),
        request("Hi", uri="https://api.anthropic.com/v1/messages?beta=true"),
        request("Hi", uri="https://gateway.example/anthropic/v1/messages"),
        request("Hi", headers={"anthropic-version": "2023-06-01", "user-agent": "curl"}),
        RecordedRequest(
            "POST",
            "https://api.anthropic.com/v1/messages",
            {},
            Sent({"max_tokens": 100, "model": "claude-opus-4-7"}, extended(None, [{"content": "Hi", "role": "user"}])),
        ),
    ],
)
def test_what_makes_no_difference(other):
    assert same(request("Hi"), other)


@pytest.mark.parametrize(
    "other",
    [
        request("Hi!"),
        request("Hi", "Hi"),
        request("Hi", model="claude-opus-4-8"),
        request("Hi", max_tokens=101),
        request("Hi", max_tokens=True),
        request("Hi", temperature=None),
        request("Hi", tools=TOOLS),
        request("Hi", method="PUT"),
        request("Hi", uri="https://api.anthropic.com/v1/messages/count_tokens"),
        request("Hi", headers={"anthropic-beta": "a-2026-01-01"}),
        request(body="Hi"),
        request(body=b"Hi"),
    ],
)
def test_what_makes_a_difference(other):
    assert not same(request("Hi"), other)


def test_betas_are_a_set():
    assert same(request(headers={"anthropic-beta": "b, a"}), request(headers={"anthropic-beta": "a,b"}))


def test_a_change_far_into_a_long_prompt_or_of_one_tool_counts():
    long = "x" * 5_000
    assert not same(request(long + "a"), request(long + "b"))
    assert not same(request(tools=TOOLS), request(tools=[TOOLS[0], TOOLS[1] | {"description": "C."}]))
    assert not same(request(tools=TOOLS), request(tools=TOOLS[::-1]))


def test_conversations_are_told_apart_by_their_messages_not_by_how_these_are_split():
    assert not same(request("ab", "c"), request("a", "bc"))
    assert not same(request("a", "b"), request("b", "a"))


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        ("metadata.user_id", request(metadata={"user_id": "a"}), request(metadata={"user_id": "b"})),
        ("metadata", request(metadata={"user_id": "a"}), request()),
        ("messages[*].content[*].id", request([{"id": "a"}]), request([{"id": "b"}])),
        ("messages[0].content", request("a", "c"), request("b", "c")),
        ("messages[1]", request("a", "b"), request("a", "c")),
        ("messages", request("a", "b"), request("c")),
    ],
)
def test_what_is_ignored_may_differ_and_nothing_else(path, one, other):
    assert not same(one, other)
    assert same(one, other, ignore=[path])
    assert not same(one, request(model="claude-opus-4-8"), ignore=[path])


def test_other_items_of_a_list_still_count():
    assert not same(request("a", "b"), request("a", "c"), ignore=["messages[0].content"])


def test_one_matcher_knows_histories_that_requests_share():
    matcher = Matcher()
    history = extended(None, [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}])
    longer = extended(history, [{"role": "user", "content": "c"}])
    fresh = extended(None, [{"role": "user", "content": one} for one in "x"])

    keys = [matcher.conversation(one) for one in (longer, history, fresh)]

    assert keys == [Matcher().conversation(one) for one in (longer, history, fresh)]
    assert len(set(keys)) == 3


def found(recorded, sent, ignore=()):
    return [str(one) for one in differences(recorded, sent, Matcher(map(parse_path, ignore)))]


LOREM = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor. "


PAIRS = [
    (request("alpha"), request("beta"), ['messages[0].content: "alpha" -> "beta"']),
    (request(max_tokens=1), request(max_tokens=2), ["max_tokens: 1 -> 2"]),
    (request(), request(system="S"), ['system: (absent) -> "S"']),
    (request("a", "b"), request("a"), ['messages[1]: {"role": "user", "content": "b"} -> (absent)']),
    (
        request(LOREM * 9 + "alpha" + LOREM),
        request(LOREM * 9 + "beta" + LOREM),
        [
            'messages[0].content: "... sed do eiusmod tempor. alphaLorem ipsum..." -> '
            '"... sed do eiusmod tempor. betaLorem ipsum..."'
        ],
    ),
    (
        request(headers={"anthropic-beta": "a"}),
        request(headers={"anthropic-beta": "b"}),
        ['anthropic-beta: ["a"] -> ["b"]'],
    ),
    (request(body="a"), request(body="b"), ['body: "a" -> "b"']),
    (request([{"type": "text"}]), request("Hi"), ['messages[0].content: [{"type": "text"}] -> "Hi"']),
]


@pytest.mark.parametrize(("recorded", "sent", "texts"), PAIRS)
def test_differences_are_named_by_path_and_cut_to_where_values_differ(recorded, sent, texts):
    assert found(recorded, sent) == texts


@pytest.mark.parametrize(("recorded", "sent", "texts"), PAIRS)
def test_only_paths_that_would_help_can_be_ignored(recorded, sent, texts):
    (difference,) = differences(recorded, sent, Matcher())

    assert difference.ignorable is same(recorded, sent, ignore=[difference.everywhere])


def test_what_may_differ_is_no_difference():
    one, other = (request("a", metadata={"user_id": name}, max_tokens=size) for name, size in (("x", 1), ("y", 2)))

    assert found(one, other, ["metadata.user_id"]) == ["max_tokens: 1 -> 2"]


def test_the_closest_has_the_path_and_the_longest_common_history():
    others = [
        request("x"),
        request("a", "b", "other"),
        request("a"),
        request("a", "b", "c", uri="https://api.anthropic.com/v1/messages/count_tokens"),
        request("a", "b", "third"),
    ]

    assert closest(request("a", "b", "c"), others, Matcher()) == 1
    assert closest(request("x", "y"), others[:1], Matcher()) == 0
    assert closest(request("a", uri="https://api.anthropic.com/v1/models"), others, Matcher()) is None
