"""What goes wrong on the way reaches each client as its own library's exception, and costs no time."""

from __future__ import annotations

import asyncio
import json
import time

import httpx
import httpx2
import pytest

from pytest_opus import (
    connect_error,
    disconnect,
    garble,
    read_timeout,
    stall,
    stream_error,
    truncate,
    turn,
)

trio = pytest.importorskip("trio")

URL = "https://api.anthropic.com/v1/messages"
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
BODY = {"model": "claude-opus-4-7", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}

libraries = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
runs = pytest.mark.parametrize("run", ["sync", "asyncio", "trio"])
streaming = pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])


@pytest.fixture(autouse=True)
def no_time_is_wasted():
    started = time.perf_counter()
    yield
    assert time.perf_counter() - started < 5


def read(library, run, *, stream, timeout=10.0):
    """The bytes that a client gets, and the exception that ended them."""
    body = BODY | {"stream": stream}
    got = []

    def sync():
        with (
            library.Client(timeout=timeout) as client,
            client.stream("POST", URL, headers=HEADERS, json=body) as answer,
        ):
            got.append(answer.status_code)
            got.extend(answer.iter_bytes())

    async def asynchronous():
        async with (
            library.AsyncClient(timeout=timeout) as client,
            client.stream("POST", URL, headers=HEADERS, json=body) as answer,
        ):
            got.append(answer.status_code)
            async for chunk in answer.aiter_bytes():
                got.append(chunk)  # noqa: PERF401 - what came before a failure counts

    error = None
    try:
        {"sync": sync, "asyncio": lambda: asyncio.run(asynchronous()), "trio": lambda: trio.run(asynchronous)}[run]()
    except library.HTTPError as raised:
        error = type(raised)
    status = got[0] if got else None
    return status, b"".join(got[1:]), error


def names(data):
    return [line[7:] for line in data.decode().splitlines() if line.startswith("event: ")]


