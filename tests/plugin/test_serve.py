"""The command `pytest-opus serve`."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from pytest_opus._cli import main

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
BODY = {"model": "claude-opus-4-7", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
OPEN_TOOL = {"name": "a", "input_schema": {"type": "object", "properties": {"x": "no schema"}, "required": ["x"]}}


class Served:
    def __init__(self, process):
        self._process = process
        self.url = process.stdout.readline().rstrip("\n")

    def post(self, path="/v1/messages", **more):
        return httpx.post(self.url + path, json=BODY | more, headers=HEADERS)

    def end(self, number=signal.SIGTERM):
        """The exit code, and what was printed after the URL."""
        self._process.send_signal(number)
        out, err = self._process.communicate(timeout=20)
        assert err == ""
        return self._process.returncode, out.splitlines()


@contextmanager
def serve(*arguments):
    command = [sys.executable, "-X", "dev", "-W", "error", "-m", "pytest_opus._cli", "serve", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Served(process)
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_plausibly_tells_every_call_and_sums_up(number):
    with serve() as served:
        assert served.url.startswith("http://127.0.0.1:")
        assert served.url.count("/") == 2
        assert served.post().json()["content"][0]["text"] == "This is a plausible answer."
        assert "event: message_stop" in served.post("/v1/messages?beta=true", stream=True).text
        assert served.post(temperature=3).status_code == 400
        assert served.end(number) == (
            0,
            [
                "call 1: claude-opus-4-7 200 end_turn, about 5 tokens in, 10 out",
                "call 2: claude-opus-4-7 200 end_turn, about 5 tokens in, 10 out",
                "call 3: claude-opus-4-7 400 invalid_request_error: temperature: range: 0..1",
                "3 calls, about 30 tokens",
            ],
        )


def test_a_base_url_that_ends_in_the_version():
    with serve() as served:
        assert served.post("/v1/v1/messages").status_code == 200
        assert served.post("/messages").status_code == 200


def test_without_validation_no_body_is_judged_and_every_model_known():
    with serve("--validate=off") as served:
        assert served.post(model="nope", temperature=3).status_code == 200
        assert served.post(tools=[OPEN_TOOL]).json()["content"][0]["input"] == {}
        asked = {"format": {"type": "json_schema", "schema": {"properties": {"x": "no schema"}, "required": ["x"]}}}
        assert served.post(output_config=asked).json()["content"][0]["text"] == "This is a plausible answer."
        model = httpx.get(f"{served.url}/v1/models/nope", headers=HEADERS).json()
        assert (model["id"], model["lifecycle"]) == ("nope", "active")


def test_with_validation_an_unknown_model_is_not_found():
    with serve() as served:
        assert httpx.get(f"{served.url}/v1/models/nope", headers=HEADERS).status_code == 404
        assert served.post(model="nope").status_code == 404


def test_a_profile():
    with serve("--profile=toapis") as served:
        answer = httpx.post(f"{served.url}/v1/messages", json=BODY, headers={"authorization": "Bearer k"})
        assert answer.status_code == 200


def test_a_port_of_ones_own_that_is_taken(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    assert capsys.readouterr().err.startswith(f"pytest-opus serve: cannot listen at 127.0.0.1:{port}: ")


def test_a_port_that_is_none(capsys):
    assert main(["serve", "--port", "99999"]) == 2
    assert capsys.readouterr().err.startswith("pytest-opus serve: cannot listen at 127.0.0.1:99999: ")


@pytest.fixture
def cassette(tmp_path):
    pytest.importorskip("vcr")
    from pytest_opus._api.conversation import extended
    from pytest_opus._api.request import Sent
    from pytest_opus._cassette.file import write
    from pytest_opus._cassette.interaction import Interaction, Json, RecordedRequest, RecordedResponse

    fields = {name: value for name, value in BODY.items() if name != "messages"}
    asked = RecordedRequest(
        "POST", "https://api.anthropic.com/v1/messages", {}, Sent(fields, extended(None, BODY["messages"]))
    )
    answers = [{"type": "message", "content": [{"type": "text", "text": text}]} for text in ("first", "second")]
    path = tmp_path / "chat.yaml"
    write(path, [Interaction(asked, RecordedResponse(200, {}, Json(answer))) for answer in answers])
    return path


def test_a_cassette_is_replayed_again_and_again(cassette):
    with serve("--cassette", str(cassette)) as served:
        texts = [served.post().json()["content"][0]["text"] for _ in range(5)]
        assert texts == ["first", "second", "first", "second", "first"]
        missed = served.post(max_tokens=10)
        assert missed.status_code == 400
        assert missed.json()["error"]["message"] == (
            f"opus: call 6 is not in the cassette {cassette}: max_tokens differs."
        )
        assert served.end()[0] == 0


def test_a_cassette_that_is_missing_or_damaged(cassette, capsys):
    missing = cassette.with_name("none.yaml")
    assert main(["serve", "--cassette", str(missing)]) == 2
    assert capsys.readouterr().err == f"pytest-opus serve: there is no cassette {missing}\n"

    cassette.write_bytes(cassette.read_bytes()[:-9])
    assert main(["serve", "--cassette", str(cassette)]) == 2
    assert capsys.readouterr().err.startswith(f"pytest-opus serve: {cassette}:")


def test_arguments_that_cannot_be(cassette, capsys):
    assert main(["serve", "--cassette", str(cassette), "--validate=off"]) == 2
    assert "--validate=off has no effect there" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["serve", "--host", ""])
    assert "an address is expected, such as 127.0.0.1" in capsys.readouterr().err


def test_an_address_as_it_stands_in_a_url():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    with serve("--host", "[::1]") as served:
        assert served.url.startswith("http://[::1]:")
        assert served.post().status_code == 200


def test_a_line_is_a_line_whatever_a_program_sends():
    with serve("--validate=off") as served:
        served.post(model="a\nb\x1b[31mü")
        (line, _) = served.end()[1]
        assert line.startswith("call 1: a\\nb\\x1b[31mü 200 end_turn")
