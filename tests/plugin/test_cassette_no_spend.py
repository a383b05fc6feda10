"""A replay spends nothing: whatever the program calls with, no request of it reaches the API."""

from __future__ import annotations

import http.server
import os
import threading
import time
from importlib.util import find_spec
from textwrap import dedent

import pytest

pytest.importorskip("vcr")

CLIENTS = '''
"""Programs of all kinds. Each takes the connection that it kept from its call before, and gives it back."""

import asyncio
import http.client
import json
import os
import urllib.request
from urllib.parse import urlsplit

URL = os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages"
HEADERS = {"x-api-key": "sk-real", "anthropic-version": "2023-06-01", "content-type": "application/json"}
BODY = {"model": "claude-opus-4-7", "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]}
DATA = json.dumps(BODY).encode()


def http_client(connection):
    connection = connection or http.client.HTTPConnection(urlsplit(URL).netloc)
    connection.request("POST", "/v1/messages", DATA, HEADERS)
    connection.getresponse().read()
    return connection


def urllib_request(connection):
    with urllib.request.urlopen(urllib.request.Request(URL, DATA, HEADERS)) as answer:
        answer.read()


def requests(session):
    import requests

    session = session or requests.Session()
    session.post(URL, json=BODY, headers=HEADERS)
    return session


def urllib3(pool):
    import urllib3

    pool = pool or urllib3.PoolManager(retries=False)
    pool.request("POST", URL, body=DATA, headers=HEADERS)
    return pool


def httpx(client):
    import httpx

    client = client or httpx.Client()
    client.post(URL, json=BODY, headers=HEADERS).raise_for_status()
    return client


def httpx2(client):
    import httpx2

    client = client or httpx2.Client()
    client.post(URL, json=BODY, headers=HEADERS).raise_for_status()
    return client


def anthropic(client):
    import anthropic

    client = client or anthropic.Anthropic(max_retries=5)
    client.messages.create(**BODY)
    return client


def aiohttp(kept):
    loop, session = kept or (asyncio.new_event_loop(), None)
    return loop, loop.run_until_complete(_aiohttp(session))


async def _aiohttp(session=None):
    import aiohttp

    session = session or aiohttp.ClientSession()
    async with session.post(URL, json=BODY, headers=HEADERS) as answer:
        await answer.read()
    return session


def uvloop_aiohttp(kept):
    import uvloop

    return aiohttp(kept or (uvloop.new_event_loop(), None))


def uvloop_httpx(kept):
    import httpx
    import uvloop

    loop, client = kept or (uvloop.new_event_loop(), httpx.AsyncClient())

    async def post():
        (await client.post(URL, json=BODY, headers=HEADERS)).raise_for_status()

    loop.run_until_complete(post())
    return loop, client


def asyncio_streams(connection):
    asyncio.run(_streams())


def uvloop_streams(connection):
    import uvloop

    uvloop.run(_streams())


async def _streams():
    parts = urlsplit(URL)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"POST /v1/messages HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: {len(DATA)}\\r\\nconnection: close\\r\\n\\r\\n"
    writer.write(head.encode() + DATA)
    await reader.read()
    writer.close()
'''

EACH_WAY = """
    import threading
    from clients import {client} as call

    kept = [call(None), call(None)]

    def call_and_tell(connection, told):
        try:
            call(connection)
        except Exception as error:
            told.append({{f"{{kind.__module__}}.{{kind.__name__}}" for kind in type(error).__mro__}})

    @pytest.mark.opus_cassette("none")
    @pytest.mark.parametrize("warm", [False, True])
    @pytest.mark.parametrize("background", [False, True])
    def test_it(opus, warm, background):
        told = []
        thread = threading.Thread(target=call_and_tell, args=(kept[background] if warm else None, told))
        thread.start() if background else thread.run()
        background and thread.join()
        assert "{error}" in told[0]
    """


@pytest.fixture
def clients(taped):
    taped.project.pytester.makepyfile(clients=CLIENTS)
    return taped


def needs(*modules):
    missing = [module for module in modules if find_spec(module.partition(".")[0]) is None]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} not installed")


ANSWERED = "opus: call 1 is not recorded: there is no cassettes/test_it/none.yaml."
REFUSED = "opus: a connection to 127.0.0.1 was refused: it came from an HTTP client that is not answered in process."


