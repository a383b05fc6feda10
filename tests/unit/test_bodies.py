"""Bodies: what the bytes of an answer are, and how events stand in a cassette."""

import json

import pytest

from pytest_opus._api.conversation import messages_of
from pytest_opus._api.reader import BodyReader
from pytest_opus._cassette.bodies import StoredEvents, body_of, event_lines, request_body
from pytest_opus._cassette.interaction import Events, Json

SSE = "text/event-stream; charset=utf-8"
JSON = "application/json"


@pytest.mark.parametrize(
    ("data", "content_type", "body"),
    [
        (b'{"a": 1}', JSON, Json({"a": 1})),
        (b"[1, 2]", "", Json([1, 2])),
        (b'{"a": ', JSON, '{"a": '),
        (b"null", JSON, Json(None)),
        (b"", JSON, ""),
        (b"<html>", "text/html", "<html>"),
        (b"\xff\x00", "application/octet-stream", b"\xff\x00"),
        (b'event: ping\ndata: {"type": "ping"}\n\n', SSE, Events([{"type": "ping"}])),
        (b'data: {"type":\ndata: "ping"}\r\n\r\n', SSE, Events([{"type": "ping"}])),
        (b': comment\n\nevent: ping\n: another\ndata: {"type": "ping"   }\n\n\n', SSE, Events([{"type": "ping"}])),
        (b'data: {"type": "ping"}\n\ndata: {"ty', SSE, Events([{"type": "ping"}], 'data: {"ty')),
        (b"data: 1\n\ndata: {}\n\n", SSE, Events([], "data: 1\n\ndata: {}\n\n")),
        (b'event: a\ndata: {"type": "b"}\n\n', SSE, Events([], 'event: a\ndata: {"type": "b"}\n\n')),
        (b'id: 7\ndata: {"type": "b"}\n\n', SSE, Events([], 'id: 7\ndata: {"type": "b"}\n\n')),
        (b'data: {"id": 7}\n\n', SSE, Events([], 'data: {"id": 7}\n\n')),
        (b"", SSE, Events([])),
    ],
)
def test_the_body_of_an_answer(data, content_type, body):
    assert body_of(data, content_type) == body


def delta(text, index=0, kind="text_delta", key="text"):
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, key: text}}


def test_deltas_that_follow_each_other_share_a_line():
    events = [
        delta("a"),
        delta("é\u2028"),
        delta("\ud83d"),
        {"type": "ping"},
        delta("b"),
        delta("c", 1),
        delta("{", 1, "input_json_delta", "partial_json"),
    ]
    lines = event_lines(events)

    assert lines == [
        '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":["a","é\\u2028","\\ud83d"]}}',
        '{"type":"ping"}',
        '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"b"}}',
        '{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"c"}}',
        '{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{"}}',
    ]
    assert StoredEvents("\n".join(lines)) == events


@pytest.mark.parametrize(
    "event",
    [
        delta(["a", "b"]),
        delta([]),
        delta(1),
        delta("a") | {"more": 1},
        {"index": 0, "type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}},
        delta("a", True),
        delta("a", 1.0),
        {"type": "content_block_delta", "index": 0, "delta": {"text": "a", "type": "text_delta"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta"}},
        {"type": "content_block_delta"},
        {},
    ],
)
def test_events_of_any_form_are_kept_to_the_letter(event):
    events = [delta("x"), event, event, delta("y")]

    assert json.dumps(list(StoredEvents("\n".join(event_lines(events))))) == json.dumps(events)


def test_lines_of_deltas_have_an_end():
    events = [delta("12345678") for _ in range(1000)]
    lines = event_lines(events)

    assert max(map(len, lines)) < 600
    assert len(lines) < 30
    assert StoredEvents("\n".join(lines)) == events


def test_stored_events_are_a_sequence_that_is_read_when_it_is_needed():
    broken = StoredEvents("no JSON")
    events = StoredEvents('{"type":"ping"}\n{"type":"message_stop"}\n')

    assert (len(events), events[1], events[:1]) == (2, {"type": "message_stop"}, [{"type": "ping"}])
    assert repr(events) == "[{'type': 'ping'}, {'type': 'message_stop'}]"
    assert Events(events) == Events([{"type": "ping"}, {"type": "message_stop"}])
    assert events != [{"type": "ping"}]
    with pytest.raises(ValueError, match="Expecting value"):
        len(broken)
    with pytest.raises(ValueError, match="an event is a JSON object"):
        len(StoredEvents("1"))


@pytest.mark.parametrize(
    "data", [b'{"a": 1, "messages": [{"role": "user"}]}', b'{"a": 0, "a": 1, "messages": [{"role": "user"}]}']
)
def test_the_messages_of_a_request_are_a_conversation_however_it_is_written(data):
    sent = request_body(data, BodyReader().read(data))

    assert dict(sent.fields) == {"a": 1}
    assert messages_of(sent.conversation) == [{"role": "user"}]


@pytest.mark.parametrize(("data", "body"), [(b"", ""), (b"[1]", "[1]"), (b'{"a', '{"a'), (b"\xff", b"\xff")])
def test_what_is_no_object_stays_a_text_or_bytes(data, body):
    assert request_body(data, BodyReader().read(data)) == body
