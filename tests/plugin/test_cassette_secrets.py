"""Cassettes are safe to commit: what is private stands in no file, on no terminal and in no report."""

from __future__ import annotations

import base64
import json
import urllib.parse
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_opus._api.events import message_events

pytest.importorskip("vcr")

KEY = "sk-ant-api03-" + "Zq7" * 20  # that of the environment, as the fixture `upstream` sets it
CUSTOM = 'cu5tom"value/with+all 1' + "x9" * 8
PLANTED = {
    "key": KEY,
    "another key": "sk-ant-api03-" + "Ab3" * 30,
    "oauth": "sk-ant-oat01-" + "Xk2" * 20,
    "variable": CUSTOM,
    "github": "ghp_" + "a1B2" * 9,
    "aws": "AKIA" + "ABCDEFGH23456789",
    "aws session": "FwoGZXIvYXdzE" + "Jm5" * 30,
    "google": "AIza" + "Sy4" * 11 + "Ab",
    "slack": "xoxb-" + "1234567890-0987654321-" + "AbC" * 8,
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "pem": "MIIEowIBAAKCAQEA" + "q8Kz" * 12,
    "user id": "user_7f3c9e11-planted-account",
    "e-mail": "jane.planted@planted-corp.io",
    "home": "/home/janeplanted/src",
    "windows home": "C:\\Users\\janeplanted\\src",
    "slug": "-home-janeplanted-src",
    "query": "qk3yPlanted77zz",
    "request id": "req_011PlantedRequest",
    "organization": "0d1b7a9e-planted-org",
    "cookie": "planted-cookie",
    "ray": "planted-ray",
    "sent cookie": "sessionPlanted99",
    "proxy": "proxyPlantedSecret1",
}
NEEDLES = {
    **PLANTED,
    "pem": PLANTED["pem"][:30],
    "home": "janeplanted",
    "windows home": "janeplanted",
    "slug": "janeplanted",
}


def prompt():
    """Everything that may slip into what a program says."""
    return "\n".join(
        [
            *(
                PLANTED[name]
                for name in ("key", "another key", "oauth", "variable", "github", "aws", "google", "slack")
            ),
            *(PLANTED[name] for name in ("jwt", "e-mail", "home", "windows home", "slug")),
            f"-----BEGIN RSA PRIVATE KEY-----\n{PLANTED['pem']}\n-----END RSA PRIVATE KEY-----",
            f"X-Amz-Security-Token: {PLANTED['aws session']}",
            base64.b64encode(f"x{KEY}".encode()).decode(),
            "Basic " + base64.b64encode(f"user:{KEY}".encode()).decode(),
            urllib.parse.quote(CUSTOM, safe=""),
            json.dumps(CUSTOM),
            f"https://user:{PLANTED['proxy']}@proxy.example/",
            "max_tokens 100, input_tokens 70, token_count 30",
        ]
    )


def forms(value):
    """A value as it may stand in a file."""
    plain = value.encode()
    yield plain
    yield json.dumps(value)[1:-1].encode()
    yield json.dumps(json.dumps(value)[1:-1])[1:-1].encode()
    yield urllib.parse.quote(value, safe="").encode()
    if len(value) >= 16:
        for shift in range(3):
            yield base64.b64encode(b"x" * shift + plain)[4:-4]
            yield base64.urlsafe_b64encode(b"x" * shift + plain)[4:-4]


def found(name, data):
    """What of the planted stands in `data`."""
    return sorted({f"{what} in {name}" for what, value in NEEDLES.items() for form in forms(value) if form in data})


def echo(message):
    """An API that gives back whatever it was told: as JSON, split over deltas, in an error, compressed."""

    def answer(handler, body):
        said = body["messages"][-1]["content"]
        text = said if isinstance(said, str) else said[0]["content"]
        tool = {"type": "tool_use", "id": "toolu_1", "name": "run_tests", "input": {"file": text}}
        reply = message(text, content=[{"type": "text", "text": text}, tool], stop_reason="tool_use")
        how = body["system"]
        if how == "retry" and not any(one.get("told") for one in handler.seen):
            handler.seen[-1]["told"] = True
            error = {"type": "rate_limit_error", "message": f"Slow down: {text}"}
            handler.answer(429, {"type": "error", "error": error, "request_id": "req_011PlantedRequest"})
        elif how == "error":
            error = {"type": "invalid_request_error", "message": f"Not so: {text}"}
            handler.answer(400, {"type": "error", "error": error, "request_id": "req_011PlantedRequest"})
        elif how == "stream":
            handler.send_stream(message_events(reply, 7))
        elif how == "gzip":
            handler.answer(200, reply, encoding="gzip")
        elif how == "text":
            handler.send_response(502)
            handler.send_header("content-length", str(len(text.encode())))
            handler.end_headers()
            handler.wfile.write(text.encode())
        else:
            handler.answer(200, reply)

    return answer


