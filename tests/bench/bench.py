"""What the endpoint costs, each as a ratio against the same bytes from a bare mock transport, side by side in one run.

All but the import is time of the processor, which tells more than the clock where other programs run too.

python tests/bench/bench.py
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import anthropic
import httpx2
import server

from pytest_opus import endpoint, turn

TOOLS = [
    {
        "name": name,
        "description": "A tool of the benchmark.",
        "input_schema": {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]},
    }
    for name in ("run_tests", "read_file")
]
REQUEST: dict[str, Any] = {
    "model": "claude-opus-4-7",
    "max_tokens": 300,
    "tools": TOOLS,
    "messages": [
        {"role": "user", "content": "Fix this null-handling bug."},
        {"role": "assistant", "content": "I look at it."},
        {"role": "user", "content": "Go on."},
    ],
}
DELTAS = turn("word " * 200, chunks=5)
ROUNDS = 25
NUMBERS = count()


def main() -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.python_implementation()} {platform.python_version()}, ", end="")
    print(f"anthropic {version('anthropic')}, httpx2 {version('httpx2')}, {platform.machine()}")
    print()
    print(f"{'':44}{'bare':>10}{'opus':>10}{'ratio':>8}")
    compare("create, a new question, µs", "A short answer.", create, calls=100)
    compare("create, the same call again, µs", "A short answer.", create_again, calls=100)
    compare("a stream of 200 deltas, µs", DELTAS, stream, calls=10)
    print()
    print(f"{'over the loopback server, per second':44}{'uvicorn':>10}{'opus':>10}{'ratio':>8}")
    for title, kind, calls, by_sdk in (
        ("small calls, of one SDK client", "call", 200, True),
        ("small calls, as many as it can", "call", 800, False),
        ("the same small call, as many as it can", "again", 800, False),
        ("streams of 200 deltas, as many as it can", "stream", 80, False),
    ):
        one, other, ratio = server.compare(kind, calls, by_sdk=by_sdk)
        print(f"{title:44}{one:10.0f}{other:10.0f}{ratio:8.2f}")
    print()
    alone("start of the server, with its import, ms", server.starts)
    alone("one test with its own Anthropic(), ms", own_client)
    alone("import of the plugin after pytest, ms", plugin_import)
    suite()


def compare(title: str, scripted: Any, ask: Callable[[Any], None], calls: int) -> None:
    """The median of both, measured in turn, and the median of the ratios of neighbours."""
    with endpoint() as opus:
        opus.otherwise(scripted)
        faked = anthropic.Anthropic()
        bare = anthropic.Anthropic(http_client=httpx2.Client(transport=constant(faked, ask)), api_key="k")
        pairs = [(spent(lambda: ask(bare), calls), spent(lambda: ask(faked), calls)) for _ in range(ROUNDS)]
    one, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"{title:44}{one * 1e6:10.0f}{other * 1e6:10.0f}{ratio:8.2f}")


def constant(client: Any, ask: Callable[[Any], None]) -> httpx2.MockTransport:
    """A transport that always answers with the bytes and headers that the endpoint gave once."""
    recorded: list[tuple[httpx2.Headers, bytes]] = []
    transport = client._client._transport
    original = transport.handle_request

    def record(request: httpx2.Request) -> httpx2.Response:
        response = original(request)
        recorded.append((response.headers, b"".join(response.stream)))
        return httpx2.Response(200, headers=response.headers, content=recorded[0][1])

    transport.handle_request = record
    ask(client)
    del transport.handle_request
    headers, body = recorded[0]
    fields = headers.multi_items()
    return httpx2.MockTransport(lambda request: httpx2.Response(200, headers=fields, content=body))


def create(client: Any) -> None:
    client.messages.create(**asked_anew())


def create_again(client: Any) -> None:
    client.messages.create(**REQUEST)


def stream(client: Any) -> None:
    with client.messages.stream(**asked_anew()) as events:
        events.get_final_message()


def asked_anew() -> dict[str, Any]:
    """The request with an end of its own: what was asked before is known to be fine."""
    return REQUEST | {"messages": [*REQUEST["messages"][:-1], {"role": "user", "content": f"Go on, {next(NUMBERS)}."}]}


def spent(work: Callable[[], None], times: int) -> float:
    started = time.thread_time()
    for _ in range(times):
        work()
    return (time.thread_time() - started) / times


def alone(title: str, measure: Callable[[], Iterator[float]]) -> None:
    print(f"{title:44}{'':10}{statistics.median(measure()) * 1e3:10.2f}")


def own_client() -> Iterator[float]:
    for number in range(21):
        started = time.thread_time()
        with endpoint() as opus:
            opus.script("A short answer.")
            create(anthropic.Anthropic())
        if number:  # the first one loads the certificates
            yield time.thread_time() - started


def plugin_import() -> Iterator[float]:
    """As it is installed, with its bytecode."""
    code = "import pytest, time; t = time.perf_counter(); import pytest_opus.plugin; print(time.perf_counter() - t)"
    with tempfile.TemporaryDirectory() as bytecode:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}
        for number in range(22):
            run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
            if number:  # the first one compiles
                yield float(run.stdout)


class Way(NamedTuple):
    """A way to answer the calls of a test: the module it needs, what stands before the tests, and the test."""

    needs: str
    before: str
    test: str


BY_HAND = """
def client():
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=ANSWER))
    return anthropic.Anthropic(api_key="k", http_client=httpx2.Client(transport=transport))
