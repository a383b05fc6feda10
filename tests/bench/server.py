"""What the loopback server costs, as a ratio against a bare uvicorn application that answers the same bytes.

Each of the two is a process of its own; the client speaks to them over raw sockets, so that its own work is small.
"""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

import anthropic

BARE = """
import asyncio, json, socket, sys, uvicorn
status, headers, chunks = json.loads(sys.stdin.readline())
headers = [(name.encode(), value.encode()) for name, value in headers]
chunks = [chunk.encode() for chunk in chunks]

async def app(scope, receive, send):
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for chunk in chunks[:-1]:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": chunks[-1]})

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0))
listener.listen(2048)
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run([listener])
"""
OPUS = """
import sys
from pytest_opus import serve, turn
with serve() as opus:
    opus.otherwise(turn("word " * 200, chunks=5) if sys.argv[1] == "stream" else "A short answer.")
    print(opus.url, flush=True)
    sys.stdin.read()
"""
REQUEST: dict[str, Any] = {
    "model": "claude-opus-4-7",
    "max_tokens": 300,
    "tools": [
        {
            "name": "run_tests",
            "description": "Run the tests of a file.",
            "input_schema": {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]},
        }
    ],
    "messages": [{"role": "user", "content": "Fix the null-handling bug 0000000."}],
}
ROUNDS = 9
CONNECTIONS = 4
NUMBERS = count()


START = """
import time
from pytest_opus import endpoint
with endpoint() as opus:
    started = time.perf_counter()
    url = opus.url
    print(time.perf_counter() - started)
"""


def starts() -> Iterator[float]:
    """Seconds until the URL is there and requests to it wait for nothing but their answer; in fresh processes."""
    for _ in range(9):
        yield float(subprocess.run([sys.executable, "-c", START], capture_output=True, check=True).stdout)


def compare(kind: str, calls: int, *, by_sdk: bool = False) -> tuple[float, float, float]:
    """Requests per second of the bare application and of the endpoint, and the median of the ratios.

    They are asked by so many connections that the server never rests, or by one client of the SDK.
    """
    with opus(kind) as (port, path):
        request = encoded(path, kind == "stream")
        ask = partial(sdk_rate, path) if by_sdk else partial(rate, request, again=kind == "again")
        with bare(answer(port, request)) as bare_port:
            pairs = [(ask(bare_port, calls), ask(port, calls)) for _ in range(ROUNDS)]
    one, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    return one, other, statistics.median(b / a for a, b in pairs)


def encoded(path: str, stream: bool) -> bytes:
    body = json.dumps(REQUEST | {"stream": stream}).encode()
    head = f"POST {path}/v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: k\r\nanthropic-version: 2023-06-01\r\n"
    return f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def opus(kind: str) -> Iterator[tuple[int, str]]:
    with process(OPUS, kind) as server:
        port, _, path = server.stdout.readline().decode().strip().removeprefix("http://127.0.0.1:").partition("/")
        yield int(port), f"/{path}"


@contextmanager
def bare(constant: tuple[int, list[tuple[str, str]], list[str]]) -> Iterator[int]:
    with process(BARE) as server:
        server.stdin.write(json.dumps(constant).encode() + b"\n")
        server.stdin.flush()
        yield int(server.stdout.readline())


@contextmanager
def process(code: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        try:
            yield server
        finally:
            server.kill()


def answer(port: int, request: bytes) -> tuple[int, list[tuple[str, str]], list[str]]:
    """What the endpoint answers: status, headers, and the body cut as it was sent."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        data = response(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    fields = [tuple(line.split(": ", 1)) for line in lines]
    if not any(name.lower() == "transfer-encoding" for name, _ in fields):
        return int(status.split()[1]), fields, [body.decode()]
    events = [event + "\n\n" for event in dechunked(body).decode().split("\n\n")[:-1]]
    return int(status.split()[1]), [field for field in fields if field[0].lower() != "transfer-encoding"], events


def dechunked(body: bytes) -> bytes:
    data = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        if not int(size, 16):
            return data
        data, body = data + body[: int(size, 16)], body[int(size, 16) + 2 :]


def response(connection: socket.socket) -> bytes:
    """One whole response: up to its content length or its last chunk."""
    data = b""
    while not is_whole(data):
        piece = connection.recv(1 << 16)
        if not piece:
            raise ConnectionError("the server closed the connection")
        data += piece
    return data


def is_whole(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    _, told, length = head.lower().partition(b"\r\ncontent-length:")
    if not told:
        return bool(end) and data.endswith(b"\r\n0\r\n\r\n")
    return bool(end) and len(body) >= int(length.partition(b"\r\n")[0])


def sdk_rate(path: str, port: int, calls: int) -> float:
    def ask(number: int) -> None:
        client.messages.create(**REQUEST | {"messages": [{"role": "user", "content": f"Fix the bug {number}."}]})

    with anthropic.Anthropic(base_url=f"http://127.0.0.1:{port}{path}", api_key="k") as client:
        ask(0)
        started = time.perf_counter()
        for _ in range(calls):
            ask(next(NUMBERS))
        return calls / (time.perf_counter() - started)


def rate(request: bytes, port: int, calls: int, *, again: bool = False) -> float:
    """Calls per second, each with a question of its own, or all with the same."""
    before, _, after = request.partition(b"0000000")

    def ask(_: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for _ in range(calls // CONNECTIONS):
                connection.sendall(request if again else b"%b%07d%b" % (before, next(NUMBERS), after))
                response(connection)

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(ask, range(CONNECTIONS)))  # connected once, so that neither has to be
        started = time.perf_counter()
        list(pool.map(ask, range(CONNECTIONS)))
        return calls / (time.perf_counter() - started)
