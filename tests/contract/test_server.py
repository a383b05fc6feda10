"""The loopback server, as clients of every kind meet it: over a real socket."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
import zlib
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

import pytest_opus
from pytest_opus import (
    _active,
    connect_error,
    disconnect,
    garble,
    overloaded,
    read_timeout,
    serve,
    stall,
    stream_error,
    tool_use,
    truncate,
    turn,
)

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
BODY = {"model": "claude-opus-4-7", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
STREAM = BODY | {"stream": True}
TOOL = {"name": "look", "description": "Look.", "input_schema": {"type": "object"}}


def post(url, body=BODY, **options):
    return httpx.post(f"{url}/v1/messages", json=body, headers=HEADERS, **options)


def said(response):
    return response.json()["content"][0]["text"]


def streamed(url, **options):
    """The bytes that a streaming client gets, and the exception that ended them."""
    got, error = b"", None
    try:
        with httpx.stream("POST", f"{url}/v1/messages", json=STREAM, headers=HEADERS, **options) as response:
            for chunk in response.iter_raw():
                got += chunk
    except httpx.TransportError as raised:
        error = type(raised)
    return got, error


def names(data):
    return [line[7:] for line in data.decode().splitlines() if line.startswith("event: ")]


@contextmanager
def connected(url):
    """A raw connection, and the path below which the endpoint is."""
    parts = urlsplit(url)
    with closing(socket.create_connection((parts.hostname, parts.port), timeout=5)) as connection:
        yield connection, parts.path


def head(path, *fields, method="POST"):
    lines = [f"{method} {path} HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in HEADERS.items()), *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_answer(connection):
    """Status and JSON body of one answer that has a content length."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, json.loads(response.read())


