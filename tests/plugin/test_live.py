"""Tests that are marked `opus_live`: forwarded untouched, watched by the ledger, limited by budgets."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import time
from textwrap import dedent
from typing import ClassVar

import pytest

from pytest_opus._api.events import message_events
from pytest_opus._api.sse import encode

MESSAGE = {
    "id": "msg_upstream",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-4-7",
    "content": [{"type": "text", "text": "From upstream."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 70, "output_tokens": 30},
}


class Upstream(http.server.BaseHTTPRequestHandler):
    """Stands for the real API: answers, fails, streams slowly, breaks off, as the user text asks."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[dict]] = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.seen.append({"path": self.path, "key": self.headers["x-api-key"], "body": body})
        asked = body["messages"][-1]["content"]
        if asked == "fail":
            self.answer(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
        elif body.get("stream"):
            self.stream(asked)
        else:
            self.answer(200, MESSAGE, zipped=asked == "zip")

    def answer(self, status, value, *, zipped=False):
        data = json.dumps(value).encode()
        data = gzip.compress(data) if zipped else data
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        if zipped:
            self.send_header("content-encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)

    def stream(self, asked):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for number, event in enumerate(message_events(MESSAGE, 5)):
            if asked == "break" and number == 4:
                break
            self.wfile.write(encode(event))
            self.wfile.flush()
            time.sleep(0.02)
        self.close_connection = True

    def log_message(self, *args):
        pass


@pytest.fixture
def upstream(monkeypatch):
    Upstream.seen.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-real")
        yield Upstream.seen
        server.shutdown()
        thread.join()


BASE = 'BASE = __import__("os").environ["ANTHROPIC_BASE_URL"] + "/v1/messages"\n'


def run(project, source, *args):
    return project.run(BASE + dedent(source), *args)


def test_it_is_skipped_without_the_option(project, upstream):
    outcome = run(project, "@pytest.mark.opus_live\ndef test_it(opus):\n    assert 0", "-rs")
    assert outcome.counts == {"skipped": 1}
    assert "calls the real API: run it with --opus-live" in outcome.text


def test_it_is_forwarded_and_watched(project, upstream):
    outcome = run(
        project,
        """
        @pytest.mark.opus_live
        @pytest.mark.token_budget(200)
        def test_it(opus):
            assert ask("Hi", url=BASE) == "From upstream."
            call, = opus.calls
            assert (call.status, call.end, call.live) == (200, "complete", True)
            assert call.response.content[0].text == "From upstream."
            assert opus.usage.total_tokens == 100
            assert not opus.usage.estimated
            assert call.first_byte <= call.seconds
        """,
        "--opus-live",
    )
    assert outcome.counts == {"passed": 1}
    assert [(one["path"], one["key"]) for one in upstream] == [("/v1/messages", "sk-ant-real")]


def test_the_marker_alone_is_enough_and_a_budget_limits_it(project, upstream):
    outcome = run(
        project,
        """
        @pytest.mark.opus_live
        @pytest.mark.token_budget(99)
        def test_it():
            ask("zip", url=BASE)
        """,
        "--opus-live",
    )
    assert outcome.counts == {"failed": 1}
    assert outcome.failure.startswith("token budget exceeded: 100 tokens used of 99 (+1%) in 1 call")


def test_a_budget_without_any_fixture_watches_what_the_program_spends(project, upstream):
    outcome = run(
        project,
        """
        @pytest.mark.token_budget(99)
        def test_it():
            ask("Hi", url=BASE)
        """,
    )
    assert outcome.counts == {"failed": 1}
    assert outcome.failure.startswith("token budget exceeded: 100 tokens used of 99 (+1%) in 1 call")


def test_streams_pass_as_they_come(project, upstream):
    outcome = run(
        project,
        """
        import time
        import httpx

        @pytest.mark.opus_live
        def test_it(opus):
            arrivals = []
            with httpx.stream("POST", BASE, headers=headers(), json=body("Hi", stream=True)) as answer:
                for chunk in answer.iter_raw():
                    arrivals.append(time.perf_counter())
            assert len(arrivals) > 3
            assert arrivals[-1] - arrivals[0] > 0.05
            assert opus.calls[0].response.content[0].text == "From upstream."
            assert opus.calls[0].usage.output_tokens == 30
        """,
        "--opus-live",
    )
    assert outcome.counts == {"passed": 1}


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_stream_that_breaks_or_is_left_counts_what_it_reported(project, upstream, library):
    outcome = run(
        project,
        f"""
        import asyncio
        import {library} as library

        async def read(text, chunks):
            async with library.AsyncClient() as client:
                asked = client.stream("POST", BASE, headers=headers(), json=body(text, stream=True))
                async with asked as answer:
                    async for _ in answer.aiter_raw():
                        chunks -= 1
                        if not chunks:
                            break

        @pytest.mark.opus_live
        def test_it(opus):
            asyncio.run(read("break", 99))
            asyncio.run(read("Hi", 2))
            assert [call.end for call in opus.calls] == ["complete", "aborted"]
            assert [call.usage.input_tokens for call in opus.calls] == [70, 70]
            assert [call.usage.output_tokens for call in opus.calls] == [1, 1]
        """,
        "--opus-live",
    )
    assert outcome.counts == {"passed": 1}


def test_an_error_of_the_api(project, upstream):
    outcome = run(
        project,
        """
        @pytest.mark.opus_live
        def test_it(opus):
            assert ask("fail", url=BASE) == "Overloaded"
            assert (opus.calls[0].status, opus.calls[0].error.type) == (529, "overloaded_error")
            assert opus.usage.total_tokens == 0
        """,
        "--opus-live",
    )
    assert outcome.counts == {"passed": 1}


def test_nobody_there(project, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    outcome = run(
        project,
        """
        import httpx

        @pytest.mark.opus_live
        def test_it(opus):
            with pytest.raises(httpx.ConnectError):
                ask("Hi", url=BASE)
            assert (opus.calls[0].status, opus.calls[0].end) == (None, "dropped")
        """,
        "--opus-live",
    )
    assert outcome.counts == {"passed": 1}


@pytest.mark.parametrize("line", ['opus.script("x")', 'opus.otherwise("x")', 'opus.when(model="x")'])
def test_a_script_has_no_place_in_it(project, upstream, line):
    outcome = run(project, f"@pytest.mark.opus_live\ndef test_it(opus):\n    {line}", "--opus-live")
    what = line.partition(".")[2].partition("(")[0]
    assert f"RuntimeError: opus.{what}(): this test is live, the real API answers; a script has no effect here." in (
        outcome.text
    )


def test_the_option_changes_no_scripted_test(project, upstream):
    outcome = run(project, "def test_it(opus):\n    opus.script('x')\n    assert ask() == 'x'", "--opus-live")
    assert outcome.counts == {"passed": 1}
    assert upstream == []


def test_what_it_uses_counts_against_the_limits_of_the_run(project, upstream):
    outcome = run(
        project,
        """
        @pytest.mark.opus_live
        @pytest.mark.opus_effort("low")
        @pytest.mark.parametrize("n", range(5))
        def test_it(opus, opus_effort, n):
            with opus.phase("asking"):
                send("Hi", url=BASE, stream=n == 1, output_config={"effort": opus_effort})
            assert (opus.calls[0].live, opus.calls[0].phase) == (True, "asking")
        """,
        "--opus-live",
        "--opus-budget=199",
    )
    assert outcome.counts == {"passed": 2}
    assert "opus: the run has used 200 tokens of 199 (--opus-budget); no further test was started" in outcome.text
    outcome.stdout.fnmatch_lines(["The API answered 2 calls: 200 tokens, $0.0022."])


def test_limits_of_the_run_watch_tests_that_ask_for_nothing(project, upstream):
    outcome = run(
        project,
        """
        @pytest.mark.parametrize("n", range(5))
        def test_it(n):
            assert ask("Hi", url=BASE) == "From upstream."
        """,
        "--opus-budget=199",
    )
    assert outcome.counts == {"passed": 2}


def test_watching_bypasses_no_endpoint_of_wider_scope(project, upstream):
    outcome = run(
        project,
        """
        @pytest.fixture(scope="module")
        def shared():
            with endpoint() as opus:
                opus.otherwise("Scripted.")
                yield opus

        @pytest.mark.token_budget(1_000)
        def test_it(shared):
            assert ask("Hi", url=BASE) == "Scripted."
        """,
    )
    assert outcome.counts == {"passed": 1}
    assert upstream == []


def test_its_tools_are_checked_and_warned_of(project, upstream):
    outcome = run(
        project,
        """
        LOST = {"name": "lost", "description": "x", "input_schema": {"type": "object", "not": {"$ref": "#/$defs/A"}}}

        @pytest.mark.opus_live
        def test_it(opus):
            ask("Hi", url=BASE, tools=[TOOL, LOST])
            problem, = opus.problems
            assert (problem.kind, problem.code, problem.severity) == ("tool_schemas", "ref_unresolvable", "warn")
        """,
        "--opus-live",
    )
    assert outcome.counts == {"passed": 1, "warnings": 1}