@libraries
@runs
class TestEveryLibrary:
    def test_connect_error(self, opus, library, run):
        opus.script(connect_error())
        assert read(library, run, stream=False) == (None, b"", library.ConnectError)
        assert (opus.calls[0].status, opus.calls[0].end) == (None, "dropped")

    def test_read_timeout(self, opus, library, run):
        opus.script(read_timeout())
        assert read(library, run, stream=True) == (None, b"", library.ReadTimeout)
        assert opus.calls[0].end == "timeout"

    @streaming
    def test_disconnect(self, opus, library, run, stream):
        opus.script(turn("Hello.", fault=disconnect(after=2)))
        status, data, error = read(library, run, stream=stream)
        assert (status, error) == (200, library.RemoteProtocolError)
        assert names(data) == ["message_start", "content_block_start"] if stream else data == b'{"'
        assert opus.calls[0].end == "dropped"

    @streaming
    def test_truncate(self, opus, library, run, stream):
        opus.script(turn("Hello.", fault=truncate(after=3)))
        status, data, error = read(library, run, stream=stream)
        assert (status, error) == (200, None)
        assert names(data) == ["message_start", "content_block_start", "ping"] if stream else data == b'{"m'
        assert opus.calls[0].end == "dropped"

    @streaming
    def test_a_stall_beyond_the_timeout(self, opus, library, run, stream):
        opus.script(turn("Hello.", fault=stall(30, after=1)))
        status, data, error = read(library, run, stream=stream)
        assert (status, error) == (200, library.ReadTimeout)
        assert names(data) == ["message_start"] if stream else data == b"{"
        assert opus.calls[0].end == "timeout"

    @streaming
    def test_a_stall_that_the_client_waits_for(self, opus, library, run, stream):
        opus.script(turn("Hello.", fault=stall(0.02, after=1)))
        status, data, error = read(library, run, stream=stream)
        assert (status, error) == (200, None)
        assert names(data)[-1] == "message_stop" if stream else json.loads(data)["content"][0]["text"] == "Hello."
        assert opus.calls[0].seconds >= 0.02
        assert opus.calls[0].end == "complete"

    def test_a_delay_beyond_the_timeout(self, opus, library, run):
        opus.script(turn("Hello.", delay=60))
        assert read(library, run, stream=False) == (None, b"", library.ReadTimeout)

    def test_a_client_that_waits_for_ever(self, opus, library, run):
        opus.script(turn("Hello.", delay=0.01))
        assert read(library, run, stream=False, timeout=None)[0] == 200

    def test_an_error_in_a_stream(self, opus, library, run):
        opus.script(turn("Hello.", fault=stream_error("overloaded_error", "Overloaded", after=1)))
        status, data, error = read(library, run, stream=True)
        assert (status, error) == (200, None)
        assert names(data) == ["message_start", "error"]
        event = json.loads(data.decode().splitlines()[-2].removeprefix("data: "))
        assert event["error"] == {"type": "overloaded_error", "message": "Overloaded", "details": None}
        assert event["request_id"] == opus.calls[0].headers["request-id"]
        assert opus.calls[0].error.type == "overloaded_error"
        assert opus.calls[0].usage.total_tokens == 0

    def test_an_error_in_a_stream_is_an_http_error_without_one(self, opus, library, run):
        opus.script(turn("Hello.", fault=stream_error("overloaded_error", "Overloaded", after=1)))
        status, data, error = read(library, run, stream=False)
        assert (status, json.loads(data)["error"]["message"], error) == (529, "Overloaded", None)
        assert opus.calls[0].headers["retry-after-ms"] == "1"

    @streaming
    def test_garbage(self, opus, library, run, stream):
        opus.script(turn("Hello.", fault=garble(after=1)))
        status, data, error = read(library, run, stream=stream)
        assert (status, error) == (200, None)
        if stream:
            lines = data.decode().splitlines()
            assert names(data)[-1] == "message_stop"
            assert names(data)[1] == "content_block_delta"
            with pytest.raises(ValueError, match="Unterminated string"):
                json.loads(lines[4].removeprefix("data: "))
        else:
            with pytest.raises(ValueError, match="Expecting property name"):
                json.loads(data)

    @pytest.mark.parametrize("after", [0, 1, 10, 10_000])
    def test_garbage_is_garbage_wherever_it_stands(self, opus, library, run, after):
        opus.script(turn("Hello.", fault=garble(after=after)))
        _, data, _ = read(library, run, stream=False)
        with pytest.raises(ValueError, match="char"):
            json.loads(data)

    @pytest.mark.parametrize("chunks", ["bytes", "whole", 1])
    def test_any_cutting_carries_the_same_bytes_of_text(self, opus, library, run, chunks):
        opus.script(turn("Grüße 👋", chunks=chunks))
        _, data, _ = read(library, run, stream=True)
        deltas = [json.loads(line[6:]) for line in data.decode().splitlines() if "text_delta" in line]
        assert "".join(delta["delta"]["text"] for delta in deltas) == "Grüße 👋"
        assert opus.calls[0].end == "complete"