@pytest.mark.parametrize(
    ("client", "error", "problem"),
    [
        ("http_client", "builtins.ConnectionRefusedError", REFUSED),
        ("urllib_request", "urllib.error.URLError", REFUSED),
        pytest.param("requests", "requests.exceptions.ConnectionError", REFUSED, marks=needs("requests")),
        pytest.param("urllib3", "urllib3.exceptions.HTTPError", REFUSED, marks=needs("urllib3")),
        pytest.param("aiohttp", "aiohttp.client_exceptions.ClientConnectionError", REFUSED, marks=needs("aiohttp")),
        pytest.param(
            "uvloop_aiohttp",
            "aiohttp.client_exceptions.ClientConnectionError",
            REFUSED,
            marks=needs("uvloop", "aiohttp"),
        ),
        ("asyncio_streams", "builtins.ConnectionRefusedError", REFUSED),
        pytest.param("uvloop_streams", "builtins.ConnectionRefusedError", REFUSED, marks=needs("uvloop")),
        ("httpx", "httpx.HTTPStatusError", ANSWERED),
        pytest.param("httpx2", "httpx2.HTTPStatusError", ANSWERED, marks=needs("httpx2")),
        pytest.param("uvloop_httpx", "httpx.HTTPStatusError", ANSWERED, marks=needs("uvloop")),
        pytest.param("anthropic", "anthropic.BadRequestError", ANSWERED, marks=needs("anthropic")),
    ],
)
def test_whatever_client_a_program_calls_with_the_api_is_not_reached(clients, client, error, problem):
    outcome = clients.run_subprocess(EACH_WAY.format(client=client, error=error), "-pno:warnings", "--no-header")

    assert len(clients.seen) == 2  # what made the warm connections, before the tests
    assert outcome.counts == {"failed": 4}, outcome.text
    assert outcome.text.splitlines().count(problem) == 4, outcome.text


RECORDED = """
    from clients import {client} as call

    @pytest.mark.opus_cassette
    def test_it(opus):
        try:
            call(None)
        except Exception as error:
            print("raised", type(error).__name__)
    """


@pytest.mark.parametrize("client", ["http_client", "urllib_request", "requests", "urllib3", "aiohttp"])
def test_what_cannot_be_recorded_is_refused_before_it_is_paid_for(clients, client):
    if client not in ("http_client", "urllib_request"):
        pytest.importorskip(client)
    outcome = clients.run_subprocess(RECORDED.format(client=client), "--opus-record=once", "-pno:warnings")

    assert outcome.counts == {"failed": 1}
    assert REFUSED in outcome.text
    assert "raised" in outcome.text
    assert clients.seen == []


@needs("httpx_aiohttp")
def test_a_transport_over_aiohttp_is_recorded(taped):
    source = """
        import asyncio
        import httpx
        import httpx_aiohttp

        @pytest.mark.opus_cassette
        def test_it(opus):
            async def call():
                async with httpx.AsyncClient(transport=httpx_aiohttp.AiohttpTransport()) as client:
                    return (await client.post(BASE, headers=headers(), json=body())).json()

            assert asyncio.run(call())["content"][0]["text"] == "1: you said Hi"
        """
    taped.record(source)
    assert taped.run(source).counts == {"passed": 1}
    assert len(taped.seen) == 1


def test_a_proxy_is_no_way_around(project, upstream, monkeypatch):
    proxy = os.environ["ANTHROPIC_BASE_URL"].removeprefix("http://")
    monkeypatch.delenv("ANTHROPIC_BASE_URL")
    outcome = project.run(
        f"""
        from http.client import HTTPConnection

        @pytest.fixture
        def proxy():
            connection = HTTPConnection("{proxy}")
            yield connection
            connection.close()

        @pytest.mark.opus_cassette
        def test_tunnel(opus, proxy):
            proxy.set_tunnel("api.anthropic.com", 443)
            with pytest.raises(ConnectionRefusedError):
                proxy.request("POST", "/v1/messages", "{{}}")

        @pytest.mark.opus_cassette
        def test_whole_url(opus, proxy):
            with pytest.raises(ConnectionRefusedError):
                proxy.request("POST", "http://api.anthropic.com/v1/messages", "{{}}")

        def test_a_body_that_speaks_of_it(opus, proxy):
            said = r'{{"messages": [{{"content": "POST / HTTP/1.1\\r\\nhost: api.anthropic.com\\r\\n"}}]}}'
            proxy.request("POST", "/other", said)
            proxy.getresponse().read()
        """
    )
    assert outcome.counts == {"failed": 2, "passed": 1}
    assert {failure.splitlines()[0] for failure in outcome.failures} == {
        REFUSED.replace("127.0.0.1", "api.anthropic.com")
    }
    assert [one["path"] for one in upstream] == ["/other"]


