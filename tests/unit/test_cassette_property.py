"""Whatever was recorded, a cassette holds it to the last digit, and anybody's YAML reader reads the file."""

import json

import pytest

pytest.importorskip("hypothesis")

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_opus._api.conversation import extended
from pytest_opus._api.request import Sent
from pytest_opus._cassette.block_yaml import to_lines
from pytest_opus._cassette.interaction import (
    Events,
    Interaction,
    Json,
    RecordedAt,
    RecordedRequest,
    RecordedResponse,
)
from pytest_opus._cassette.plain_yaml import load_yaml
from pytest_opus._cassette.same import first_difference
from pytest_opus._cassette.text import from_text, to_text

AWKWARD = [
    *"\n\n  \t\r:#-?,[]{}&*!|>'\"%@`~01.e+_=<yn",
    *("\x85", "\u2028", "\ufeff", "\uffff", "\x00", "\x1b", "\x7f", "\xa0", "é", "🙂", "\\"),
    *("null", "true", "yes", "---", "...", "12:30", "2026-01-01", "<<", "x_opus", "recorded_at: ", "# end 1"),
]
texts = st.text(max_size=5) | st.lists(st.sampled_from(AWKWARD) | st.text("ab", max_size=2), max_size=12).map("".join)
halves = st.sampled_from(["\ud83d", "a\ude42"])  # JSON takes both, YAML and UTF-8 neither
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(texts, values, max_size=4)
unwritable = st.recursive(
    scalars | halves,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts | halves, inner, max_size=2),
    max_leaves=4,
)


def exact(value):
    """JSON tells 1 from 1.0 and from true, and keeps the order of keys."""
    return json.dumps(value)


@given(objects)
def test_a_json_value_reads_as_it_was_written_with_any_reader(value):
    text = "\n".join(to_lines({"value": value})) + "\n"

    assert exact(load_yaml(text).value) == exact({"value": value})
    assert exact(yaml.load(text, Loader=yaml.SafeLoader)) == exact({"value": value})
    if yaml.__with_libyaml__:
        assert exact(yaml.load(text, Loader=yaml.CSafeLoader)) == exact({"value": value})


@given(objects)
def test_no_line_ends_in_a_space_that_an_editor_would_strip(value):
    assert [line for line in to_lines({"value": value}) if line != line.rstrip()] == []


deltas = st.builds(
    lambda index, kind, key, value: {
        "type": "content_block_delta",
        "index": index,
        "delta": {"type": kind, key: value},
    },
    st.integers(0, 1),
    st.sampled_from(["text_delta", "input_json_delta"]),
    st.sampled_from(["text", "partial_json"]),
    texts | st.lists(texts, max_size=2) | halves | st.integers(),
)
events = st.lists(deltas | objects | st.dictionaries(texts, unwritable, max_size=2), max_size=6)
answers = st.one_of(
    st.builds(Json, values | unwritable),
    st.builds(Events, events, texts),
    texts,
    st.binary(max_size=80),
)
seconds = st.none() | st.floats(0, 1000)
words = st.text("abc <>:'\"é🙂-.0", min_size=1, max_size=8)
responses = st.builds(
    RecordedResponse,
    st.none() | st.sampled_from([200, 429, 529, 599]),
    st.dictionaries(words, texts, max_size=2),
    answers,
    words,
    texts,
    st.builds(RecordedAt, st.just("2026-11-22") | texts, seconds, seconds),
    texts,
    texts,
)
blocks = st.lists(st.builds(lambda text: {"type": "text", "text": text * 40}, words), min_size=1, max_size=2)
messages = st.builds(
    lambda role, content: {"role": role, "content": content}, st.sampled_from(["user", "assistant"]), blocks | texts
)


@st.composite
def requests(draw):
    """Conversations that go on, part, lose their beginning, and are read anew."""
    tools = [draw(values), "tool " * 40]
    history = []
    for _ in range(draw(st.integers(1, 4))):
        history = history[draw(st.integers(0, 2)) :] if draw(st.booleans()) else history[: draw(st.integers(0, 6))]
        history = history + draw(st.lists(messages | values, max_size=3))
        fields = draw(objects) | {"tools": draw(st.sampled_from(tools))}
        body = draw(
            st.sampled_from([Sent(fields, extended(None, history)), Sent({**fields, "messages": history}, None)])
            | st.builds(Sent, st.dictionaries(texts, unwritable, max_size=2), st.none())
            | texts
            | st.binary(max_size=80)
        )
        yield RecordedRequest(
            "POST", "https://api.anthropic.com/v1/messages", draw(st.dictionaries(words, texts)), body
        )


@st.composite
def tapes(draw):
    asked = list(draw(requests()))
    return [Interaction(request, draw(responses)) for request in asked]


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tapes())
def test_a_cassette_reads_as_it_was_recorded(tape):
    text = to_text(tape)
    read = from_text(text, "tape.yaml")

    assert first_difference(tape, read.interactions) is None
    assert (read.sealed, read.foreign) == (True, False)
    assert to_text(read.interactions) == text
    yaml.load(text, Loader=yaml.SafeLoader)
    assert [text.splitlines()[line - 1] for line in read.lines] == ["- request:"] * len(tape)
