import pytest

from pytest_opus._api.events import accumulate, message_events, message_in
from pytest_opus._api.sse import decode, encode

USAGE = {
    "input_tokens": 11,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 4,
    "service_tier": "standard",
    "inference_geo": "not_available",
}


def message(*content, usage=USAGE, **fields):
    return {
        "model": "claude-haiku-4-5-20251001",
        "id": "msg_015hKP7NT8qN5auYNUXVc5ZA",
        "type": "message",
        "role": "assistant",
        "content": list(content),
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "stop_details": None,
        "usage": dict(usage),
    } | fields


def parts(block, cut=None):
    """The start of the one block, and its deltas."""
    _, start, _ping, *deltas, _stop, _delta, _end = message_events(message(block), cut)
    assert [delta["index"] for delta in deltas] == [0] * len(deltas)
    return start["content_block"], [delta["delta"] for delta in deltas]


def test_a_captured_stream_of_text():
    """Event by event what the API was seen to send."""
    assert list(message_events(message({"type": "text", "text": "hi"}))) == [
        {
            "type": "message_start",
            "message": {
                "model": "claude-haiku-4-5-20251001",
                "id": "msg_015hKP7NT8qN5auYNUXVc5ZA",
                "type": "message",
                "role": "assistant",
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "stop_details": None,
                "usage": USAGE | {"output_tokens": 1},
            },
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None, "stop_details": None},
            "usage": {
                "input_tokens": 11,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": 4,
            },
        },
        {"type": "message_stop"},
    ]


def test_blocks_follow_each_other_and_only_the_first_is_followed_by_a_ping():
    events = message_events(message({"type": "text", "text": "a"}, {"type": "redacted_thinking", "data": "x"}))

    assert [(event["type"], event.get("index")) for event in events] == [
        ("message_start", None),
        ("content_block_start", 0),
        ("ping", None),
        ("content_block_delta", 0),
        ("content_block_stop", 0),
        ("content_block_start", 1),
        ("content_block_stop", 1),
        ("message_delta", None),
        ("message_stop", None),
    ]


def test_an_empty_message():
    assert [event["type"] for event in message_events(message())] == ["message_start", "message_delta", "message_stop"]


def test_a_tool_call_begins_with_an_empty_fragment():
    block = {"type": "tool_use", "id": "toolu_1", "name": "run_tests", "input": {"file": "test_name.py"}}

    start, deltas = parts(block)

    assert start == block | {"input": {}}
    assert {delta["type"] for delta in deltas} == {"input_json_delta"}
    assert deltas[0]["partial_json"] == ""
    assert "".join(delta["partial_json"] for delta in deltas) == '{"file": "test_name.py"}'
    assert len(deltas) == 3


def test_an_empty_input_has_the_empty_fragment_only():
    block = {"type": "tool_use", "id": "toolu_1", "name": "a", "input": {}}

    assert parts(block) == (block, [{"type": "input_json_delta", "partial_json": ""}])


def test_a_thinking_block_ends_with_its_signature():
    start, deltas = parts({"type": "thinking", "thinking": "Hm.", "signature": "sig"})

    assert start == {"type": "thinking", "thinking": "", "signature": ""}
    assert deltas == [{"type": "thinking_delta", "thinking": "Hm."}, {"type": "signature_delta", "signature": "sig"}]


def test_omitted_thinking_has_the_signature_only():
    _, deltas = parts({"type": "thinking", "thinking": "", "signature": "sig"})

    assert deltas == [{"type": "signature_delta", "signature": "sig"}]


def test_citations_come_before_the_text():
    citation = {"type": "char_location", "cited_text": "x"}

    start, deltas = parts({"type": "text", "text": "hi", "citations": [citation]})

    assert start == {"type": "text", "text": "", "citations": []}
    assert deltas == [{"type": "citations_delta", "citation": citation}, {"type": "text_delta", "text": "hi"}]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "redacted_thinking", "data": "x"},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [{"type": "web_search_result"}]},
        {"type": "container_upload", "file_id": "file_1"},
        {"type": "of_tomorrow", "input": {"a": 1}, "text": "x"},
        {
            "type": "tool_use",
            "id": "toolu_1",
            "name": "a",
            "input": {"b": 1},
            "caller": {"type": "code_execution_20260120", "tool_id": "srvtoolu_1"},
        },
    ],
)
def test_blocks_that_arrive_complete(block):
    assert parts(block) == (block, [])


