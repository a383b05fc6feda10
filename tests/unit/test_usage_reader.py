"""Reading usage from the bytes of an answer, however they are cut."""

import json

import pytest

from pytest_opus._api.usage import EventReader, UsageReader, read_usage

START = {"input_tokens": 100, "cache_read_input_tokens": 7, "output_tokens": 1, "service_tier": "standard"}
MODEL = "claude-opus-4-7"


def event(**payload):
    return f"event: {payload['type']}\ndata: {json.dumps(payload)}  \n\n".encode()


OPENING = event(type="message_start", message={"model": MODEL, "content": [], "usage": START})
CLOSING = event(
    type="message_delta", delta={"stop_reason": "end_turn"}, usage={"input_tokens": None, "output_tokens": 50}
)
STREAM = OPENING + event(type="ping") + CLOSING + event(type="message_stop")
WHOLE = START | {"output_tokens": 50}


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_a_stream_cut_anywhere(size):
    reader = UsageReader(stream=True)
    for start in range(0, len(STREAM), size):
        reader.feed(STREAM[start : start + size])

    assert (reader.usage, reader.model) == (WHOLE, MODEL)


def test_a_stream_that_was_cut_off_has_used_what_it_had_reported():
    assert read_usage(OPENING + CLOSING[:-2], stream=True) == (START, MODEL)
    assert read_usage(OPENING[:-2], stream=True) == ({}, None)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_line_ends_of_both_kinds(end):
    assert read_usage(STREAM.replace(b"\n", end), stream=True) == (WHOLE, MODEL)


def test_what_is_no_event_is_passed_over():
    noise = b": a comment\n\ndata: {broken}\n\ndata: [1]\n\ndata: {}\n\nid: 3\n\n"

    assert read_usage(noise + STREAM + noise, stream=True) == (WHOLE, MODEL)


def test_data_over_several_lines():
    assert list(EventReader().feed(b'data: {"type":\ndata:  "ping"}\n\n')) == [{"type": "ping"}]


def test_an_error_in_the_stream_reports_nothing():
    assert read_usage(event(type="error", error={"type": "overloaded_error"}), stream=True) == ({}, None)


@pytest.mark.parametrize("size", [1, 13, 10_000])
def test_json_cut_anywhere(size):
    body = json.dumps({"model": MODEL, "content": [{"type": "text", "text": "}"}], "usage": WHOLE}).encode()
    reader = UsageReader(stream=False)
    for start in range(0, len(body), size):
        reader.feed(body[start : start + size])

    assert (reader.usage, reader.model) == (WHOLE, MODEL)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"error": {}}', b'{"usage": null}', b"\xff}"])
def test_a_body_that_reports_nothing(body):
    assert read_usage(body, stream=False) == ({}, None)
