"""The loopback server within pytest runs: when it starts, what is left of it, and live calls through it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SEND = """
import httpx
import os, threading
from urllib.parse import urlsplit

def here(text="Hi", **more):
    return ask(text, url=os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", **more)

def server_threads():
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("pytest-opus")]
"""


def test_it_starts_with_the_first_test_that_uses_it_and_serves_all_of_them(project):
    outcome = project.run_subprocess(
        SEND
        + """
import sys
ports = set()

def test_before(opus):
    assert "uvicorn" not in sys.modules
    assert server_threads() == []

@pytest.mark.parametrize("n", range(3))
def test_it(opus_server, n):
    opus_server.script(str(n))
    assert here() == str(n)
    assert server_threads() == ["pytest-opus server"]
    ports.add(urlsplit(opus_server.url).port)

def test_after():
    assert len(ports) == 1
    assert "ANTHROPIC_BASE_URL" not in os.environ
"""
    )
    assert outcome.counts == {"passed": 5}


def test_nothing_is_left_when_the_session_ends(project):
    project.pytester.makeconftest("""
        import gc, os, threading

        def pytest_sessionfinish():
            assert threading.active_count() > 1

        def pytest_unconfigure(config):
            config.add_cleanup(told)

        def told():
            gc.collect()
            sockets = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")]
            print("LEFT", threading.active_count(), sum(name.startswith("socket:") for name in sockets))
        """)
    outcome = project.run_subprocess(
        SEND
        + """
from pytest_opus import stall

def test_it(opus_server):
    opus_server.script("one", turn("two", fault=stall(60)), lambda request: "three")
    assert here() == "one"
    with pytest.raises(Exception, match="timed out"):
        import httpx
        httpx.post(opus_server.url + "/v1/messages", headers=headers(), json=body(), timeout=0.1)
    assert here() == "three"
""",
        "-s",
        "-pno:rerunfailures",  # it has a thread and a socket of its own
    )
    assert outcome.counts == {"passed": 1}
    assert "LEFT 1 0" in outcome.text


def test_every_worker_has_its_own(project):
    pytest.importorskip("xdist")
    outcome = project.run_subprocess(
        SEND
        + """
@pytest.mark.parametrize("n", range(4))
def test_it(opus_server, n):
    opus_server.script(str(n))
    assert here() == str(n)
""",
        "-n2",
    )
    assert outcome.counts == {"passed": 4}


def test_a_late_request_reaches_no_other_test(project):
    outcome = project.run(
        SEND
        + """
urls = []

def test_first(opus_server):
    urls.append(opus_server.url)

def test_second(opus_server):
    opus_server.script("mine")
    late = send(url=urls[0] + "/v1/messages")
    assert late.status_code == 400
    assert here() == "mine"
    assert len(opus_server.calls) == 1

def test_third(opus):
    pass
"""
    )
    assert outcome.counts == {"passed": 3, "errors": 1}
    assert "a request came to the URL of test_it.py::test_first after its end" in outcome.failure
    assert "a client that is kept asks at the URL of its first test" in outcome.failure


def test_a_program_that_drops_the_path_and_hides_it_is_told(project):
    outcome = project.run(
        SEND
        + """
def test_it(opus_server):
    opus_server.script("x")
    send(url=opus_server.url.rpartition("/")[0] + "/v1/messages")
"""
    )
    assert outcome.counts == {"failed": 1}
    assert "and POST /v1/messages: 404, the client dropped the path of ANTHROPIC_BASE_URL" in outcome.failure


def test_an_unused_turn_and_a_raising_function_fail_the_test(project):
    outcome = project.run(
        SEND
        + """
def test_unused(opus_server):
    opus_server.script("one", "two")
    assert here() == "one"

@pytest.mark.parametrize("how", [lambda: pytest.fail("on purpose"), lambda: 1 / 0])
def test_raises(opus_server, how):
    opus_server.script(lambda request: how())
    assert send(url=opus_server.url + "/v1/messages").status_code == 400
"""
    )
    assert outcome.counts == {"failed": 3}
    assert "unused" in outcome.failures[0]
    assert "on purpose" in outcome.failures[1]
    assert "ZeroDivisionError" in outcome.failures[2]


def test_the_guard_lets_it_by(project):
    outcome = project.run(
        SEND
        + """
def test_it(opus_server):
    opus_server.script("one")
    assert here() == "one"

def test_unguarded():
    assert send().status_code == 400
""",
        ini="opus_guard = true",
    )
    assert outcome.counts == {"passed": 1, "failed": 1}


@pytest.mark.parametrize("order", ["monkeypatch, opus_server", "opus_server, monkeypatch"])
def test_a_base_url_that_the_test_sets_itself_is_restored(project, monkeypatch, order):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://gateway.example")
    outcome = project.run(
        f"""