SOURCE = """
    import json
    import logging
    import httpx

    @pytest.mark.opus_cassette
    @pytest.mark.parametrize("how", ["json", "stream", "gzip", "error", "retry", "text"])
    def test_it(opus, how):
        private = headers(
            authorization="Bearer " + {planted}["oauth"],
            cookie="session=" + {planted}["sent cookie"],
            **{{"proxy-authorization": "Basic " + {planted}["proxy"], "x-amz-security-token": {planted}["aws session"]}},
        )
        for said in [{prompt!r}, [{{"type": "tool_result", "tool_use_id": "toolu_1", "content": {prompt!r}}}]]:
            more = dict(system=how, stream=how == "stream", metadata={{"user_id": {planted}["user id"]}})
            url = BASE + "?key=" + {planted}["query"]
            answer = httpx.post(url, headers=private, json=body(said, tools=[TOOL], **more))
            if how == "retry":
                answer = httpx.post(url, headers=private, json=body(said, tools=[TOOL], **more))
            {check}
        {end}
    """


def source(check="", end=""):
    return dedent(SOURCE).format(prompt=prompt(), planted=repr(PLANTED), check=check or "pass", end=end)


@pytest.fixture
def planted(taped, message, monkeypatch):
    monkeypatch.setenv("MY_OTHER_SECRET", CUSTOM)
    taped.seen.answer = echo(message)
    return taped


REPORTED = ["junit.xml", "r.json", "r.md"]
REPORTS = ["-vv", "-s", "--junitxml=junit.xml", "--opus-report=r.json", "--opus-report=r.md", "-o", "junit_logging=all"]


def leaks(planted, outcome):
    """What of the planted stands on the terminal, or in any file but the sources of the tests."""
    written = {path: data for path, data in planted.files().items() if path.suffix not in (".py", ".pyc")}
    places = {"the terminal": outcome.text.encode(), **written}
    return [leak for name, data in places.items() for leak in found(name, data)]


def test_nothing_private_is_in_any_file_or_on_the_terminal(planted):
    unchanged = f"""assert how == "stream" or {KEY!r} in answer.text"""
    outcome = planted.run(source(unchanged), "--opus-record=once", *REPORTS, "--opus-usage=all")
    assert outcome.counts == {"passed": 6}, outcome.text
    assert leaks(planted, outcome) == []
    text = planted.path("test_it[json]").read_text(encoding="utf-8")
    assert "max_tokens 100, input_tokens 70, token_count 30" in text
    assert "max_tokens: 100" in text

    outcome = planted.run(source(), *REPORTS)
    assert outcome.counts == {"passed": 6}, outcome.text
    assert leaks(planted, outcome) == []


def test_nothing_private_is_told_of_a_request_that_is_not_recorded(planted):
    assert planted.run(source(), "--opus-record=once").counts == {"passed": 6}
    outcome = planted.run(source().replace("max_tokens 100", "max_tokens 101"), *REPORTS)

    assert outcome.counts == {"failed": 6}
    assert "max_tokens 100, " in outcome.text
    assert leaks(planted, outcome) == []


def test_a_key_of_a_gateway_that_was_read_before_the_test_is_known_in_a_replay_too(taped, monkeypatch):
    """It looks like nothing in particular, and the environment holds a fake while a cassette is replayed."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "gw-7f3kq02mz81xw5")
    source = """
        import os

        KEY = os.environ["ANTHROPIC_API_KEY"]

        @pytest.mark.opus_cassette
        def test_it(opus):
            assert "gw-7f3k" in KEY
            ask(f"My key is {KEY}", url=BASE)
        """
    assert "gw-7f3k" not in taped.record(source)
    assert taped.run(source).counts == {"passed": 1}

    outcome = taped.run(source.replace("My key", "The key"))
    assert outcome.counts == {"failed": 1}
    assert "gw-7f3k" not in outcome.text
    assert "The key is <scrubbed ANTHROPIC_API_KEY>" in outcome.failure


def test_requests_that_differ_in_nothing_but_a_secret_stay_apart(taped):
    tokens = ["ghp_" + "a1B2" * 9, "ghp_" + "c3D4" * 9]
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            one, other = (ask(token, url=BASE)[:2] for token in {})
            assert (one, other) == {}
        """
    taped.record(source.format(tokens, ("1:", "2:")))

    assert taped.run(source.format(tokens[::-1], ("2:", "1:"))).counts == {"passed": 1}


