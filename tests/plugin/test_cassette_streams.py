"""Streams in cassettes: what the program read, how it ended, and that a replay feels the same."""

from __future__ import annotations

import time
from importlib.util import find_spec
from textwrap import dedent

import pytest

from pytest_opus._api.events import message_events
from pytest_opus._api.sse import encode

pytest.importorskip("vcr")

CLIENTS = '''
"""Programs that read a stream and tell its text, and the class of what ended it."""

import asyncio
import json

import os

import anthropic
import anyio
import httpx
import httpx2

BASE = os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages"
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}


def asked(text):
    return {"model": "claude-opus-4-7", "max_tokens": 100, "messages": [{"role": "user", "content": text}]}


def text_of(line):
    event = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
    return event.get("delta", {}).get("text", "")


def raw(library):
    def read(text, events):
        got = []
        try:
            with library.stream("POST", BASE, headers=HEADERS, json=asked(text) | {"stream": True}, timeout=0.5) as answer:
                for line in answer.iter_lines():
                    got += [text_of(line)] if text_of(line) else []
                    if len(got) == events:
                        break
        except Exception as error:
            return "".join(got), type(error).__name__
        return "".join(got), None

    return read


def raw_async(library, run):
    def read(text, events):
        got = []

        async def main():
            async with library.AsyncClient(timeout=0.5) as client:
                async with client.stream("POST", BASE, headers=HEADERS, json=asked(text) | {"stream": True}) as answer:
                    async for line in answer.aiter_lines():
                        got.extend([text_of(line)] if text_of(line) else [])
                        if len(got) == events:
                            break

        try:
            run(main)
        except Exception as error:
            return "".join(got), type(error).__name__
        return "".join(got), None

    return read


def sdk(text, events):
    got = []
    try:
        with anthropic.Anthropic(timeout=0.5).messages.stream(**asked(text)) as stream:
            for piece in stream.text_stream:
                got.append(piece)
                if len(got) == events:
                    break
    except Exception as error:
        return "".join(got), type(error).__name__
    return "".join(got), None


def sdk_async(run):
    def read(text, events):
        got = []

        async def main():
            async with anthropic.AsyncAnthropic(timeout=0.5) as client:
                async with client.messages.stream(**asked(text)) as stream:
                    async for piece in stream.text_stream:
                        got.append(piece)
                        if len(got) == events:
                            break

        try:
            run(main)
        except Exception as error:
            return "".join(got), type(error).__name__
        return "".join(got), None

    return read


def on_asyncio(main):
    asyncio.run(main())


def on_trio(main):
    import trio

    trio.run(main)


CLIENTS = {
    "httpx": raw(httpx),
    "httpx2": raw(httpx2),
    "httpx asyncio": raw_async(httpx, on_asyncio),
    "httpx2 asyncio": raw_async(httpx2, on_asyncio),
    "httpx trio": raw_async(httpx, on_trio),
    "sdk": sdk,
    "sdk asyncio": sdk_async(on_asyncio),
    "sdk trio": sdk_async(on_trio),
}
'''

EVERY_CLIENT = """
    import json
    from clients import CLIENTS

    @pytest.mark.opus_cassette
    @pytest.mark.parametrize("client", CLIENTS)
    def test_it(opus, client):
        told = CLIENTS[client]("{text}", {events})
        calls = [(one.end, one.status, one.response and one.response.content[0].text) for one in opus.calls]
        print("TOLD", client, told, calls)
    """


def needs(*modules):
    missing = [module for module in modules if not is_installed(module)]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} not installed")


def is_installed(module):
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of the package that it belongs to
        return False


def told(outcome):
    return [line for line in outcome.text.splitlines() if line.startswith("TOLD ")]


@needs("anthropic", "httpx2", "trio")
@pytest.mark.parametrize(
    ("text", "events", "state"),
    [
        ("whole", 99, ""),
        ("slow", 2, "state: aborted"),
        ("drop", 99, "error:RemoteProtocolError"),
        ("stall", 99, "error:ReadTimeout"),
    ],
)
def test_every_client_sees_in_a_replay_what_it_saw_when_it_was_recorded(taped, text, events, state):
    pytest.importorskip("anthropic", minversion="0.97")  # older ones know no trio
    taped.project.pytester.makepyfile(clients=CLIENTS)
    source = EVERY_CLIENT.format(text=text, events=events)
    recorded = taped.run(source, "--opus-record=once", "-rP")
    assert recorded.counts["passed"] == 8, recorded.text
    assert len(told(recorded)) == len(taped.seen) == 8
    assert all(state in path.read_text(encoding="utf-8") for path in taped.path().parent.iterdir())

    replayed = taped.run(source, "-rP")
    assert replayed.counts["passed"] == 8, replayed.text
    assert told(replayed) == told(recorded)
    assert len(taped.seen) == 8


