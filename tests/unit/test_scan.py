import json
from base64 import b64encode
from urllib.parse import quote

import pytest

from pytest_opus import _environment
from pytest_opus._api.conversation import extended
from pytest_opus._api.events import message_events
from pytest_opus._api.request import Sent
from pytest_opus._cassette.interaction import Events, Interaction, Json, RecordedRequest, RecordedResponse
from pytest_opus._cassette.scan import Finding, inspect, scan
from pytest_opus._cassette.scrub import Scrubber
from pytest_opus._cassette.text import to_text

KEY = "sk-ant-api03-" + "aB3xY9_-" * 11 + "AA"
PASSWORD = 'wo"rd/of+pass & <more>1'
GITHUB = "ghp_" + "a1B2c3" * 6
SCRUBBER = Scrubber.of({"ANTHROPIC_API_KEY": KEY, "DB_PASSWORD": PASSWORD}, "/home/alice", "h", "alice")


def interaction(text="hi", answer="ho", **request):
    message = {"type": "message", "content": [{"type": "text", "text": answer}], "stop_reason": "end_turn", "usage": {}}
    sent = Sent({"model": "m"}, extended(None, [{"role": "user", "content": text}]))
    fields = {"method": "POST", "uri": "https://a.io/v1/messages", "headers": {}, "body": sent} | request
    return Interaction(RecordedRequest(**fields), RecordedResponse(200, {}, Events(list(message_events(message, 5)))))


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (KEY, "ANTHROPIC_API_KEY"),
        (json.dumps(PASSWORD), "DB_PASSWORD"),
        (json.dumps(json.dumps(json.dumps(PASSWORD))), "DB_PASSWORD"),
        (quote(PASSWORD), "DB_PASSWORD"),
        (b64encode(b"me:" + KEY.encode()).decode(), "ANTHROPIC_API_KEY"),
        (KEY.encode().hex(), "ANTHROPIC_API_KEY"),
        (GITHUB, "GitHub token"),
        (b64encode(GITHUB.encode()).decode(), "GitHub token"),
        (b64encode(b64encode(GITHUB.encode())).decode(), "GitHub token"),
        ("AKIAIOSFODNN7EXAMPLE", "AWS access key"),
        ("-----BEGIN PRIVATE KEY-----\n        MIIEow+/abcd", "private key"),
    ],
)
def test_a_finding_tells_the_line_and_the_kind_and_not_the_value(written, kind):
    found = scan(SCRUBBER, f"one\ntwo {written}\n")

    assert found == [Finding("line 2", kind)]
    assert str(found[0]) == f"line 2: {kind}"


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"\\u{ord(character):04x}" for character in GITHUB),
        "".join(f"%{ord(character):02X}" for character in GITHUB),
        GITHUB.replace("_", "\\x5f"),
    ],
)
def test_what_scrubbing_does_not_undo_is_found(written):
    assert SCRUBBER.text(written) == written
    assert scan(SCRUBBER, written) == [Finding("escaped", "GitHub token")]


def test_a_secret_that_several_deltas_say_together():
    events = to_text([interaction(answer=f"it is {KEY}")]).partition("events:")[2]

    assert KEY not in events
    assert scan(SCRUBBER, events) == [Finding("several deltas together", "ANTHROPIC_API_KEY")]


@pytest.mark.parametrize(
    "harmless",
    [
        "<scrubbed ANTHROPIC_API_KEY> <scrubbed github-token 5f3a> <scrubbed private-key 5f3a>",
        _environment.FAKE_KEY,
        b64encode(_environment.FAKE_TOKEN.encode()).decode(),
        "alice@corp.io in /home/alice: https://a.io/?key=abcdef123456, Bearer abcdefgh12345678",
        '{"max_tokens": 1024, "signature": "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds"}',
    ],
)
def test_what_is_no_finding(harmless):
    assert scan(SCRUBBER, harmless) == []


def test_an_interaction_that_was_recorded_has_nothing_to_find():
    assert inspect(SCRUBBER, interaction()) == []


def test_an_interaction_tells_where_something_stands_that_should_not():
    request, response = interaction(f"I am alice@corp.io\nin /home/alice/x, {_environment.FAKE_KEY}", f"it is {KEY}")
    plain = RecordedResponse(401, {"request-id": "req_011CSHoEeqs5C35K2UUqR7Fy"}, Json({"error": {GITHUB: 1}}))

    assert inspect(SCRUBBER, Interaction(request, response)) == [
        Finding("request.body.messages[0].content", "e-mail address"),
        Finding("request.body.messages[0].content", "home directory"),
        Finding("response.message.content[0].text", "ANTHROPIC_API_KEY"),
    ]
    assert inspect(
        SCRUBBER, Interaction(RecordedRequest("GET", "/?key=abcd1234", {}, b"\xff" + KEY.encode()), plain)
    ) == [
        Finding("request.uri", "secret in a query"),
        Finding("request.body", "ANTHROPIC_API_KEY"),
        Finding("response.headers.request-id", "request id"),
        Finding("response.body.error", "GitHub token"),
    ]


def test_headers_that_hold_secrets_of_any_look():
    request = RecordedRequest(
        "GET", "/", {"Authorization": "Bearer 1234", "x-api-key": "DUMMY", "anthropic-version": "1"}
    )
    response = RecordedResponse(200, {"Set-Cookie": "a=1"}, "")

    assert inspect(SCRUBBER, Interaction(request, response)) == [
        Finding("request.headers.Authorization", "header that holds a secret"),
        Finding("response.headers.Set-Cookie", "header that holds a secret"),
    ]


def test_an_answer_that_is_text():
    response = RecordedResponse(502, {}, "<p>Ray ID: <b>0123456789abcdef</b> alice@corp.io</p>")

    assert inspect(SCRUBBER, Interaction(RecordedRequest("GET", "/", {}), response)) == [
        Finding("response.body", "Cloudflare ray id"),
        Finding("response.body", "e-mail address"),
    ]


def test_lines_that_look_like_deltas_and_are_none():
    text = '{"type":"content_block_delta", oh\n{"type":"content_block_delta","delta":1}\n'

    assert scan(SCRUBBER, text) == []
