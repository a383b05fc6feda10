"""Chunks of a reply and the waits before them, however the stream is cut."""

from itertools import accumulate

import pytest

from pytest_opus import disconnect, garble, stall, stream_error, truncate, turn
from pytest_opus._responders.delivery import deliver

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-4-7",
    "content": [{"type": "text", "text": "one two"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 2},
}


def streamed(**said):
    return deliver(MESSAGE, turn("one two", **said), {"request-id": "req_1"}, stream=True)


EVENTS = len(streamed().chunks)


def test_a_stream_without_a_pace_waits_for_nothing():
    assert streamed().waits == {}


def test_a_pace_lies_between_events():
    assert streamed(pace=0.5).waits == dict.fromkeys(range(1, EVENTS), 0.5)


def test_a_stall_comes_on_top_of_the_pace():
    assert streamed(pace=0.5, fault=stall(3, after=2)).waits == dict.fromkeys(range(1, EVENTS), 0.5) | {2: 3.5}


def test_after_the_last_event_there_is_none_to_stall():
    assert streamed(fault=stall(3, after=99)).waits == {EVENTS - 1: 3}


@pytest.mark.parametrize(
    ("fault", "count"),
    [
        (disconnect(after=3), 3),
        (truncate(after=3), 3),
        (stream_error("overloaded_error", "Overloaded", after=3), 4),
        (garble(after=3), EVENTS + 1),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_every_event_that_is_left_has_its_pace(fault, count):
    reply = streamed(pace=0.5, fault=fault)

    assert len(reply.chunks) == count
    assert reply.waits == dict.fromkeys(range(1, count), 0.5)


@pytest.mark.parametrize("said", [{}, {"pace": 0.5}, {"pace": 0.5, "fault": stall(3, after=2)}], ids=str)
def test_byte_by_byte_what_comes_before_an_event_comes_before_its_first_byte(said):
    by_event, by_byte = streamed(**said), streamed(**said, chunks="bytes")
    starts = list(accumulate(map(len, by_event.chunks), initial=0))

    assert {len(chunk) for chunk in by_byte.chunks} == {1}
    assert b"".join(by_byte.chunks) == b"".join(by_event.chunks)
    assert by_byte.waits == {starts[place]: seconds for place, seconds in by_event.waits.items()}


@pytest.mark.parametrize("said", [{}, {"pace": 0.5}, {"pace": 0.5, "fault": stall(3, after=2)}], ids=str)
def test_in_one_piece_all_that_comes_before_events_comes_before_it(said):
    by_event, whole = streamed(**said), streamed(**said, chunks="whole")

    assert whole.chunks == [b"".join(by_event.chunks)]
    assert sum(whole.waits.values()) == sum(by_event.waits.values())
    assert set(whole.waits) <= {0}


@pytest.mark.parametrize("chunks", ["bytes", "whole"])
def test_what_is_cut_off_at_once_has_nothing_to_cut(chunks):
    assert streamed(chunks=chunks, fault=disconnect(after=0)).chunks == []