@needs("anthropic")
def test_a_task_that_is_cancelled_in_mid_stream_is_recorded_as_far_as_it_came(taped):
    source = """
        import anthropic
        import asyncio

        async def read(got):
            async with anthropic.AsyncAnthropic() as client:
                asked = dict(model="claude-opus-4-7", max_tokens=9, messages=[{"role": "user", "content": "slow"}])
                async with client.messages.stream(**asked) as stream:
                    async for piece in stream.text_stream:
                        got.append(piece)
                        if len(got) == 2:
                            await asyncio.sleep(9)

        @pytest.mark.opus_cassette
        def test_it(opus):
            got = []

            async def main():
                async with asyncio.timeout(LIMIT):
                    await read(got)

            with pytest.raises(TimeoutError):
                asyncio.run(main())
            assert got == ["you s", "aid s"]
            assert [call.end for call in opus.calls] == ["aborted"]
        """
    assert "state: aborted" in taped.record("LIMIT = 2\n" + dedent(source))

    assert taped.run("LIMIT = 0.5\n" + dedent(source)).counts["passed"] == 1
    assert len(taped.seen) == 1


CODED = """
    import {library}

    @pytest.mark.opus_cassette
    @pytest.mark.parametrize("stream", [True, False])
    def test_it(opus, stream):
        accepted = headers(**{{"accept-encoding": "{encoding}"}})
        answer = {library}.post(BASE, headers=accepted, json=body("Hi", stream=stream))
        assert "content-encoding" in answer.headers or opus.calls[0].recorded
        if {readable}:
            assert "Grüße" in answer.text
            assert opus.calls[0].response.content[0].text == "Grüße"
    """


def encoded(encoding, message):
    def answer(handler, body):
        reply = message("Grüße")
        if body["stream"]:
            handler.send_stream(message_events(reply, None), encoding=encoding)
        else:
            handler.answer(200, reply, encoding=encoding)

    return answer


@pytest.mark.parametrize(
    ("encoding", "library"),
    [
        ("gzip", "httpx"),
        ("deflate", "httpx"),
        pytest.param("br", "httpx", marks=needs("brotli")),
        pytest.param("zstd", "httpx2", marks=needs("httpx2", "backports.zstd")),
    ],
)
def test_compressed_answers_are_stored_readable_and_replayed_without_any_encoding(taped, message, encoding, library):
    taped.seen.answer = encoded(encoding, message)
    source = CODED.format(library=library, encoding=encoding, readable=True)
    outcome = taped.run(source, "--opus-record=once")
    assert outcome.counts == {"passed": 2}, outcome.text
    for path in taped.path().parent.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "Grüße" in text
        assert "content-encoding" not in text

    assert taped.run(source).counts == {"passed": 2}
    assert len(taped.seen) == 2


@needs("backports.zstd")
@pytest.mark.skipif(find_spec("zstandard") is not None, reason="httpx can undo it with zstandard")
def test_an_answer_that_nothing_here_can_decode_is_a_clear_error(taped, message):
    taped.seen.answer = encoded("zstd", message)
    outcome = taped.run(CODED.format(library="httpx", encoding="zstd", readable=False), "--opus-record=once")

    assert outcome.counts == {"failed": 2}
    assert outcome.failures[1] == (
        "cassettes/test_it/test_it[False]-efc718ed.yaml is not written: an answer came with the content encoding "
        "'zstd', which the HTTP library of the program cannot undo. Install what it needs for that, such as brotli, "
        "zstandard or backports.zstd, or let the program not ask for it (accept-encoding)."
    )
    assert not taped.path().parent.exists()


def test_a_stream_that_breaks_off_within_a_character_is_replayed_as_far_as_it_came(taped, message):
    def answer(handler, body):
        whole = b"".join(map(encode, message_events(message("Grüße"), 2)))
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        handler._send_chunk(whole[: whole.index("ß".encode()) + 1])
        handler.close_connection = True

    taped.seen.answer = answer
    source = """
        import httpx

        @pytest.mark.opus_cassette
        def test_it(opus):
            got = b""
            with pytest.raises(httpx.RemoteProtocolError):
                with httpx.stream("POST", BASE, headers=headers(), json=body(stream=True)) as answer:
                    for chunk in answer.iter_raw():
                        got += chunk
            assert got.decode(errors="ignore").count("content_block_delta") == 4
            assert opus.calls[0].response.content[0].text == "Gr"
        """
    taped.record(source)

    assert taped.run(source).counts == {"passed": 1}