def until(condition):
    """Wait for what the server notices a moment later."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class TestTheUrl:
    def test_it_answers_json_and_streams(self, opus_server):
        opus_server.script("one", "two")
        response = post(opus_server.url)
        assert (response.status_code, response.http_version, said(response)) == (200, "HTTP/1.1", "one")
        assert response.headers["request-id"].startswith("req_")
        data, error = streamed(opus_server.url)
        assert (names(data)[0], names(data)[-1], error) == ("message_start", "message_stop", None)
        assert [call.end for call in opus_server.calls] == ["complete", "complete"]

    def test_it_is_that_of_the_fixture_opus(self, opus, opus_server):
        assert opus is opus_server
        assert os.environ["ANTHROPIC_BASE_URL"] == opus.url

    def test_it_is_loopback_without_a_trailing_slash_and_cannot_be_guessed(self, opus):
        parts = urlsplit(opus.url)
        assert (parts.scheme, parts.hostname) == ("http", "127.0.0.1")
        assert len(parts.path) == 33

    def test_every_endpoint_has_its_own_on_one_server(self, opus_server):
        opus_server.script("outer")
        with serve() as inner:
            inner.script("inner")
            assert os.environ["ANTHROPIC_BASE_URL"] == inner.url != opus_server.url
            assert urlsplit(inner.url).port == urlsplit(opus_server.url).port
            assert said(post(opus_server.url)) == "outer"
            assert said(post(inner.url)) == "inner"
        assert os.environ["ANTHROPIC_BASE_URL"] == opus_server.url

    def test_late_requests_are_told(self, opus_server):
        with serve() as inner:
            url = inner.url
        assert httpx.get(f"{url}/v1/models", headers=HEADERS).status_code == 400
        assert _active.stray == []
        response = post(url)
        assert (response.status_code, response.headers["x-should-retry"]) == (400, "false")
        told = response.json()["error"]["message"]
        assert told.startswith("opus: a request came to the URL of endpoint after its end.")
        assert [problem.code for problem in _active.stray] == ["after_the_end"]
        _active.stray.clear()  # else it would be an error of this test's teardown
        assert opus_server.calls == []
        with pytest.raises(RuntimeError, match=r"^opus.url: the test has ended, and its endpoint listens no more\.$"):
            _ = inner.url

    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
    def test_a_client_that_drops_the_path_is_told(self, opus_server, method):
        parts = urlsplit(opus_server.url)
        with httpx.Client(base_url=f"http://{parts.netloc}") as client:
            response = client.request(method, "/v1/messages")
            assert response.status_code == 404
            if method != "HEAD":
                assert response.json()["error"]["message"].startswith(f"{method} /v1/messages: the client dropped the ")
            told = f"{method} /v1/messages: 404, the client dropped the path of ANTHROPIC_BASE_URL"
            assert opus_server.transcript() == told
            opus_server.script("Hello.")
            assert said(client.post(f"{parts.path}/v1/messages", json=BODY, headers=HEADERS)) == "Hello."

    @pytest.mark.parametrize("path", ["/v1/messages", "/v1/v1/messages", "/messages", "/v1/messages?beta=true"])
    def test_base_urls_with_and_without_version(self, opus_server, path):
        opus_server.script("Hello.")
        assert said(httpx.post(opus_server.url + path, json=BODY, headers=HEADERS)) == "Hello."

    def test_models_tokens_and_unknown_paths(self, opus_server):
        with httpx.Client(headers=HEADERS) as client:
            models = client.get(f"{opus_server.url}/v1/models").json()["data"]
            assert client.get(f"{opus_server.url}/v1/models/{models[0]['id']}").json() == models[0]
            body = {name: BODY[name] for name in ("model", "messages")}
            count = client.post(f"{opus_server.url}/v1/messages/count_tokens", json=body)
            assert count.json()["input_tokens"] > 0
            assert httpx.head(f"{opus_server.url}/api/hello").status_code == 404  # Claude Code asks without a key
            unknown = client.get(f"{opus_server.url}/v1/nope")
            assert (unknown.status_code, unknown.json()["error"]["type"]) == (404, "not_found_error")

    def test_anthropics_own_rules_hold(self, opus_server):
        with opus_server.expect_invalid():
            answer = httpx.post(f"{opus_server.url}/v1/messages", json=BODY, headers={"x-api-key": "k"})
        assert answer.json()["error"]["message"] == "anthropic-version: header is required"

    def test_an_endpoint_that_is_served_answers_in_process_too(self, opus_server):
        opus_server.script("one")
        assert said(post("https://api.anthropic.com")) == "one"


class TestTheEnvironment:
    def test_a_subprocess_inherits_it(self, opus_server):
        opus_server.script("from afar")
        code = (
            "import httpx, os\n"
            "headers = {'x-api-key': os.environ['ANTHROPIC_API_KEY'], 'anthropic-version': '2023-06-01'}\n"
            f"answer = httpx.post(os.environ['ANTHROPIC_BASE_URL'] + '/v1/messages', json={BODY}, headers=headers)\n"
            "print(answer.json()['content'][0]['text'])"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
        assert run.stdout == "from afar\n"

    def test_a_copy_to_hand_on(self, opus):
        env = opus.env
        assert env == {**os.environ, "ANTHROPIC_BASE_URL": opus.url}
        env["ANTHROPIC_BASE_URL"] = "changed"
        assert os.environ["ANTHROPIC_BASE_URL"] == opus.url

    @pytest.mark.parametrize("before", [None, "https://gateway.example/anthropic"])
    def test_it_is_restored(self, monkeypatch, before):
        if before:
            monkeypatch.setenv("ANTHROPIC_BASE_URL", before)
        with serve():
            assert os.environ["ANTHROPIC_BASE_URL"] != before
        assert os.environ.get("ANTHROPIC_BASE_URL") == before

    def test_endpoints_may_end_in_any_order(self, monkeypatch):
        monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://gateway.example")
        first, second = serve(), serve()
        first.__enter__()
        opus = second.__enter__()
        first.__exit__(None, None, None)
        assert os.environ["ANTHROPIC_BASE_URL"] == opus.url
        second.__exit__(None, None, None)
        assert os.environ["ANTHROPIC_BASE_URL"] == "https://gateway.example"

    def test_the_host_from_before_is_answered_still(self, monkeypatch, opus):
        monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://gateway.example")
        _ = opus.url
        opus.script("one")
        assert said(post("http://gateway.example")) == "one"

    def test_where_no_proxy_is_asked_anyway_it_stays_so(self, monkeypatch):
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        with serve() as opus:
            opus.script("direct")
            assert os.environ["NO_PROXY"] == "*"
            assert said(post(opus.url)) == "direct"

    @pytest.mark.parametrize(
        ("before", "during"), [(None, "127.0.0.1"), ("intranet.example", "intranet.example,127.0.0.1")]
    )
    def test_no_proxy_is_asked(self, monkeypatch, before, during):
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        if before:
            monkeypatch.setenv("NO_PROXY", before)
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        with serve() as opus:
            opus.script("direct")
            assert (os.environ["NO_PROXY"], os.environ["no_proxy"]) == (during, during)
            assert said(post(opus.url)) == "direct"
        assert (os.environ.get("NO_PROXY"), os.environ.get("no_proxy")) == (before, None)


class TestRequests:
    @pytest.mark.parametrize(
        ("encoding", "encode"),
        [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda data: zlib.compress(data, wbits=-15))],
        ids=["gzip", "deflate", "deflate without a head"],
    )
    def test_compressed_bodies(self, opus_server, encoding, encode):
        opus_server.script("one")
        headers = HEADERS | {"content-encoding": encoding}
        answer = httpx.post(
            f"{opus_server.url}/v1/messages", content=encode(json.dumps(BODY).encode()), headers=headers
        )
        assert said(answer) == "one"

    def test_a_body_that_is_not_as_it_says(self, opus_server):
        headers = HEADERS | {"content-encoding": "gzip"}
        with opus_server.expect_invalid():
            answer = httpx.post(f"{opus_server.url}/v1/messages", content=b"plain", headers=headers)
        assert answer.status_code == 400

    def test_chunked_bodies(self, opus_server):
        opus_server.script("one")
        data = json.dumps(BODY).encode()
        pieces = (data[place : place + 7] for place in range(0, len(data), 7))
        assert said(httpx.post(f"{opus_server.url}/v1/messages", content=pieces, headers=HEADERS)) == "one"

    def test_a_client_that_waits_for_leave_to_send(self, opus_server):
        opus_server.script("one")
        data = json.dumps(BODY).encode()
        with connected(opus_server.url) as (connection, path):
            connection.sendall(head(f"{path}/v1/messages", f"Content-Length: {len(data)}", "Expect: 100-continue"))
            assert connection.recv(1024).startswith(b"HTTP/1.1 100 ")
            connection.sendall(data)
            assert read_answer(connection)[0] == 200

    def test_32_megabytes(self, opus_server):
        opus_server.script("one")
        large = BODY | {"messages": [{"role": "user", "content": "x" * (31 * 1024 * 1024)}]}
        assert said(post(opus_server.url, large, timeout=60)) == "one"
        opus_server.script("two")
        with opus_server.expect_invalid():
            too_large = BODY | {"messages": [{"role": "user", "content": "x" * (33 * 1024 * 1024)}]}
            answer = post(opus_server.url, too_large, timeout=60)
        assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request_too_large")
        assert said(post(opus_server.url)) == "two"

    def test_a_connection_is_kept(self, opus_server):
        opus_server.script("one", overloaded(), "three")
        data = json.dumps(BODY).encode()
        with connected(opus_server.url) as (connection, path):
            statuses = []
            for _ in range(3):
                connection.sendall(head(f"{path}/v1/messages", f"content-length: {len(data)}") + data)
                statuses.append(read_answer(connection)[0])
        assert statuses == [200, 529, 200]

    def test_one_that_leaves_while_it_sends(self, opus_server):
        opus_server.script("one")
        with connected(opus_server.url) as (connection, path):
            connection.sendall(head(f"{path}/v1/messages", "content-length: 5000") + b"{")
        assert said(post(opus_server.url)) == "one"
        assert len(opus_server.calls) == 1

    def test_what_is_no_http_harms_nobody(self, opus_server):
        opus_server.script("one")
        with connected(opus_server.url) as (connection, _):
            connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
            assert connection.recv(1024).startswith(b"HTTP/1.1 400 ")
        assert said(post(opus_server.url)) == "one"


class TestFaults:
    @pytest.mark.parametrize("stream", [False, True])
    def test_no_connection(self, opus_server, stream):
        opus_server.script(connect_error(), "two")
        with pytest.raises(httpx.RemoteProtocolError, match="Server disconnected without sending a response"):
            post(opus_server.url, BODY | {"stream": stream})
        assert (opus_server.calls[0].status, opus_server.calls[0].end) == (None, "dropped")
        assert said(post(opus_server.url)) == "two"

    def test_no_answer_in_time(self, opus_server):
        opus_server.script(read_timeout(), "two")
        with pytest.raises(httpx.ReadTimeout):
            post(opus_server.url, timeout=0.1)
        assert opus_server.calls[0].end == "timeout"
        assert said(post(opus_server.url)) == "two"

    def test_a_stream_that_breaks_off(self, opus_server):
        opus_server.script(turn("Hello.", fault=disconnect(after=2)))
        data, error = streamed(opus_server.url)
        assert (names(data), error) == (["message_start", "content_block_start"], httpx.RemoteProtocolError)
        assert opus_server.calls[0].end == "dropped"

    def test_a_body_that_breaks_off(self, opus_server):
        opus_server.script(turn("Hello.", fault=disconnect(after=5)))
        with pytest.raises(httpx.RemoteProtocolError, match=r"received 5 bytes, expected \d+"):
            post(opus_server.url)
        assert opus_server.calls[0].end == "dropped"

    def test_a_stream_that_ends_early(self, opus_server):
        opus_server.script(turn("Hello.", fault=truncate(after=3)), turn("Hello.", fault=truncate()))
        data, error = streamed(opus_server.url)
        assert (names(data), error) == (["message_start", "content_block_start", "ping"], None)
        assert streamed(opus_server.url) == (b"", None)
        assert [call.end for call in opus_server.calls] == ["dropped", "dropped"]

    def test_garbage(self, opus_server):
        opus_server.script(turn("Hello.", fault=garble(after=3)))
        data, error = streamed(opus_server.url)
        assert b'data: {"type":"content_block_del\n\n' in data
        assert (names(data)[-1], error) == ("message_stop", None)

    def test_an_error_within_a_stream(self, opus_server):
        opus_server.script(turn("Hello.", fault=stream_error("overloaded_error", "Overloaded", after=3)))
        data, error = streamed(opus_server.url)
        assert (names(data)[-1], error) == ("error", None)

    def test_a_stall_that_the_client_waits_for(self, opus_server):
        opus_server.script(turn("Hello.", fault=stall(0.1, after=2)))
        started = time.monotonic()
        data, error = streamed(opus_server.url)
        assert time.monotonic() - started >= 0.1
        assert (names(data)[-1], error) == ("message_stop", None)

    @pytest.mark.parametrize("scripted", [turn("Hello.", fault=stall(60, after=2)), turn("Hello.", delay=60)])
    def test_a_wait_ends_when_the_client_goes_away(self, opus_server, scripted):
        opus_server.script(scripted, "two")
        _, error = streamed(opus_server.url, timeout=0.1)
        assert error is httpx.ReadTimeout
        assert opus_server.calls[0].end == "aborted"
        assert said(post(opus_server.url)) == "two"

    def test_delay_and_pace_are_real(self, opus_server):
        opus_server.script(turn("Hello.", delay=0.1, pace=0.02))
        arrivals, started = [], time.monotonic()
        with httpx.stream("POST", f"{opus_server.url}/v1/messages", json=STREAM, headers=HEADERS) as response:
            arrivals += [time.monotonic() - started for _ in response.iter_raw()]
        assert arrivals[0] >= 0.1
        assert len(arrivals) > 3
        assert opus_server.calls[0].first_byte >= 0.1

    def test_a_test_that_ends_breaks_off_what_is_on_its_way(self):
        with serve() as opus:
            opus.script(read_timeout())
            errors = []

            def ask():
                with pytest.raises(httpx.RemoteProtocolError) as caught:
                    post(opus.url, timeout=60)
                errors.append(caught.value)

            thread = threading.Thread(target=ask)
            thread.start()
            until(lambda: opus.calls)
        thread.join(5)
        assert len(errors) == 1


class TestStreamsThatAreLeft:
    def leave(self, opus):
        with httpx.stream("POST", f"{opus.url}/v1/messages", json=STREAM, headers=HEADERS) as response:
            next(response.iter_raw())

    @pytest.mark.parametrize("scripted", [turn("word " * 40, chunks=5, pace=0.005), turn("word " * 100_000, chunks=9)])
    def test_it_is_told_and_the_next_request_unharmed(self, opus_server, scripted):
        opus_server.script(scripted, "two")
        self.leave(opus_server)
        assert said(post(opus_server.url)) == "two"
        first, second = opus_server.calls
        assert (first.end, second.end) == ("aborted", "complete")
        assert first.usage.output_tokens < 100

    def test_it_is_told_at_once(self, opus_server):
        for _ in range(10):
            opus_server.script(turn("late", delay=60))
            with pytest.raises(httpx.ReadTimeout):
                post(opus_server.url, timeout=0.1)
            assert opus_server.calls[-1].end == "aborted"

    def test_the_next_request_may_come_on_the_same_client(self, opus_server):
        opus_server.script(turn("word " * 40, chunks=5, pace=0.005), "two")
        with httpx.Client() as client:
            with client.stream("POST", f"{opus_server.url}/v1/messages", json=STREAM, headers=HEADERS) as response:
                next(response.iter_raw())
            assert said(client.post(f"{opus_server.url}/v1/messages", json=BODY, headers=HEADERS)) == "two"


class TestFunctions:
    def test_they_run_beside_the_server(self, opus_server):
        opus_server.script(lambda request: f"inner said {said(post(opus_server.url))}", "x")
        assert said(post(opus_server.url)) == "inner said x"

    def test_a_client_that_goes_away_meanwhile_is_told(self, opus_server):
        go_on = threading.Event()
        opus_server.script(lambda request: str(go_on.wait(20)), "two")
        with pytest.raises(httpx.ReadTimeout):
            post(opus_server.url, timeout=0.5)
        assert opus_server.calls[0].end is None
        go_on.set()
        until(lambda: opus_server.calls[0].end == "aborted")
        assert said(post(opus_server.url)) == "two"

    def test_many_at_once(self, opus_server):
        together = threading.Barrier(60)
        opus_server.otherwise(lambda request: str(together.wait(20) >= 0))
        answers = []
        threads = [
            threading.Thread(target=lambda: answers.append(post(opus_server.url, timeout=30))) for _ in range(60)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [said(answer) for answer in answers] == ["True"] * 60

    def test_conditions_of_routes_too(self, opus_server):
        inner = BODY | {"messages": [{"role": "user", "content": "inner"}]}
        opus_server.when(
            where=lambda request: request.last_user_text == "Hi" and said(post(opus_server.url, inner)) == "inner"
        ).script("outer")
        opus_server.script("inner")
        assert said(post(opus_server.url)) == "outer"


class TestAtOnce:
    def test_500_streams(self, opus_server):
        opus_server.otherwise(turn("word " * 20, chunks=5, pace=0.001))

        data = json.dumps(STREAM).encode()
        parts = urlsplit(opus_server.url)
        request = head(f"{parts.path}/v1/messages", f"content-length: {len(data)}", "connection: close") + data

        async def read():
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            writer.write(request)
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer

        async def read_all():
            return await asyncio.gather(*(read() for _ in range(500)))

        answers = asyncio.run(read_all())
        assert len(answers) == 500
        assert {answer[:15] for answer in answers} == {b"HTTP/1.1 200 OK"}
        assert {answer.count(b"event: message_stop") for answer in answers} == {1}
        assert {call.end for call in opus_server.calls} == {"complete"}

    def test_an_asyncio_test(self, opus_server):
        opus_server.script("one")

        async def ask():
            async with httpx.AsyncClient() as client:
                return await client.post(f"{opus_server.url}/v1/messages", json=BODY, headers=HEADERS)

        assert said(asyncio.run(ask())) == "one"


def test_tools_are_joined_with_their_results(opus_server):
    opus_server.script(tool_use("look", {}), "Seen.")
    first = post(opus_server.url, BODY | {"tools": [TOOL]}).json()
    messages = [
        *BODY["messages"],
        {"role": "assistant", "content": first["content"]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": first["content"][0]["id"], "content": "ok"}],
        },
    ]
    assert said(post(opus_server.url, BODY | {"tools": [TOOL], "messages": messages})) == "Seen."
    assert [(call.name, call.result.text) for call in opus_server.tool_calls] == [("look", "ok")]


def test_a_script_outside_of_pytest_leaves_nothing_behind():
    code = f"""
import os, threading
import httpx, pytest_opus
for _ in range(2):
    with pytest_opus.serve() as opus:
        opus.script("Hello.", "unread")
        answer = httpx.post(opus.url + "/v1/messages", json={BODY}, headers={HEADERS})
        print(answer.json()["content"][0]["text"])
        httpx.post(opus.url + "/v1/messages", json={BODY}, headers={HEADERS})
    print(threading.active_count(), os.environ.get("ANTHROPIC_BASE_URL"))
"""
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", code]
    run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (run.stdout, run.stderr) == ("Hello.\n1 None\n" * 2, "")


def test_serve_refuses_unknown_options():
    with pytest.raises(ValueError, match=r"^endpoint\(\): unknown option 'port'; its options are "):
        pytest_opus.serve(port=3)
