"""Whatever a message holds, a reader of its events holds the same message at the end."""

import json

import pytest

pytest.importorskip("hypothesis")

from hypothesis import given
from hypothesis import strategies as st

from pytest_opus._api.events import accumulate, message_events
from pytest_opus._api.sse import encode

words = st.text(max_size=60)
scalars = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3))
objects = st.dictionaries(words, values, max_size=3)
names = st.text("abcdefgh_", min_size=1, max_size=12)


def block(kind, required, optional=None):
    return st.fixed_dictionaries({"type": st.just(kind)} | required, optional=optional or {})


callers = st.fixed_dictionaries({"type": st.sampled_from(["direct", "code_execution_20260120"]), "tool_id": names})
called = {"id": names, "name": names, "input": objects}
blocks = st.one_of(
    block("text", {"text": words}, {"citations": st.lists(objects, max_size=3)}),
    block("thinking", {"thinking": words, "signature": words}),
    block("redacted_thinking", {"data": words}),
    block("tool_use", called, {"caller": callers, "toolset_name": names}),
    block("server_tool_use", called, {"caller": callers}),
    block("mcp_tool_use", called | {"server_name": names}),
    block("compaction", {"content": st.none() | words, "encrypted_content": st.none() | words}),
    block("web_search_tool_result", {"tool_use_id": names, "content": st.lists(objects, max_size=2) | objects}),
    names.flatmap(lambda name: block(f"of_tomorrow_{name}", {}, {"text": values, "input": values, "data": values})),
)
counts = st.integers(0, 10**6)
usages = st.fixed_dictionaries(
    {"input_tokens": counts, "output_tokens": counts},
    optional={
        "cache_creation_input_tokens": counts,
        "cache_read_input_tokens": counts,
        "cache_creation": objects,
        "output_tokens_details": objects,
        "server_tool_use": objects,
        "service_tier": words,
        "inference_geo": words,
        "speed": words,
        "iterations": st.lists(objects, max_size=2),
        "fallback_credit": objects,
    },
)
messages = st.fixed_dictionaries(
    {
        "model": words,
        "id": names,
        "type": st.just("message"),
        "role": st.just("assistant"),
        "content": st.lists(blocks, max_size=4),
        "stop_reason": st.none() | words,
        "stop_sequence": st.none() | words,
        "usage": usages,
    },
    optional={
        "stop_details": st.none() | objects,
        "container": st.none() | objects,
        "context_management": objects,
        "diagnostics": st.none() | objects,
        "of_tomorrow": values,
    },
)


@given(messages, st.none() | st.integers(1, 40))
def test_a_reader_holds_the_message_at_the_end(message, cut):
    assert accumulate(message_events(message, cut)) == message


@given(messages, st.none() | st.integers(1, 40))
def test_events_do_not_change_the_message(message, cut):
    before = json.dumps(message)

    accumulate(message_events(message, cut))

    assert json.dumps(message) == before


@given(messages, st.data())
def test_every_part_of_a_stream_can_be_read(message, data):
    events = list(message_events(message))
    count = data.draw(st.integers(0, len(events)))

    read = accumulate(events[:count])

    assert (read is None) == (count == 0)
    if read:
        assert len(read["content"]) == sum(event["type"] == "content_block_start" for event in events[:count])


@given(messages)
def test_every_event_is_one_frame(message):
    for event in message_events(message):
        name, data, *rest = encode(event).decode().split("\n")
        assert name == f"event: {event['type']}"
        assert json.loads(data.removeprefix("data: ")) == event
        assert rest == ["", ""]


@given(messages)
def test_indexes_count_every_block_and_blocks_do_not_interleave(message):
    current = -1
    for event in message_events(message):
        if event["type"] == "content_block_start":
            current += 1
        assert event.get("index", current) == current
    assert current == len(message["content"]) - 1