def test_a_replay_can_be_cut_like_any_stream(taped, message):
    source = """
        import httpx

        @pytest.mark.opus_chunking
        @pytest.mark.opus_cassette("any")
        def test_it(opus, request):
            with httpx.stream("POST", BASE, headers=headers(), json=body("Grüße\\r\\n", stream=True)) as answer:
                chunks = list(answer.iter_raw())
            assert opus.calls[0].response.content[0].text == "you said Grüße\\r\\n"
            print("CHUNKS", len(chunks), len(b"".join(chunks)))
        """
    assert taped.run(source, "--opus-record=once").counts == {"passed": 3}

    outcome = taped.run(source, "-rP")
    assert outcome.counts == {"passed": 3}
    events, each_byte, whole = (line.split()[1:] for line in outcome.text.splitlines() if line.startswith("CHUNKS"))
    assert int(events[0]) > 5
    assert events[1] == each_byte[0] == each_byte[1] == whole[1]
    assert whole[0] == "1"


@needs("httpx")
@pytest.mark.parametrize("stream", [True, False])
def test_a_program_whose_own_clock_ends_a_request_ends_it_in_a_replay_too(taped, message, stream):
    def answer(handler, body):
        if body["stream"]:
            handler.stream("slow stream")
        else:
            time.sleep(1)
            handler.close_connection = True

    taped.seen.answer = answer
    source = f"""
        import asyncio
        import httpx

        async def read():
            async with httpx.AsyncClient() as client:
                async with client.stream("POST", BASE, headers=headers(), json=body(stream={stream})) as answer:
                    await answer.aread()

        @pytest.mark.opus_cassette
        def test_it(opus):
            with pytest.raises(TimeoutError):
                asyncio.run(asyncio.wait_for(read(), LIMIT))
            assert (opus.calls[0].end, opus.calls[0].status) == ("aborted", {200 if stream else None})
        """
    assert "state: aborted" in taped.record("LIMIT = 0.4\n" + dedent(source))
    assert taped.run("LIMIT = 0.4\n" + dedent(source)).counts == {"passed": 1}
    assert len(taped.seen) == 1

    outcome = taped.run("LIMIT = 9\n" + dedent(source))
    assert outcome.counts == {"failed": 1}
    what, then = ("reads on", "closed the stream") if stream else ("waits on", "gave the request up")
    assert f"opus: call 1 {what} where the recording stops: when interaction 1 was recorded, the program {then}." in (
        outcome.failure + outcome.section
    )


@needs("httpx")
def test_a_client_of_the_server_has_time_to_close_a_stream_as_it_did(taped):
    source = """
        import http.client
        import json
        from urllib.parse import urlsplit

        @pytest.mark.opus_cassette
        def test_it(opus_server):
            url = urlsplit(opus_server.url)
            connection = http.client.HTTPConnection(url.hostname, url.port)
            asked = json.dumps(body("slow", stream=True))
            connection.request("POST", url.path + "/v1/messages", asked, headers(**{"content-type": "application/json"}))
            answer = connection.getresponse()
            assert answer.readline() == b"event: message_start\\n"
            __import__("time").sleep(0.2)
            answer.close()
            connection.close()
            while opus_server.calls[0].end is None:
                pass
            assert opus_server.calls[0].end == "aborted"
        """
    assert "state: aborted" in taped.record(source)
    assert taped.run(source).counts == {"passed": 1}


@needs("httpx")
@pytest.mark.parametrize(
    "data",
    [
        b'data: {"id":1}\n\ndata: [DONE]\n\n',
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"text":"a",'
        b'"type":"text_delta"},"p":"abc"}\n\n',
    ],
)
def test_a_stream_of_another_make_reaches_the_program_as_it_is(taped, data):
    def answer(handler, body):
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    taped.seen.answer = answer
    source = f"""
        @pytest.mark.opus_cassette
        def test_it(opus):
            assert send(url=BASE, stream=True).content == {data!r}
        """
    taped.record(source)
    assert taped.run(source).counts == {"passed": 1}
    assert len(taped.seen) == 1


@needs("httpx")
def test_a_stream_that_makes_no_message_is_no_error_of_the_program(taped):
    events = [{"type": "message_start", "message": {}}, {"type": "content_block_delta", "index": 0, "delta": {}}]
    taped.seen.answer = lambda handler, body: handler.send_stream(events)
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            assert b"content_block_delta" in send(url=BASE, stream=True).content
            assert opus.calls[0].response is None
        """
    taped.record(source)
    assert taped.run(source).counts == {"passed": 1}