def test_a_secret_that_was_not_taken_out_keeps_the_file_from_being_written(taped):
    token = "ghp_" + "a1B2" * 9
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus, monkeypatch):
            from pytest_opus._cassette.scrub import Scrubber

            monkeypatch.setattr(Scrubber, "json", lambda self, value, direction="": value)
            ask("Hi {}", url=BASE)
        """
    before = taped.record(source.format(""))
    outcome = taped.run(source.format(token), "--opus-record=all")

    assert outcome.counts == {"failed": 1}
    first, *found = outcome.failure.splitlines()
    assert first.endswith("was not written: secrets would stand in it, at these lines of the new file.")
    assert len(found) >= 2
    assert all("GitHub" in line for line in found)
    assert token not in outcome.text
    assert taped.path().read_text(encoding="utf-8") == before
    assert [path.name for path in taped.path().parent.iterdir()] == ["test_it.yaml"]


FOREIGN = f"""
version: 1
interactions:
- request:
    method: POST
    uri: http://127.0.0.1/v1/messages
    headers:
      x-api-key: [{KEY}]
      authorization: [Bearer {KEY}]
      cookie: [session=sessionPlanted99]
      anthropic-version: ["2023-06-01"]
    body: '{{"model": "claude-opus-4-7", "max_tokens": 100, "messages": [{{"role": "user", "content": "{KEY}"}}]}}'
  response:
    status: {{code: 200, message: OK}}
    headers:
      content-type: [application/json]
      request-id: [req_011PlantedRequest]
      anthropic-organization-id: [0d1b7a9e-planted-org]
      set-cookie: [_cfuvid=planted-cookie]
      cf-ray: [planted-ray]
    body:
      string: '{{"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-opus-4-7", "content": [{{"type": "text", "text": "It is {KEY}"}}], "stop_reason": "end_turn", "stop_sequence": null, "usage": {{"input_tokens": 7, "output_tokens": 3}}}}'
"""


def test_what_another_tool_has_recorded_is_scrubbed_when_it_is_written_anew(taped):
    source = f"""
        @pytest.mark.opus_cassette
        def test_it(opus):
            answer = ask("{KEY}", url=BASE)
            assert answer.startswith("It is ")
            ask("new", url=BASE)
        """
    taped.path().parent.mkdir(parents=True)
    taped.path().write_text(FOREIGN, encoding="utf-8")
    outcome = taped.run(source, "--opus-record=new_episodes")
    assert outcome.counts == {"passed": 1}, outcome.text

    text = taped.path().read_text(encoding="utf-8")
    assert text.startswith("# pytest-opus cassette")
    assert found("the cassette", text.encode()) == []
    assert len(taped.seen) == 1
    assert taped.run(source).counts == {"passed": 1}


def test_nothing_private_is_told_of_live_calls(planted):
    live = source().replace("@pytest.mark.opus_cassette", "@pytest.mark.token_budget(1)\n@pytest.mark.opus_live")
    outcome = planted.run(live, "--opus-live", *REPORTS)

    assert outcome.counts == {"failed": 4, "passed": 2}, outcome.text  # errors use no tokens
    assert "<scrubbed ANTHROPIC_API_KEY>" in outcome.text
    assert leaks(planted, outcome) == []


def test_no_part_of_a_secret_is_told_where_texts_are_cut(planted):
    source = f"""
        @pytest.mark.opus_cassette
        def test_it(opus):
            for before in range(40, 72, 4):
                for secret in {[PLANTED["key"], CUSTOM, PLANTED["github"], PLANTED["jwt"]]!r}:
                    ask("x" * before + " " + secret, url=BASE, system="json", tools=[TOOL])
            assert not {{}}
        """
    assert planted.run(source.format(False), "--opus-record=once").counts == {"passed": 1}
    for text in (source.format(True), source.format(False).replace('" " + secret', '" ." + secret')):
        outcome = planted.run(text, *REPORTS, "--tb=line")
        assert outcome.counts == {"failed": 1}
        told = "".join(
            [*outcome.failures, outcome.section, *(Path(name).read_text(encoding="utf-8") for name in REPORTED)]
        )
        assert "<scrub" in told
        for start in ("Zq7", "cu5", "_a1B", "eyJ"):
            assert start not in told
