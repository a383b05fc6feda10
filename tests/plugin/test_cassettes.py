"""Tests that are marked `opus_cassette`: recorded from a local upstream, replayed without it."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import time
from pathlib import Path
from textwrap import dedent
from typing import ClassVar

import pytest

from pytest_opus._api.events import message_events
from pytest_opus._api.sse import encode

pytest.importorskip("vcr")


class Upstream(http.server.BaseHTTPRequestHandler):
    """Stands for the real API. What it answers, and how, depends on the last user text."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[dict]] = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.seen.append({"path": self.path, "headers": dict(self.headers), "body": body})
        said = body["messages"][-1]["content"]
        text = said if isinstance(said, str) else json.dumps(said)
        if self.path.endswith("/count_tokens"):
            self.answer(200, {"input_tokens": 12})
        elif text == "busy" and sum(one["body"] == body for one in self.seen) == 1:
            error = {"type": "rate_limit_error", "message": "Slow down"}
            self.answer(429, {"type": "error", "error": error, "request_id": "req_real"}, ("retry-after", "3"))
        elif body.get("stream"):
            self.stream(text)
        else:
            self.answer(200, message(f"{len(self.seen)}: you said {text}"), zipped=text == "zip")

    def answer(self, status, value, *headers, zipped=False):
        data = json.dumps(value).encode()
        data = gzip.compress(data) if zipped else data
        self.send_response(status)
        fields = [("content-type", "application/json"), ("content-length", str(len(data))), *headers, *PRIVATE]
        for name, content in [*fields, *([("content-encoding", "gzip")] if zipped else [])]:
            self.send_header(name, content)
        self.end_headers()
        self.wfile.write(data)

    def stream(self, text):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for number, event in enumerate(message_events(message(f"you said {text}"), 5)):
            if text == "drop" and number == 4:
                self.close_connection = True
                return
            if text == "stall" and number == 4:
                time.sleep(1)
            data = encode(event)
            try:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.flush()
            except OSError:
                self.close_connection = True
                return
            if text.startswith("slow"):
                time.sleep(0.1)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *args):
        pass


PRIVATE = [
    ("request-id", "req_011PlantedRequest"),
    ("anthropic-organization-id", "0d1b7a9e-planted-org"),
    ("set-cookie", "_cfuvid=planted-cookie; path=/"),
    ("cf-ray", "planted-ray"),
]


def message(text):
    return {
        "id": "msg_upstream",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-7",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 70, "output_tokens": 30},
    }


KEY = "sk-ant-api03-" + "Zq7" * 20


@pytest.fixture
def upstream(monkeypatch):
    Upstream.seen.clear()
    monkeypatch.delenv("CI", raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        yield Upstream.seen
        server.shutdown()
        thread.join()


BASE = 'BASE = __import__("os").environ["ANTHROPIC_BASE_URL"] + "/v1/messages"\n'


def run(project, source, *args, ini=""):
    return project.run(BASE + dedent(source), *args, ini=ini)


def cassette(name="test_it"):
    return Path("cassettes/test_it") / f"{name}.yaml"


def test_calls_are_recorded_when_asked_and_replayed_from_then_on(project, upstream):
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            assert ask("Hi", url=BASE).endswith("you said Hi")
            assert ask("Bye", url=BASE).endswith("you said Bye")
            first, second = opus.calls
            assert (first.status, first.end, first.usage.total_tokens) == (200, "complete", 100)
            assert first.live != first.recorded
        """
    assert run(project, source, "--opus-record=once").counts == {"passed": 1}
    assert len(upstream) == 2
    assert cassette().exists()

    assert run(project, source).counts == {"passed": 1}
    assert run(project, source, "--opus-record=once").counts == {"passed": 1}
    assert len(upstream) == 2