class TestTheSdk:
    REQUEST = BODY

    @pytest.fixture
    def anthropic(self):
        return pytest.importorskip("anthropic")

    def test_a_read_timeout_is_its_timeout_and_retried(self, opus, anthropic):
        opus.script(read_timeout(), turn("Hello.", delay=0))
        client = anthropic.Anthropic(max_retries=1)
        client._sleep_for_retry = lambda **options: None  # its own back-off, which no header shortens
        assert client.messages.create(**BODY).content[0].text == "Hello."
        assert [call.end for call in opus.calls] == ["timeout", "complete"]

    @pytest.mark.parametrize("timeout", [10, httpx.Timeout(60, read=10)], ids=["number", "per phase"])
    def test_a_stall_beyond_the_sdk_s_timeout(self, opus, anthropic, timeout):
        if not isinstance(timeout, int) and anthropic.DefaultHttpxClient.__mro__[1].__module__.startswith("httpx2"):
            timeout = httpx2.Timeout(60, read=10)
        opus.script(turn("Hello.", fault=stall(30)))
        with pytest.raises(anthropic.APITimeoutError):
            anthropic.Anthropic(max_retries=0, timeout=timeout).messages.create(**BODY)

    def test_a_connection_that_breaks_in_mid_stream(self, opus, anthropic):
        opus.script(turn("Hello there.", chunks=2, fault=disconnect(after=5)))
        client = anthropic.Anthropic(max_retries=0)
        seen = []
        broken = pytest.raises((httpx.RemoteProtocolError, httpx2.RemoteProtocolError))
        with broken, client.messages.stream(**BODY) as stream:
            seen += stream.text_stream
        assert seen == [] or "".join(seen) == "Hell"
        assert opus.calls[0].response.content[0].text == "Hell"
        assert opus.calls[0].usage.output_tokens == 1

    def test_an_error_event_in_mid_stream(self, opus, anthropic):
        opus.script(turn("Hello.", fault=stream_error("overloaded_error", "Overloaded", after=4)))
        failing = pytest.raises(anthropic.APIStatusError, match="Overloaded")
        with failing, anthropic.Anthropic().messages.stream(**BODY) as stream:
            stream.get_final_message()
        assert len(opus.calls) == 1

    def test_a_stream_without_its_end(self, opus, anthropic):
        opus.script(turn("Hello.", fault=truncate(after=99)))
        with anthropic.Anthropic().messages.stream(**BODY) as stream:
            assert stream.get_final_message().content[0].text == "Hello."
        assert opus.calls[0].end == "dropped"

    def test_cancelling_a_task_that_waits_for_a_stall(self, opus, anthropic):
        opus.script(turn("Hello.", fault=stall(30, after=2)))

        async def leave():
            async with anthropic.AsyncAnthropic() as client, client.messages.stream(**BODY) as stream:
                await asyncio.wait_for(stream.get_final_message(), 0.5)

        with pytest.raises(asyncio.TimeoutError):
            asyncio.run(leave())
        assert opus.calls[0].end == "aborted"

    @pytest.mark.parametrize("stream", [False, True])
    def test_over_aiohttp(self, opus, anthropic, stream):
        pytest.importorskip("aiohttp")
        if not hasattr(anthropic, "DefaultAioHttpClient"):
            pytest.skip("this SDK has no aiohttp client")
        opus.script("Hello.", turn("Hello.", fault=stall(30, after=1)))

        async def ask(client):
            if not stream:
                return (await client.messages.create(**BODY)).content[0].text
            async with client.messages.stream(**BODY) as events:
                return (await events.get_final_message()).content[0].text

        async def ask_twice():
            async with anthropic.AsyncAnthropic(
                http_client=anthropic.DefaultAioHttpClient(timeout=10), max_retries=0
            ) as client:
                assert await ask(client) == "Hello."
                with pytest.raises((anthropic.APITimeoutError, httpx.ReadTimeout, httpx2.ReadTimeout)):
                    await ask(client)

        asyncio.run(ask_twice())
        assert [call.end for call in opus.calls] == ["complete", "timeout"]

    @pytest.mark.parametrize("listens", [False, True])
    def test_a_disconnect_over_aiohttp(self, opus, anthropic, listens):
        pytest.importorskip("aiohttp")
        if not hasattr(anthropic, "DefaultAioHttpClient"):
            pytest.skip("this SDK has no aiohttp client")
        opus.script(turn("Hello.", fault=disconnect(after=2)))
        base_url = opus.url if listens else None

        async def read():
            client = anthropic.AsyncAnthropic(http_client=anthropic.DefaultAioHttpClient(), base_url=base_url)
            async with client, client.messages.stream(**BODY) as stream:
                await stream.get_final_message()

        with pytest.raises((httpx.ReadError, httpx2.ReadError)):
            asyncio.run(read())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: disconnect(-1),
            "disconnect(): after is -1 (int); a number of events (or bytes), 0 or more, is expected.",
        ),
        (lambda: stall("3"), "stall(): seconds is '3' (str); a number of seconds is expected."),
        (lambda: stream_error(529, "x"), "stream_error(): type is 529 (int); a str is expected."),
        (
            lambda: turn("x", fault="stall"),
            "turn(): fault is 'stall' (str); disconnect(), truncate(), stream_error(), garble() or stall() is expected.",
        ),
        (
            lambda: turn("x", chunks="byte"),
            "turn(): chunks is 'byte' (str); characters per delta (1 or more), a list of str, "
            '"bytes" or "whole" is expected.',
        ),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        make()
    assert str(caught.value) == message