import os

def test_it({order}):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://other.example")

def test_after():
    assert os.environ["ANTHROPIC_BASE_URL"] == "https://gateway.example"
"""
    )
    assert outcome.counts == {"passed": 2}


def test_an_inner_session_leaves_the_server_of_the_outer_one_alone(project, opus_server):
    project.run("def test_it(opus_server):\n    assert opus_server.url")
    opus_server.script("outer")
    import httpx

    body = {"model": "claude-opus-4-7", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
    assert httpx.post(f"{opus_server.url}/v1/messages", json=body, headers=headers).status_code == 200


@pytest.fixture
def upstream(monkeypatch):
    """Stands for the real API, in a process of its own."""
    command = [sys.executable, "-m", "pytest_opus._cli", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
            monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-real")
            yield process
        finally:
            process.kill()


LIVE = (
    SEND
    + """
import httpx
pytestmark = pytest.mark.opus_live
"""
)


@pytest.mark.parametrize("version", ["", "/v1"])
def test_live_calls_go_on_to_the_base_url_from_before(project, upstream, monkeypatch, version):
    import os

    monkeypatch.setenv("ANTHROPIC_BASE_URL", os.environ["ANTHROPIC_BASE_URL"] + version)
    outcome = project.run(
        LIVE
        + """
real = os.environ["ANTHROPIC_BASE_URL"]

@pytest.mark.token_budget(100)
def test_it(opus_server):
    assert os.environ["ANTHROPIC_BASE_URL"] == opus_server.url != real
    assert os.environ["ANTHROPIC_API_KEY"] == "sk-ant-real"
    assert here() == "This is a plausible answer."
    call, = opus_server.calls
    assert (call.status, call.end, call.live, call.usage.output_tokens) == (200, "complete", True, 10)
    assert call.response.content[0].text == "This is a plausible answer."

def test_stream(opus_server):
    url = opus_server.url + "/v1/messages?beta=true"
    with httpx.stream("POST", url, headers=headers(), json=body(stream=True)) as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.read().endswith(b'data: {"type":"message_stop"}\\n\\n')
    assert opus_server.calls[0].response.content[0].text == "This is a plausible answer."

def test_error(opus_server):
    assert here(max_tokens=0.5) == "max_tokens: Input should be a valid integer"
    assert opus_server.calls[0].status == 400

def test_other_paths(opus_server):
    assert httpx.get(opus_server.url + "/v1/models", headers=headers()).json()["data"]
    assert httpx.head(opus_server.url + "/api/hello", headers=headers()).status_code == 404
    assert opus_server.calls == []
""",
        "--opus-live",
    )
    assert outcome.counts == {"passed": 4}, outcome.text
    upstream.terminate()
    assert upstream.stdout.read().splitlines()[-1].startswith("3 calls, ")


def test_nobody_upstream(project, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-real")
    outcome = project.run(
        LIVE
        + """
def test_it(opus_server):
    answer = send(url=opus_server.url + "/v1/messages")
    assert answer.status_code == 502
    assert answer.json()["error"]["message"].startswith("pytest-opus could not reach http://127.0.0.1:9/v1/messages: Co")
    assert (opus_server.calls[0].status, opus_server.calls[0].end) == (None, "dropped")
""",
        "--opus-live",
    )
    assert outcome.counts == {"passed": 1}, outcome.text


UPSTREAM = """
import http.server, sys, time

