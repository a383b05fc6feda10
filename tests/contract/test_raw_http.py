"""Programs that speak HTTP themselves, over `httpx` or `httpx2`."""

from __future__ import annotations

import asyncio
import http.server
import json
import subprocess
import sys
import threading
import time

import httpx
import httpx2
import pytest

from pytest_opus import plausible, text, tool_use, turn

URL = "https://api.anthropic.com/v1/messages"
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
BODY = {"model": "claude-opus-4-7", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}

libraries = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


def events(response):
    """The events of a stream, read line by line as a hand-written reader does."""
    return [json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: ")]


@libraries
def test_module_level_post(opus, library):
    opus.script("Hello.")
    response = library.post(URL, headers=HEADERS, json=BODY)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["request-id"].startswith("req_")
    assert response.json()["content"] == [{"type": "text", "text": "Hello."}]


@libraries
def test_a_bearer_token_and_a_query_do_as_well(opus, library):
    opus.script("Hello.")
    headers = {"Authorization": "Bearer k", "anthropic-version": "2023-06-01"}
    assert library.post(f"{URL}?beta=true", headers=headers, json=BODY).status_code == 200


@libraries
def test_an_async_client_under_trio_and_asyncio(opus, library):
    trio = pytest.importorskip("trio")
    opus.script("one", turn("two", delay=0.001, pace=0.0001))

    async def ask():
        async with (
            library.AsyncClient() as client,
            client.stream("POST", URL, headers=HEADERS, json=BODY | {"stream": True}) as response,
        ):
            return [line async for line in response.aiter_lines() if line.startswith("event")]

    assert asyncio.run(ask()) == trio.run(ask)


@libraries
def test_the_events_of_a_stream(opus, library):
    opus.script([text("Hi there"), tool_use("run", {"a": 1}, id="toolu_1")])
    tools = [{"name": "run", "input_schema": {"type": "object"}}]
    with library.stream("POST", URL, headers=HEADERS, json=BODY | {"stream": True, "tools": tools}) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        seen = events(response)
    assert [event["type"] for event in seen] == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert [event["delta"].get("partial_json") for event in seen if event.get("index") == 1 and "delta" in event] == [
        "",
        '{"a": 1}',
    ]
    usage = seen[-2]["usage"]
    assert usage["input_tokens"] == opus.calls[0].usage.input_tokens > 0
    assert usage["output_tokens"] == opus.calls[0].usage.output_tokens


@libraries
def test_a_stream_arrives_event_by_event(opus, library):
    opus.script(turn("abc", chunks=1, pace=0.02))
    with library.stream("POST", URL, headers=HEADERS, json=BODY | {"stream": True}) as response:
        chunks = response.iter_bytes()
        assert next(chunks).startswith(b"event: message_start")
        assert opus.calls[0].end is None
        assert opus.calls[0].first_byte is not None
    assert opus.calls[0].end == "aborted"


@libraries
@pytest.mark.parametrize(
    ("method", "url", "headers", "content", "status", "kind", "message"),
    [
        (
            "POST",
            URL,
            {"anthropic-version": "2023-06-01"},
            b"{}",
            401,
            "authentication_error",
            "x-api-key header is required",
        ),
        ("POST", URL, {"x-api-key": "k"}, b"{}", 400, "invalid_request_error", "anthropic-version: header is required"),
        (
            "POST",
            URL,
            HEADERS,
            b'{"model": ',
            400,
            "invalid_request_error",
            "The request body is not valid JSON: unexpected end of data: line 1 column 11 (char 10)",
        ),
        (
            "POST",
            URL,
            HEADERS,
            b"",
            400,
            "invalid_request_error",
            "The request body is not valid JSON: Input is a zero-length, empty document: line 1 column 1 (char 0)",
        ),
        ("POST", "https://api.anthropic.com/v1/complete", HEADERS, b"{}", 404, "not_found_error", "Not found"),
        ("GET", URL, HEADERS, b"", 404, "not_found_error", "Not found"),
        ("GET", "https://api.anthropic.com/", HEADERS, b"", 404, "not_found_error", "Not found"),
    ],
)
def test_refusals_before_any_turn(opus, library, method, url, headers, content, status, kind, message):
    opus.expect_invalid()
    response = library.request(method, url, headers=headers, content=content)
    assert response.status_code == status
    body = response.json()
    assert body == {
        "type": "error",
        "error": {"type": kind, "message": message},
        "request_id": response.headers["request-id"],
    }


@libraries
def test_a_transport_of_the_program_s_own_is_left_alone(opus, library):
    transport = library.MockTransport(lambda request: library.Response(200, text="mine"))
    with library.Client(transport=transport) as client:
        assert client.post(URL, headers=HEADERS, json=BODY).text == "mine"


class Local(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args):
        pass


@libraries
def test_other_hosts_are_left_alone(opus, library):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Local) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/v1/messages"
            assert library.post(url, headers=HEADERS, json=BODY).text == "ok"
        finally:
            server.shutdown()


@libraries
@pytest.mark.parametrize("base", ["http://127.0.0.1:9/llm", "https://gateway.example/anthropic"])
def test_the_host_of_the_base_url_is_answered(opus, monkeypatch, library, base):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", base)
    opus.script("Hello.")
    assert library.post(f"{base}/v1/messages", headers=HEADERS, json=BODY).status_code == 200


@libraries
def test_a_verify_of_the_program_s_own_is_kept(opus, library):
    with library.Client(verify=False) as client:
        assert client._transport._pool._ssl_context.verify_mode.name == "CERT_NONE"


