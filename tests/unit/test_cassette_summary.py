"""The summary of an answer, for those who review a cassette."""

import pytest

from pytest_opus._api.events import message_events
from pytest_opus._cassette.interaction import Events, Json
from pytest_opus._cassette.summary import summary_of

MESSAGE = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-4-7",
    "content": [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "text", "text": "First."},
        {"type": "text", "text": "Second."},
        {"type": "tool_use", "id": "toolu_01", "name": "search", "input": {"q": "é"}},
        {"type": "server_tool_use", "id": "srvtoolu_01", "name": "web_search", "input": {"query": "x" * 200}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 7, "cache_creation": {"ephemeral_1h_input_tokens": 0}},
}
SUMMARY = {
    "model": "claude-opus-4-7",
    "stop_reason": "tool_use",
    "usage": {"input_tokens": 3, "output_tokens": 7},
    "text": "First.\nSecond.",
    "tool_calls": ['search({"q":"é"})', 'web_search({"query":"' + "x" * 110 + " … (92 more characters))"],
}
ERROR = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


@pytest.mark.parametrize("body", [Json(MESSAGE), Events(list(message_events(MESSAGE)))], ids=["json", "stream"])
def test_a_message(body):
    assert summary_of(body) == SUMMARY


def test_a_stream_that_broke_off_is_told_as_far_as_it_came():
    events = list(message_events(MESSAGE, cut=3))
    summary = summary_of(Events([*events[:10], ERROR]))

    assert summary == {
        "model": "claude-opus-4-7",
        "usage": {"input_tokens": 3, "output_tokens": 1},
        "text": "First.",
        "error": "overloaded_error: Overloaded",
    }


def test_a_long_text_is_cut():
    summary = summary_of(Json(MESSAGE | {"content": [{"type": "text", "text": "word " * 1000}]}))

    assert summary["text"] == ("word " * 60).rstrip() + " … (4,700 more characters)"


def test_halves_of_a_character_are_put_together_or_replaced():
    def text(*pieces):
        return summary_of(Json(MESSAGE | {"content": [{"type": "text", "text": "".join(pieces)}]}))["text"]

    assert text("a\ud83d", "\ude42") == "a🙂"
    assert text("a\ud83d") == "a\ufffd"


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        (Json(ERROR), {"error": "overloaded_error: Overloaded"}),
        (Json({"input_tokens": 3}), {}),
        (Json([1]), {}),
        (Json({"type": "error", "error": 1}), {"error": "None: None"}),
        (Json({"type": "message", "model": 1, "usage": [], "content": 1}), {}),
        (Events([]), {}),
        (Events([{"type": "message_start"}]), {}),
        (Events([{"type": "message_start", "message": {"usage": 1}}]), {}),
        (Events([{"type": "message_start", "message": {"usage": "ab"}}]), {}),
        (Events([{"type": "message_start", "message": 1}]), {}),
        ("text", {}),
        (b"\xff", {}),
    ],
)
def test_other_answers(body, summary):
    assert summary_of(body) == summary
