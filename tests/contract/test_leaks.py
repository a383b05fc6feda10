"""An endpoint leaves nothing behind: no thread, task or socket, and libraries answer as before."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import http.server
import inspect
import os
import threading
from functools import partial
from pathlib import Path

import httpx
import httpx2
import pytest
import trio

from pytest_opus import connect_error, disconnect, endpoint, read_timeout, stall, turn

URL = "https://api.anthropic.com/v1/messages"
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
BODY = {
    "model": "claude-opus-4-7",
    "max_tokens": 9,
    "stream": True,
    "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
}
TURNS = (
    "Hello.",
    turn("Hello.", fault=disconnect(after=2)),
    turn("Hello.", fault=stall(30, after=2)),
    connect_error(),
    read_timeout(),
    turn("Hello.", chunks=1),
)
FILES = Path("/proc/self/fd")
libraries = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


def streams(library):
    """Every way in which a stream may end; the last one is left early."""
    with library.Client(timeout=10) as client:
        for leaves in (*[False] * (len(TURNS) - 1), True):
            with contextlib.suppress(library.HTTPError), client.stream("POST", URL, json=BODY, headers=HEADERS) as got:
                for _ in got.iter_bytes():
                    if leaves:
                        break


async def streams_async(library, *, leave=True):
    async with library.AsyncClient(timeout=10) as client:
        for leaves in (*[False] * (len(TURNS) - 1), leave):
            with contextlib.suppress(library.HTTPError):
                async with (
                    client.stream("POST", URL, json=BODY, headers=HEADERS) as got,
                    contextlib.aclosing(got.aiter_bytes()) as chunks,
                ):
                    async for _ in chunks:
                        if leaves:
                            break


async def streams_and_tasks(library):
    await streams_async(library)
    return asyncio.all_tasks() - {asyncio.current_task()}


@libraries
class TestNothingIsLeft:
    def test_of_a_sync_program(self, library):
        self.leaves_nothing(partial(streams, library), times=1)

    def test_of_a_program_under_asyncio(self, library):
        def run():
            assert asyncio.run(streams_and_tasks(library)) == set()

        self.leaves_nothing(run, times=1)

    def test_of_a_program_under_trio(self, library):
        leave = library is not httpx  # it does not close its own generators, of which trio warns
        run = partial(trio.run, partial(streams_async, library, leave=leave))
        self.leaves_nothing(run, times=1, left=leave)

    def test_of_threads(self, library):
        def run():
            threads = [threading.Thread(target=streams, args=(library,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        self.leaves_nothing(run, times=8)

    def leaves_nothing(self, run, *, times, left=True):
        open_and_run(run, times)  # the first time, libraries are imported
        before, environment = held(), dict(os.environ)
        calls = open_and_run(run, times)
        assert held() - before == set()
        assert dict(os.environ) == environment
        assert {call.end for call in calls} == {"complete", "dropped", "timeout"} | ({"aborted"} if left else set())
        assert len(calls) == len(TURNS) * times


def open_and_run(run, times):
    with endpoint() as opus:
        opus.script(*TURNS * times)
        run()
        return opus.calls


def held():
    """Threads, and sockets where the system tells of them; what earlier tests left may end at any time."""
    gc.collect()
    opened = {str(path.readlink()) for path in FILES.iterdir() if path.is_symlink()} if FILES.exists() else set()
    return {name for name in opened if name.startswith("socket:")} | set(threading.enumerate())


class Local(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "5")
        self.end_headers()
        self.wfile.write(b"local")

    def log_message(self, *args):
        pass


@pytest.fixture
def local_url():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Local) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@libraries
def test_a_messages_host_is_reached_before_and_after_but_not_meanwhile(library, local_url, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", local_url)
    body = {key: value for key, value in BODY.items() if key != "stream"}
    with library.Client() as client:
        ask = partial(client.post, f"{local_url}/v1/messages", json=body, headers=HEADERS)
        before = ask().text
        with endpoint() as opus:
            opus.script("Hello.")
            meanwhile = ask().json()["content"][0]["text"]
        after = ask().text
    assert (before, meanwhile, after) == ("local", "Hello.", "local")


@libraries
@pytest.mark.parametrize("name", ["HTTPTransport", "AsyncHTTPTransport"])
def test_a_covered_transport_looks_as_before(library, name):
    with endpoint():
        pass
    transport = getattr(library, name)
    method = transport.handle_async_request if name.startswith("Async") else transport.handle_request

    assert isinstance(transport(), transport)
    assert type(transport()).__name__ == transport.__name__ == name
    assert list(inspect.signature(method).parameters) == ["self", "request"]
    assert {"verify", "http2", "retries"} <= set(inspect.signature(transport).parameters)
    assert method.__module__.partition(".")[0] == library.__name__
    assert inspect.iscoroutinefunction(method) == name.startswith("Async")


def test_a_hundred_endpoints_wrap_a_transport_once():
    methods = set()
    for _ in range(100):
        with endpoint():
            methods.add(httpx.HTTPTransport.handle_request)
    assert len(methods) == 1