"""
WAYS = {
    "a mock transport written by hand": Way("httpx2", BY_HAND, "def test(n):\n    ask(client())"),
    "the opus fixture": Way(
        "pytest_opus", "", "def test(n, opus):\n    opus.script('x')\n    ask(anthropic.Anthropic())"
    ),
    "httpx2-pytest": Way(
        "pytest_httpx2",
        "",
        "def test(n, httpx2_mock):\n    httpx2_mock.add_response(json=ANSWER)\n    ask(anthropic.Anthropic(api_key='k'))",
    ),
    "pytest-mockllm (patches the SDK)": Way(
        "pytest_mockllm",
        "",
        "def test(n, mock_anthropic):\n    mock_anthropic.add_response('x')\n    ask(anthropic.Anthropic(api_key='k'))",
    ),
    "pytest-httpserver (over a socket)": Way(
        "pytest_httpserver",
        "",
        "def test(n, httpserver):\n    httpserver.expect_request('/v1/messages').respond_with_json(ANSWER)\n"
        "    ask(anthropic.Anthropic(api_key='k', base_url=httpserver.url_for('')))",
    ),
}


def suite() -> None:
    """300 tests in one pytest run, each with its own client, for every way that is installed."""
    print()
    print("300 tests in one run, ms per test beyond the same run without a client")
    empty = run_suite("", "def test(n): pass")
    for name, way in WAYS.items():
        if find_spec(way.needs) is None:
            print(f"{name:44}{'':10}{'not installed':>18}")
        else:
            print(f"{name:44}{'':10}{(run_suite(way.before, way.test) - empty) / 300 * 1e3:10.2f}")


PRELUDE = """
import anthropic, httpx2, pytest
REQUEST = dict(model="claude-opus-4-7", max_tokens=9, messages=[dict(role="user", content="x")])
ANSWER = dict(id="msg_1", type="message", role="assistant", model="claude-opus-4-7", stop_reason="end_turn",
              stop_sequence=None, content=[dict(type="text", text="x")], usage=dict(input_tokens=1, output_tokens=1))
def ask(client):
    assert client.messages.create(**REQUEST).content[0].text == "x"
"""
PARAMETERS = "@pytest.mark.parametrize('n', range(300))\n"


def run_suite(before: str, test: str) -> float:
    """Seconds of the fastest of five runs."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_it.py").write_text(f"{PRELUDE}{before}\n{PARAMETERS}{test}\n")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder]
        return min(spent_by(command, folder) for _ in range(5))


def spent_by(command: list[str], folder: str) -> float:
    before = os.times()
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()