class Upstream(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        event = b'event: ping\\ndata: {"type": "ping"}\\n\\n'
        for number in range(20):
            try:
                self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(event), event))
            except OSError:
                print("left", flush=True)
                break
            time.sleep(0.02)
        self.close_connection = True  # without a last chunk

    def log_message(self, *args):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def breaking_upstream(monkeypatch):
    with subprocess.Popen([sys.executable, "-c", UPSTREAM], stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip()
            monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{port}")
            yield process
        finally:
            process.kill()


def test_streams_pass_as_they_come_break_where_they_break_and_may_be_left(project, breaking_upstream):
    outcome = project.run(
        LIVE
        + """
import time

def test_it(opus_server):
    url = opus_server.url + "/v1/messages"
    arrivals = []
    with pytest.raises(httpx.RemoteProtocolError):
        with httpx.stream("POST", url, headers=headers(), json=body(stream=True)) as answer:
            for chunk in answer.iter_raw():
                arrivals.append(time.perf_counter())
    assert len(arrivals) > 10
    assert arrivals[-1] - arrivals[0] > 0.2
    assert opus_server.calls[0].end == "dropped"

def test_left(opus_server):
    url = opus_server.url + "/v1/messages"
    with httpx.stream("POST", url, headers=headers(), json=body(stream=True)) as answer:
        next(answer.iter_raw())
    deadline = time.monotonic() + 5
    while opus_server.calls[0].end is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert opus_server.calls[0].end == "aborted"
""",
        "--opus-live",
    )
    assert outcome.counts == {"passed": 2}, outcome.text
    assert breaking_upstream.stdout.readline() == "left\n"


def test_a_cassette_is_recorded_and_replayed_through_it(project, upstream, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    source = (
        SEND
        + """
import httpx

@pytest.mark.opus_cassette
def test_it(opus_server):
    assert here() == "This is a plausible answer."
    url = opus_server.url + "/v1/messages"
    with httpx.stream("POST", url, headers=headers(), json=body(stream=True)) as answer:
        assert answer.read().endswith(b'data: {"type":"message_stop"}\\n\\n')
    assert [call.end for call in opus_server.calls] == ["complete", "complete"]
"""
    )
    assert project.run(source, "--opus-record=once").counts == {"passed": 1}
    upstream.terminate()
    assert upstream.stdout.read().splitlines()[-1].startswith("2 calls, ")
    monkeypatch.delenv("ANTHROPIC_BASE_URL")
    assert project.run(source).counts == {"passed": 1}


def test_whatever_a_condition_raises_the_client_is_answered_and_the_test_fails(project):
    outcome = project.run(
        SEND
        + """
def never(request):
    pytest.fail("the agent must not come here")

def test_of_a_route(opus_server):
    opus_server.when(where=never).otherwise("x")
    assert "the agent must not come here" in here()

def test_of_a_phase(opus_server):
    opus_server.phase("a", where=never)
    opus_server.script("x")
    assert here() == "x"

def test_of_a_turn_that_is_interrupted(opus_server):
    def interrupted(request):
        raise KeyboardInterrupt
    opus_server.script(interrupted)
    assert "KeyboardInterrupt" in here()
"""
    )
    assert outcome.counts == {"failed": 2, "passed": 1, "errors": 1}
    assert all("the agent must not come here" in failure for failure in outcome.failures[:2])
    assert "KeyboardInterrupt" in outcome.failures[2]


FORKED = """
import time
import pytest_opus

def forked(work):
    if not (child := os.fork()):
        try:
            work()
        finally:
            os._exit(0)
    return child
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_processes(project):
    outcome = project.run(
        SEND
        + FORKED
        + """
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

def test_a_connection_that_a_child_holds_is_cut_all_the_same(opus_server):
    opus_server.script("one", turn("two", fault=pytest_opus.disconnect()))
    with httpx.Client(timeout=5) as client:
        url = os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages"
        client.post(url, headers=headers(), json=body())
        child = forked(lambda: time.sleep(60))
        try:
            with pytest.raises(httpx.RemoteProtocolError):
                client.post(url, headers=headers(), json=body())
        finally:
            os.kill(child, 9)
            os.waitpid(child, 0)

def test_a_child_may_listen_itself(opus_server, tmp_path):
    def listen():
        with pytest_opus.serve() as opus:
            opus.script("of the child")
            (tmp_path / "said").write_text(here())
            assert len(opus.calls) == 1

    os.waitpid(forked(listen), 0)
    assert (tmp_path / "said").read_text() == "of the child"
    assert opus_server.calls == []
"""
    )
    assert outcome.counts == {"passed": 2}, outcome.text


def test_nothing_of_uvicorn_s_own_shows(project, monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "auto")
    outcome = project.run_subprocess(
        SEND
        + """
import logging

def test_it(opus_server, caplog):
    with caplog.at_level(logging.DEBUG, "uvicorn.error"):
        opus_server.script("x")
        assert here() == "x"
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []

def test_later():
    logging.basicConfig(level=logging.INFO)
"""
    )
    assert outcome.counts == {"passed": 2}
    assert "server process" not in outcome.text + outcome.result.stderr.str()


def test_a_request_that_is_half_sent_does_not_delay_the_end(project):
    outcome = project.run_subprocess(
        SEND
        + """
import socket
kept = []

def test_it(opus_server):
    url = urlsplit(opus_server.url)
    kept.append(socket.create_connection((url.hostname, url.port)))
    kept[0].sendall(f"POST {url.path}/v1/messages HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 500\\r\\n\\r\\n{{".encode())
    opus_server.script("x")
    assert here() == "x"
"""
    )
    assert outcome.counts == {"passed": 1}
    assert "Error" not in outcome.text + outcome.result.stderr.str()