def test_a_compaction_is_a_single_delta():
    block = {"type": "compaction", "content": "Summary.", "encrypted_content": None}

    start, deltas = parts(block)

    assert start == {"type": "compaction", "content": None, "encrypted_content": None}
    assert deltas == [{"type": "compaction_delta", "content": "Summary.", "encrypted_content": None}]


@pytest.mark.parametrize(
    ("cut", "pieces"),
    [(1, ["a", "b", "c", "d", "e"]), (2, ["ab", "cd", "e"]), (5, ["abcde"]), (9, ["abcde"]), (("", "a", "bcde"), ["", "a", "bcde"])],
)  # fmt: skip
def test_how_text_is_cut(cut, pieces):
    _, deltas = parts({"type": "text", "text": "abcde"}, cut)

    assert [delta["text"] for delta in deltas] == pieces


def test_how_json_is_cut():
    block = {"type": "tool_use", "id": "toolu_1", "name": "a", "input": {"b": 1}}

    assert [delta["partial_json"] for delta in parts(block, 3)[1]] == ["", '{"b', '": ', "1}"]
    assert [delta["partial_json"] for delta in parts(block, ('{"b":', "1}"))[1]] == ["", '{"b":', "1}"]


def test_an_empty_text_has_no_delta():
    assert parts({"type": "text", "text": ""})[1] == []


def test_usage_that_is_known_at_the_end_only():
    late = {"output_tokens_details": {"thinking_tokens": 2}, "server_tool_use": {"web_search_requests": 1}}

    start, delta, _ = message_events(message(usage=USAGE | late))

    assert not late.keys() & start["message"]["usage"].keys()
    assert late.items() <= delta["usage"].items()


def test_a_container_and_context_management_come_with_the_last_delta():
    container, edits = {"id": "container_1", "expires_at": "2026-01-01"}, {"applied_edits": []}

    start, delta, _ = message_events(message(container=container, context_management=edits))

    assert not {"container", "context_management"} & start["message"].keys()
    assert (delta["delta"]["container"], delta["context_management"]) == (container, edits)


def test_events_do_not_change_the_message():
    original = message({"type": "text", "text": "hi", "citations": [{"type": "char_location"}]})
    events = list(message_events(original))

    read = accumulate(events)
    read["content"][0]["citations"].append("x")
    read["usage"]["input_tokens"] = 0
    accumulate(events)

    assert original == message({"type": "text", "text": "hi", "citations": [{"type": "char_location"}]})


@pytest.mark.parametrize(
    ("count", "text"), [(2, ""), (3, ""), (4, "one "), (5, "one two "), (6, "one two three"), (7, "one two three")]
)
def test_a_reader_that_leaves_early_holds_a_part(count, text):
    events = list(message_events(message({"type": "text", "text": "one two three"}), ("one ", "two ", "three")))

    read = accumulate(events[:count])

    assert read["content"] == [{"type": "text", "text": text}]
    assert (read["stop_reason"], read["usage"]["output_tokens"]) == (None, 1)


def test_before_the_first_event_there_is_no_message():
    assert accumulate([]) is None
    assert accumulate([{"type": "ping"}, {"type": "content_block_stop", "index": 0}]) is None


def test_a_tool_call_that_was_cut_has_no_input_yet():
    block = {"type": "tool_use", "id": "toolu_1", "name": "a", "input": {"b": 1}}

    assert accumulate(list(message_events(message(block)))[:5])["content"] == [block | {"input": {}}]


def test_a_frame():
    assert encode({"type": "ping"}) == b'event: ping\ndata: {"type":"ping"}\n\n'
    assert encode({"type": "x", "text": "ä\n\u2028"}) == 'event: x\ndata: {"type":"x","text":"ä\\n\u2028"}\n\n'.encode()


@pytest.mark.parametrize(
    "event",
    [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a\n"}},
        {"type": "content_block_delta", "index": 0, "delta": {"text": "a", "type": "text_delta"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}, "p": "abc"},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}, "p": "abc"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta", "citation": {"a": 1}}},
        {"type": "content_block_delta", "index": 0, "delta": "ab"},
        {"type": "content_block_delta"},
    ],
)
def test_a_frame_holds_all_of_its_event_in_whatever_order_its_keys_come(event):
    assert list(decode(encode(event))) == [event]


def test_events_that_make_no_message_are_none():
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}
    start = {"type": "message_start", "message": message()}

    assert message_in([start, delta]) is None
    assert message_in([start])["content"] == []
