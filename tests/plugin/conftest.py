"""A small project with a program that calls the API, a way to run tests in it, and a server for what they record."""

import gzip
import http.server
import importlib
import json
import sys
import threading
import time
import zlib
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_opus._api.events import message_events
from pytest_opus._api.sse import encode

PROGRAM = '''
"""A program under test: it posts with httpx and knows nothing of the plugin."""

import os

import httpx

URL = "https://api.anthropic.com/v1/messages"
TOOL = {
    "name": "run_tests",
    "description": "Run a test file.",
    "input_schema": {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]},
}


def headers(**more):
    return {"x-api-key": os.environ.get("ANTHROPIC_API_KEY", ""), "anthropic-version": "2023-06-01"} | more


def body(text="Hi", **more):
    return {"model": "claude-opus-4-7", "max_tokens": 100, "messages": [{"role": "user", "content": text}]} | more


def send(text="Hi", url=URL, **more):
    return httpx.post(url, headers=headers(), json=body(text, **more))


def ask(text="Hi", **more):
    answer = send(text, **more).json()
    return answer["content"][0]["text"] if answer["type"] == "message" else answer["error"]["message"]


async def ask_async(text="Hi", **more):
    async with httpx.AsyncClient() as client:
        answer = (await client.post(URL, headers=headers(), json=body(text, **more))).json()
    return answer["content"][0]["text"] if answer["type"] == "message" else answer["error"]["message"]
'''

HEADER = """
import pytest
import pytest_opus
from pytest_opus import api_error, endpoint, rate_limited, text, tool_use, turn
from program import TOOL, ask, ask_async, body, headers, send
"""

BASE = 'BASE = __import__("os").environ["ANTHROPIC_BASE_URL"] + "/v1/messages"\n'
KEY = "sk-ant-api03-" + "Zq7" * 20


class Outcome:
    """What a run of the small project gave."""

    def __init__(self, result):
        self.result = result
        self.stdout = result.stdout
        self.text = result.stdout.str()
        self.ret = result.ret
        self._reprec = getattr(result, "reprec", None)

    @property
    def counts(self):
        return self.result.parseoutcomes()

    @property
    def reports(self):
        return self._reprec.getreports("pytest_runtest_logreport")

    @property
    def failures(self):
        """The whole text of every failure and error, in order."""
        return [report.longreprtext for report in self.reports if report.failed]

    @property
    def failure(self):
        """The whole text of the one failure or error."""
        (text,) = self.failures
        return text

    @property
    def section(self):
        """The report section "opus" of the one failure."""
        ((text,),) = [
            [text for name, text in report.sections if name == "opus"] for report in self.reports if report.failed
        ]
        return text


class Taped:
    """The small project, whose tests record from `upstream`, which they know as `BASE`, and are replayed."""

    def __init__(self, project, upstream):
        self.project = project
        self.seen = upstream

    def run(self, source, *args, ini=""):
        return self.project.run(BASE + dedent(source), *args, ini=ini)

    def run_subprocess(self, source, *args, ini=""):
        return self.project.run_subprocess(BASE + dedent(source), *args, ini=ini)

    def record(self, source, *args, ini=""):
        """The text of the cassette that the test of the name `test_it` recorded."""
        outcome = self.run(source, "--opus-record=once", *args, ini=ini)
        assert outcome.counts == {"passed": 1}, outcome.text
        return self.path().read_text(encoding="utf-8")

    @staticmethod
    def path(name="test_it"):
        return Path("cassettes/test_it") / f"{name}.yaml"

    @staticmethod
    def files():
        """Everything that lies in the folder of the project, and what it holds."""
        return {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}


class Project:
    """A folder with `program.py`; `run()` puts one test module beside it and runs pytest."""

    def __init__(self, pytester):
        self.pytester = pytester
        pytester.makepyfile(program=PROGRAM)

    def write(self, source, name="test_it"):
        self.pytester.makepyfile(**{name: HEADER + dedent(source)})

    def run(self, source, *args, ini=""):
        self.write(source)
        self._ini(ini)
        if not any(arg.startswith("--reruns") for arg in args):  # it leaves busy threads behind in this process
            args = ("-pno:rerunfailures", *args)
        return Outcome(self.pytester.runpytest_inprocess("-Wdefault", *OF_OTHERS, *args))

    def run_subprocess(self, source, *args, ini=""):
        self.write(source)
        self._ini(ini)
        return Outcome(self.pytester.runpytest_subprocess(*args))

    def _ini(self, lines):
        loop_scope = "asyncio_default_fixture_loop_scope = function" if find_spec("pytest_asyncio") else ""
        self.pytester.makeini("\n".join(["[pytest]", loop_scope, dedent(lines)]))