@libraries
def test_an_async_sleep_blocks_nobody(opus, library):
    opus.script(*[turn("x", delay=0.3)] * 20)

    async def ask_all():
        async with library.AsyncClient() as client:
            await asyncio.gather(*(client.post(URL, headers=HEADERS, json=BODY) for _ in range(20)))

    started = time.perf_counter()
    asyncio.run(ask_all())
    assert time.perf_counter() - started < 5  # one after the other they would take 6 s


LATE_IMPORT = """
import sys
import pytest_opus
with pytest_opus.endpoint() as opus:
    assert "httpx" not in sys.modules and "httpx2" not in sys.modules
    opus.script("one", "two")
    {imports}
    for library in (httpx, httpx2):
        response = library.post(
            "https://api.anthropic.com/v1/messages",
            headers={{"x-api-key": "k", "anthropic-version": "2023-06-01"}},
            json={{"model": "claude-opus-4-7", "max_tokens": 9, "messages": [{{"role": "user", "content": "x"}}]}},
        )
        assert response.status_code == 200, response.text
    assert len(opus.calls) == 2
"""


@pytest.mark.parametrize(
    "imports", ["import httpx, httpx2", "import httpx2; httpx2.alias_httpx(); import httpx"], ids=["both", "alias"]
)
def test_libraries_that_are_imported_later(imports):
    subprocess.run([sys.executable, "-c", LATE_IMPORT.format(imports=imports)], check=True)


@pytest.mark.parametrize(("depth", "status"), [(300, 200), (900, 200), (20_000, 400)])
def test_a_body_that_is_nested_deeply_gets_an_answer(opus, depth, status):
    """Within the depth that Python parses it is served; beyond it is refused as no JSON."""
    deep = "[" * depth + "]" * depth
    call = f'{{"type": "tool_use", "id": "toolu_1", "name": "a", "input": {{"a": {deep}}}}}'
    result = '{"type": "tool_result", "tool_use_id": "toolu_1"}'
    said = ("user", '"x"'), ("assistant", f"[{call}]"), ("user", f"[{result}]")
    messages = ", ".join(f'{{"role": "{role}", "content": {content}}}' for role, content in said)
    opus.otherwise("Hello.")
    opus.expect_invalid()
    body = f'{{"model": "claude-opus-4-7", "max_tokens": 9, "messages": [{messages}]}}'
    assert httpx.post(URL, headers=HEADERS, content=body).status_code == status
    assert [call.status for call in opus.calls] == [status]
    assert opus.transcript()


@pytest.mark.parametrize("path", ["/v1/v1/messages", "/foo/v1/messages", "/v1/messages/", "/v1/message"])
def test_a_wrong_path_is_not_found(opus, path):
    response = httpx.post(f"https://api.anthropic.com{path}", headers=HEADERS, json=BODY)
    assert (response.status_code, response.json()["error"]["type"]) == (404, "not_found_error")
    assert opus.calls == []


def test_a_body_beyond_32_megabytes_is_too_large(opus):
    opus.expect_invalid()
    messages = [{"role": "user", "content": "x" * (32 * 1024 * 1024)}]
    response = httpx.post(URL, headers=HEADERS, json=BODY | {"messages": messages})
    assert response.status_code == 413
    assert response.json()["error"] == {
        "type": "request_too_large",
        "message": "Request exceeds the maximum size",
    }


def test_a_body_that_is_sent_again_is_judged_by_the_headers_it_comes_with(opus):
    opus.otherwise("Hello.")
    opus.expect_invalid()
    body = BODY | {"temperature": 1}

    def statuses(**headers):
        return [httpx.post(URL, headers=HEADERS | headers, json=body).status_code for _ in range(2)]

    assert statuses() == [200, 200]
    assert statuses(**{"anthropic-version": "2026-10-21"}) == [400, 400]
    assert statuses(**{"anthropic-beta": "no-such-beta"}) == [400, 400]
    assert statuses() == [200, 200]


RUN_TESTS = {"name": "run_tests", "description": "Run the tests of a file.", "input_schema": {"type": "object"}}


def ask_with_tools(messages, **more):
    body = BODY | {"max_tokens": 3000, "messages": messages, "tools": [RUN_TESTS]} | more
    response = httpx.post(URL, headers=HEADERS, json=body)
    assert response.status_code == 200, response.text
    return response.json()["content"]


def result_of(call, content):
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call["id"], "content": content}]}


def test_results_of_parallel_calls_may_come_in_turns_of_their_own(opus):
    opus.script([tool_use("run_tests", {"file": "a"}), tool_use("run_tests", {"file": "b"})], "Well?", "Done.")
    messages = list(BODY["messages"])
    for call, content in zip(ask_with_tools(messages), ("a passed", "b passed"), strict=True):
        messages += [{"role": "assistant", "content": [call]}, result_of(call, content)]
    ask_with_tools(messages)
    assert [call.result.text for call in opus.tool_calls] == ["a passed", "b passed"]
    ask_with_tools([{"role": "user", "content": "A history that begins anew."}, *messages[1:]])
    assert [call.result.text for call in opus.tool_calls] == ["a passed", "b passed"]


def test_a_plausible_tool_loop_with_manual_thinking(opus):
    opus.otherwise(plausible())
    manual = {"model": "claude-sonnet-4-5", "thinking": {"type": "enabled", "budget_tokens": 1024}}
    content = ask_with_tools(BODY["messages"], **manual)
    assert [block["type"] for block in content] == ["thinking", "tool_use"]
    messages = [*BODY["messages"], {"role": "assistant", "content": content}, result_of(content[1], "passed")]
    assert [block["type"] for block in ask_with_tools(messages, **manual)] == ["thinking", "text"]
