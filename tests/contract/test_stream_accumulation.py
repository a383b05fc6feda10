"""Whatever a message holds and however its bytes are cut: a client that accumulates the stream gets the message."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_opus._adapters.sdk import http_library
from pytest_opus._api.events import message_events
from pytest_opus._api.sse import encode

from .messages import MESSAGES, SIMPLE_MESSAGES

anthropic = pytest.importorskip("anthropic")
HTTP = http_library(anthropic.DefaultHttpxClient)
KNOWN_MESSAGES = SIMPLE_MESSAGES if anthropic.__version__.startswith("0.") else MESSAGES
REQUEST: dict[str, Any] = {"model": "claude-opus-4-7", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}


class Pieces(HTTP.SyncByteStream):  # type: ignore[misc, name-defined]
    def __init__(self, pieces):
        self._pieces = pieces

    def __iter__(self):
        yield from self._pieces


def client_that_gets(content_type, pieces):
    def respond(request):
        return HTTP.Response(200, headers={"content-type": content_type}, stream=Pieces(pieces))

    http_client = anthropic.DefaultHttpxClient(transport=HTTP.MockTransport(respond))
    return anthropic.Anthropic(api_key="k", http_client=http_client)


def plain(value):
    """What a program can read from an SDK object, but for what the SDK's own parsing adds."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not hasattr(value, "model_fields_set"):
        return value
    names = {*type(value).model_fields, *(value.model_extra or {})} - {"parsed_output"}
    return {name: plain(getattr(value, name)) for name in names}


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    start = 0
    while start < len(data):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(data[start : start + size])
        start += size
    return pieces


@settings(deadline=None, max_examples=150)
@given(
    message=KNOWN_MESSAGES,
    characters=st.none() | st.integers(1, 9),
    sizes=st.lists(st.integers(1, 300), min_size=1, max_size=5),
)
def test_the_sdk_accumulates_the_stream_to_the_plain_message(message, characters, sizes):
    data = b"".join(encode(event) for event in message_events(message, characters))
    streaming = client_that_gets("text/event-stream; charset=utf-8", cut(data, sizes))
    with streaming.messages.stream(**REQUEST) as stream:
        accumulated = stream.get_final_message()

    body = json.dumps(message).encode()
    whole = client_that_gets("application/json", [body]).messages.create(**REQUEST)

    assert plain(accumulated) == plain(whole)


@settings(deadline=None, max_examples=50)
@given(message=KNOWN_MESSAGES)
def test_one_byte_at_a_time(message):
    data = b"".join(encode(event) for event in message_events(message))
    streaming = client_that_gets("text/event-stream; charset=utf-8", [bytes([byte]) for byte in data])
    with streaming.messages.stream(**REQUEST) as stream:
        accumulated = stream.get_final_message()

    whole = client_that_gets("application/json", [json.dumps(message).encode()]).messages.create(**REQUEST)
    assert plain(accumulated) == plain(whole)