OF_OTHERS = ("-Wignore::pytest.PytestUnraisableExceptionWarning", "-Wignore:unclosed:ResourceWarning")
"""What is left behind by a session within the same process is collected while a later one runs."""


@pytest.fixture
def project(pytester, monkeypatch):
    monkeypatch.setattr(
        sys, "dont_write_bytecode", True
    )  # a module that is written twice within a second is read twice
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return Project(pytester)


PRIVATE = [
    ("request-id", "req_011PlantedRequest"),
    ("anthropic-organization-id", "0d1b7a9e-planted-org"),
    ("set-cookie", "_cfuvid=planted-cookie; path=/"),
    ("cf-ray", "planted-ray"),
]
"""Headers that the real API sends, and that no cassette may hold."""


class Upstream(http.server.BaseHTTPRequestHandler):
    """Stands for the real API. What it answers, and how, depends on the last user text, or on `seen.answer`."""

    protocol_version = "HTTP/1.1"

    @property
    def seen(self):
        return self.server.seen

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.seen.append({"path": self.path, "headers": dict(self.headers), "body": body})
        said = body["messages"][-1]["content"]
        text = said if isinstance(said, str) else json.dumps(said)
        if self.seen.answer is not None:
            self.seen.answer(self, body)
        elif self.path.endswith("/count_tokens"):
            self.answer(200, {"input_tokens": 12})
        elif text == "busy" and sum(one["body"] == body for one in self.seen) == 1:
            error = {"type": "rate_limit_error", "message": "Slow down"}
            self.answer(429, {"type": "error", "error": error, "request_id": "req_real"}, ("retry-after", "1"))
        elif body.get("stream"):
            self.stream(text)
        else:
            self.answer(200, message(f"{len(self.seen)}: you said {text}"), encoding="gzip" if text == "zip" else "")

    def answer(self, status, value, *headers, encoding=""):
        data = compressed(json.dumps(value, ensure_ascii=False).encode(), encoding)
        self.send_response(status)
        fields = [("content-type", "application/json"), ("content-length", str(len(data))), *headers, *PRIVATE]
        for name, content in [*fields, *([("content-encoding", encoding)] if encoding else [])]:
            self.send_header(name, content)
        self.end_headers()
        self.wfile.write(data)

    def stream(self, text):
        self.send_stream(message_events(message(f"you said {text}"), 5), text)

    def send_stream(self, events, text="", encoding=""):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        if encoding:
            self.send_header("content-encoding", encoding)
        self.end_headers()
        if encoding:
            self._send_chunk(compressed(b"".join(map(encode, events)), encoding))
            events = ()
        for number, event in enumerate(events):
            if text == "drop" and number == 4:
                self.close_connection = True
                return
            if text == "stall" and number == 4:
                time.sleep(1)
            try:
                self._send_chunk(encode(event))
            except OSError:
                self.close_connection = True
                return
            if text.startswith("slow"):
                time.sleep(0.1)
        self.wfile.write(b"0\r\n\r\n")

    def _send_chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 100


class Seen(list):
    """The requests that came; `answer(handler, body)` answers them in place of the rules."""

    answer = None


def message(text, **more):
    return {
        "id": "msg_upstream",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-7",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 70, "output_tokens": 30},
    } | more


def compressed(data, encoding):
    match encoding:
        case "gzip":
            return gzip.compress(data)
        case "deflate":
            return zlib.compress(data)
        case "br":
            return importlib.import_module("brotli").compress(data)
        case "zstd":
            return importlib.import_module("backports.zstd").compress(data)
    return data


@pytest.fixture
def upstream(monkeypatch):
    """A server on loopback that stands for the real API while tests record; the value is what it has seen."""
    monkeypatch.delenv("CI", raising=False)
    with Server(("127.0.0.1", 0), Upstream) as server:
        server.seen = Seen()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        yield server.seen
        server.shutdown()
        thread.join()


@pytest.fixture(name="message")
def message_fixture():
    """Builds what the API answers: `message("Hello", usage={...})`."""
    return message


@pytest.fixture
def taped(project, upstream):
    return Taped(project, upstream)