def test_a_subprocess_gets_a_key_that_opens_nothing(taped):
    """It cannot be answered in process."""
    outcome = taped.run(
        """
        import subprocess, sys
        from pytest_opus._environment import FAKE_KEY

        CODE = "import os, httpx; print(httpx.post(os.environ['ANTHROPIC_BASE_URL'] + '/v1/messages', " \\
            "headers={'x-api-key': os.environ['ANTHROPIC_API_KEY']}, json={'messages': [{'content': ''}]}))"

        @pytest.mark.opus_cassette
        def test_it(opus):
            subprocess.run([sys.executable, "-c", CODE], check=True)
        """
    )
    assert outcome.counts == {"passed": 1}
    (request,) = taped.seen
    assert request["headers"]["x-api-key"] == "sk-ant-api03-pytest-opus-fake-key"


@needs("vcr", "requests")
@pytest.mark.parametrize("client", ["httpx", "httpx2", "anthropic"])
def test_a_tool_that_takes_its_patches_back_for_a_while_opens_no_gap(clients, client):
    """vcrpy puts every library back as it was while it passes on a request to a host that it ignores."""
    pytest.importorskip(client)
    with Slow(("127.0.0.1", 0), SlowHandler) as slow:
        thread = threading.Thread(target=slow.serve_forever, args=(0.01,))
        thread.start()
        outcome = clients.run_subprocess(
            f"""
            import threading
            import requests
            import vcr
            from clients import {client} as call

            TELEMETRY = "http://localhost:{slow.server_port}/"
            warm = call(None)

            @pytest.mark.opus_cassette
            def test_it(opus):
                done = threading.Event()
                sent = []

                def tell():
                    while not done.is_set():
                        sent.append(requests.post(TELEMETRY, data=b"x" * 8_000_000).status_code)

                tape = vcr.VCR(ignore_hosts=["localhost"], record_mode="none").use_cassette("other.yaml")
                with tape:
                    background = threading.Thread(target=tell)
                    background.start()
                    calls = refused = 0
                    while calls < 200 or len(sent) < 3:  # each of which holds the gap open for 0.2 seconds
                        calls += 1
                        try:
                            call(warm if calls % 20 else None)
                        except Exception:
                            refused += 1
                    done.set()
                    background.join()
                assert refused == calls == len(opus.calls) == len(opus.problems)
                print("all refused")
            """,
            "-pno:warnings",
            "-rP",
        )
        slow.shutdown()
        thread.join()
    assert len(clients.seen) == 1
    assert outcome.counts == {"failed": 1}
    assert "all refused" in outcome.text


class Slow(http.server.ThreadingHTTPServer):
    daemon_threads = True


class SlowHandler(http.server.BaseHTTPRequestHandler):
    """Takes its time to read what it is sent, as far-away hosts do."""

    def do_POST(self):
        time.sleep(0.2)
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


MISSED = """
    import anthropic
    import asyncio
    import threading

    ASKED = dict(model="claude-opus-4-7", max_tokens=9, messages=[{{"role": "user", "content": PROMPT}}])

    def fallback():
        try:
            return anthropic.Anthropic(max_retries=5).messages.create(**ASKED)
        except BaseException:
            return "fallback"

    def in_a_thread():
        thread = threading.Thread(target=fallback)
        thread.start()
        thread.join()

    def in_a_task():
        async def ask():
            await anthropic.AsyncAnthropic(max_retries=5).messages.create(**ASKED)

        async def main():
            task = asyncio.create_task(ask())
            await asyncio.sleep(0.05)
            while not task.done():
                await asyncio.sleep(0.01)

        asyncio.run(main())

    @pytest.mark.opus_cassette("known")
    @pytest.mark.parametrize("how", [fallback, in_a_thread, in_a_task])
    def test_it(opus, how):
        how()
        assert len(opus.calls) == 1
    """


@needs("anthropic")
def test_a_miss_fails_the_test_whoever_swallows_it_and_is_not_tried_again(taped):
    prompt = "lorem " * 1000
    record = f"PROMPT = {prompt + 'alpha'!r}\n" + dedent(MISSED).replace("{{", "{").replace("}}", "}")
    assert taped.run(record, "--opus-record=once", "-k", "fallback").counts == {"passed": 1, "deselected": 2}
    outcome = taped.run(record.replace("alpha", "beta"), "-Wignore")

    assert outcome.counts == {"failed": 3}
    assert len(taped.seen) == 1
    for report in (report for report in outcome.reports if report.failed):
        assert report.duration < 5  # five retries of the SDK take twelve seconds
        first, *_, last = report.longreprtext.splitlines()
        assert first == "opus: call 1 is not in the cassette cassettes/test_it/known.yaml: messages[0].content differs."
        assert 'lorem alpha" -> "...' in report.longreprtext
        assert 'lorem beta"' in report.longreprtext
        assert last == "messages[0].content differs: cassettes/test_it/known.yaml:4"
