import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import quote

import pytest

from pytest_opus import _environment
from pytest_opus._api.events import accumulate, message_events
from pytest_opus._cassette.scrub import Scrubber

KEY = "sk-ant-api03-" + "aB3xY9_-" * 11 + "AA"
OTHER = "sk-ant-api03-" + "cD4zW8-_" * 11 + "AA"
PASSWORD = 'wo"rd/of+pass & <more>1'
GITHUB = "ghp_" + "a1B2c3" * 6
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow+/abc\nAAAA==\n-----END RSA PRIVATE KEY-----"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl-_"


def marked(kind, value, digits=4):
    return f"<scrubbed {kind} {sha256(value.encode()).hexdigest()[:digits]}>"


GITHUB_MARKED = marked("github-token", GITHUB)


def scrubber(*extra, **environ):
    environ = {"ANTHROPIC_API_KEY": KEY, "DB_PASSWORD": PASSWORD} | environ
    return Scrubber.of(environ, "/home/alice", "alices-macbook-pro.local", "alice", extra)


def message(*content):
    return {
        "type": "message",
        "role": "assistant",
        "content": list(content),
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def test_a_key_of_the_environment_bears_the_name_of_its_variable():
    assert scrubber().text(f"The key is {KEY}.") == "The key is <scrubbed ANTHROPIC_API_KEY>."


@pytest.mark.parametrize(
    ("written", "scrubbed"),
    [
        (PASSWORD, "<scrubbed DB_PASSWORD>"),
        (json.dumps(PASSWORD), '"<scrubbed DB_PASSWORD>"'),
        (json.dumps(json.dumps(PASSWORD)), '"\\"<scrubbed DB_PASSWORD>\\""'),
        (quote(PASSWORD), "<scrubbed DB_PASSWORD>"),
        (quote(PASSWORD, safe="").lower(), "<scrubbed DB_PASSWORD>"),
        (PASSWORD.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;"), "<scrubbed DB_PASSWORD>"),
        (b64encode(PASSWORD.encode()).decode(), b64encode(b"<scrubbed DB_PASSWORD>").decode()),
        (b64encode(b"x" + PASSWORD.encode()).decode(), b64encode(b"x<scrubbed DB_PASSWORD>").decode()),
        (b64encode(b"xy" + PASSWORD.encode()).decode(), b64encode(b"xy<scrubbed DB_PASSWORD>").decode()),
        (urlsafe_b64encode(b"\xff" + KEY.encode()).decode(), urlsafe_b64encode(b"\xff<scrubbed ANTHROPIC_API_KEY>").decode()),
        (PASSWORD.encode().hex(), b"<scrubbed DB_PASSWORD>".hex()),
        ("Basic " + b64encode(b"me:" + KEY.encode()).decode(), "Basic <scrubbed basic-auth>"),
    ],
)  # fmt: skip
def test_a_known_secret_is_found_in_every_encoding(written, scrubbed):
    assert scrubber().text(f"< {written} >") == f"< {scrubbed} >"


def test_a_known_secret_in_lines_of_base64():
    code = b64encode(b"." * 50 + KEY.encode() + b"." * 50).decode()
    lines = "\n".join(code[start : start + 76] for start in range(0, len(code), 76))

    assert scrubber().text(lines) == b64encode(b"." * 50 + b"<scrubbed ANTHROPIC_API_KEY>" + b"." * 50).decode()


@pytest.mark.parametrize(
    ("written", "scrubbed"),
    [
        (OTHER, "<scrubbed ANTHROPIC_API_KEY>"),
        (GITHUB, GITHUB_MARKED),
        (f"\\n{GITHUB}", f"\\n{GITHUB_MARKED}"),
        ("github_pat_11ABCDEFG0abcdefghij_klmnop", marked("github-token", "github_pat_11ABCDEFG0abcdefghij_klmnop")),
        ("AKIAIOSFODNN7EXAMPLE", marked("aws-key", "AKIAIOSFODNN7EXAMPLE")),
        (
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/bedrock/aws4_request, "
            "SignedHeaders=host, Signature=" + "5f" * 32,
            f"AWS4-HMAC-SHA256 Credential={marked('aws-key', 'AKIAIOSFODNN7EXAMPLE')}/20261122/us-east-1/bedrock/aws4_request, "
            f"SignedHeaders=host, Signature={marked('aws-signature', '5f' * 32)}",
        ),
        ("?X-Amz-Security-Token=FwoGZXIvYXdzEBYaDK1", "?X-Amz-Security-Token=" + marked("query-value", "FwoGZXIvYXdzEBYaDK1")),
        ("AIzaSyA-1234567890abcdefghijklmnopqrstu", marked("google-key", "AIzaSyA-1234567890abcdefghijklmnopqrstu")),
        ("ya29.a0AfH6SMBx1234567890", marked("google-token", "ya29.a0AfH6SMBx1234567890")),
        ("xoxb-123456789012-abcdefGHIJ", marked("slack-token", "xoxb-123456789012-abcdefGHIJ")),
        ("sk-proj-abcdefGHIJ1234567890abcdef", marked("openai-key", "sk-proj-abcdefGHIJ1234567890abcdef")),
        (JWT, marked("jwt", JWT)),
        (f"key:\n{PEM}\n", f"key:\n{marked('private-key', PEM)}\n"),
        (json.dumps(PEM), json.dumps(marked("private-key", json.dumps(PEM)[1:-1]))),
        ("Basic dXNlcjpwYXNz", "Basic <scrubbed basic-auth>"),
        ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer " + marked("bearer-token", "abcdefgh12345678")),
        ("https://a.io/x?key=abcd1234&b=1", f"https://a.io/x?key={marked('query-value', 'abcd1234')}&b=1"),
        ("postgres://me:secret@db.io/x", "postgres://<scrubbed userinfo>@db.io/x"),
        ("API_KEY=abcdefgh1234", "API_KEY=" + marked("env-value", "abcdefgh1234")),
        ("Set-Cookie: _cfuvid=abcdef0123; path=/", "Set-Cookie: " + marked("cookie", "_cfuvid=abcdef0123; path=/")),
        ("write to Alice.B@corp.io.", f"write to {marked('e-mail', 'alice.b@corp.io', 2)}."),
        ("alice.b%40corp.io", marked("e-mail", "alice.b@corp.io", 2)),
        ("/tmp/pytest-of-bob/pytest-0/test_x0", "/tmp/pytest-of-<user>/pytest-0/test_x0"),
        ("cwd: /home/bob/x", "cwd: /home/<user>/x"),
        ("/Users/bob", "/Users/<user>"),
        ("file:///home/bob.", "file:///home/<user>."),
        ("\\n/home/bob\\n", "\\n/home/<user>\\n"),
        ("%2Fhome%2Fbob%2Fx", "%2Fhome%2F<user>%2Fx"),
        ("C:\\Users\\Bob Lee\\x", "C:\\Users\\<user>\\x"),
        ('"C:\\\\Users\\\\bob\\\\x"', '"C:\\\\Users\\\\<user>\\\\x"'),
        ("/c/Users/bob/x", "/c/Users/<user>/x"),
        ("~/.claude/projects/-home-alice-x", "~/.claude/projects/-home-<user>-x"),
        ("on alices-macbook-pro.local:", "on <scrubbed hostname>:"),
        ("on ALICES-MACBOOK-PRO", "on <scrubbed hostname>"),
        ("your organization (7a1e6b7c-0a3f-4f3e-9d53-0123456789ab)", f"your organization ({marked('organization-id', '7a1e6b7c-0a3f-4f3e-9d53-0123456789ab')})"),
        ("wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ", marked("workspace-id", "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ")),
        ("see req_011CSHoEeqs5C35K2UUqR7Fy", "see <scrubbed request-id>"),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret(written, scrubbed):
    assert scrubber().text(written) == scrubbed


@pytest.mark.parametrize(
    "harmless",
    [
        "max_tokens, input_tokens, token_count, cache_read_input_tokens, claude-opus-4-7-20260416",
        "toolu_01A09q90qw90lq917835lq9 msg_015hKP7NT8qN5auYNUXVc5ZA srvtoolu_014hJH82Qum7Td6UV8gDXThB",
        "commit 2e47711c0ffee2e47711c0ffee2e47711c0ffee00, 7a1e6b7c-0a3f-4f3e-9d53-0123456789ab",
        "risk-averse sk-learn, basic understanding, the bearer of bad news, a task-oriented approach",
        "api_key = os.environ['ANTHROPIC_API_KEY']; token = tokenizer.encode(text); ?key={key}&token=$TOKEN",
        "user@example.com admin@shop.example noreply@anthropic.com git@github.com:a/b.git lodash@4.17.21 @pytest.fixture",
        "https://example.com/home/settings docs/home/page /homework /home //home",
        "git clone https://github.com/a/b && curl http://localhost:8080/v1/users/42",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        b64encode(b"a text of many words that stands in base64").decode(),
        "KEY=base64.b64decode1(x) password: correct PASSWORD= localhost alice",
    ],
)  # fmt: skip
def test_what_is_harmless_stays_the_same_object(harmless):
    value = {"text": harmless, "list": [harmless, 1, None], harmless: {}}

    assert scrubber().text(harmless) is harmless
    assert scrubber().json(value) is value
    assert scrubber().json(value, "response") is value


def test_two_secrets_are_told_apart():
    first, second = (scrubber().json({"messages": [{"content": f"use {key}"}]}) for key in (GITHUB, GITHUB + "x"))

    assert first != second


def test_the_key_of_a_request_has_one_name_in_every_environment():
    recording, replaying, elsewhere = (
        scrubber(),
        Scrubber.of({}, "/root", "h", "root"),
        Scrubber.of({}, "/root", "h", "root"),
    )
    elsewhere.learn_headers({"X-Api-Key": OTHER})

    texts = {
        recording.text(f"key {KEY}"),
        replaying.text(f"key {_environment.FAKE_KEY}"),
        replaying.text(f"key {_environment.FAKE_TOKEN}"),
        elsewhere.text(f"key {OTHER}"),
    }
    assert texts == {"key <scrubbed ANTHROPIC_API_KEY>"}


def test_what_a_request_carried_in_its_headers_is_a_secret():
    learning = scrubber()
    learning.learn_headers(
        {
            "Authorization": "Bearer gateway-key-0001",
            "Proxy-Authorization": "Basic " + b64encode(b"me:proxy-word-1").decode(),
            "Cookie": "a=cookie-value-1; b=cookie-value-2",
            "X-Amz-Security-Token": "amazon-token-1",
            "anthropic-beta": "not-secret-2026",
        }
    )
    learning.learn("Digest not-secret-2026", "authorization")

    assert learning.text("gateway-key-0001 proxy-word-1 cookie-value-1 cookie-value-2 amazon-token-1 not-secret-2026") == (
        "<scrubbed ANTHROPIC_API_KEY> <scrubbed proxy-authorization> <scrubbed cookie> <scrubbed cookie> "
        "<scrubbed x-amz-security-token> not-secret-2026"
    )  # fmt: skip


@pytest.mark.parametrize("key", ["test", "dummy-key", "my-test-api-key", "unused", "12345678"])
def test_a_key_that_is_none_is_a_word_like_others(key):
    learning = scrubber()
    learning.learn_headers({"x-api-key": key, "authorization": f"Bearer {key}"})

    assert learning.text(f"Use {key}.") == f"Use {key}."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("USE_TOKEN", "true"),
        ("KEY_STORE", "production"),
        ("KEY_NAME", "ANTHROPIC_API_KEY"),
        ("S3_KEY", "S3_KEY_2_NAME"),
        ("key_of_12", "key_of_12"),
        ("MAX_TOKENS", "10000000"),
        ("ANTHROPIC_IDENTITY_TOKEN_FILE", "/run/identity-1"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/etc/google/key-1.json"),
        ("EDITOR", "some-editor-1"),
    ],
)
def test_variables_that_hold_no_secret(name, value):
    assert scrubber(**{name: value}).text(f"Use {value}.") == f"Use {value}."


def test_passwords_in_urls_of_the_environment():
    proxied = scrubber(HTTPS_PROXY="http://me:proxy-word-1@proxy:3128", ODD="http://[@")

    assert proxied.text("the word is proxy-word-1") == "the word is <scrubbed HTTPS_PROXY>"


def test_what_the_user_registers():
    registering = scrubber("MY_VALUE", "literal", MY_VALUE="of the environment")

    assert registering.text("a literal, and of the environment") == "a <scrubbed secret-2>, and <scrubbed MY_VALUE>"


def test_headers_that_matter_are_kept():
    headers = {
        "Anthropic-Version": "2026-10-21",
        "anthropic-beta": "files-2026",
        "Content-Type": "application/json",
        "X-Api-Key": KEY,
        "Authorization": f"Bearer {KEY}",
        "Cookie": "a=b",
        "User-Agent": "anthropic 2.12.0",
        "X-Stainless-OS": "Linux",
    }

    assert scrubber().headers(headers, "request") == {
        "anthropic-version": "2026-10-21",
        "anthropic-beta": "files-2026",
        "content-type": "application/json",
    }


def test_headers_of_an_answer():
    headers = {
        "Content-Type": "text/event-stream",
        "Retry-After": "3",
        "retry-after-ms": "1",
        "x-should-retry": "false",
        "Request-Id": "req_011CSHoEeqs5C35K2UUqR7Fy",
        "Set-Cookie": "_cfuvid=1",
        "cf-ray": "1-FRA",
        "anthropic-organization-id": "7a1e6b7c-0a3f-4f3e-9d53-0123456789ab",
        "location": "https://a.io/?key=1",
    }

    assert scrubber().headers(headers, "response", 3) == {
        "content-type": "text/event-stream",
        "retry-after": "3",
        "retry-after-ms": "1",
        "x-should-retry": "false",
        "request-id": "req_opus_3",
    }


@pytest.mark.parametrize(
    ("uri", "scrubbed"),
    [
        ("https://api.anthropic.com/v1/messages?beta=true", "https://api.anthropic.com/v1/messages?beta=true"),
        ("https://me:word@a.io/v1/messages", "https://a.io/v1/messages"),
        ("https://a.io/v1?key=1&beta=true&access_token=2&sig", "https://a.io/v1?key=<scrubbed query-value>&beta=true&access_token=<scrubbed query-value>&sig"),
        ("https://a.io/v1?X-Amz-Signature=1&max_tokens=5", "https://a.io/v1?X-Amz-Signature=<scrubbed query-value>&max_tokens=5"),
        (f"https://a.io/{KEY}/v1", "https://a.io/<scrubbed ANTHROPIC_API_KEY>/v1"),
    ],
)  # fmt: skip
def test_uris(uri, scrubbed):
    assert scrubber().uri(uri) == scrubbed
    assert scrubber().uri(scrubbed) == scrubbed


def test_the_user_of_a_request_is_told_from_others_and_not_told():
    first, second = (scrubber().json({"metadata": {"user_id": name}, "model": "m"}) for name in ("alice", "bob"))

    assert first == {"metadata": {"user_id": marked("user-id", "alice", 2)}, "model": "m"}
    assert first != second
    assert scrubber().json(first) is first


def test_ids_in_an_error():
    error = {
        "type": "error",
        "error": {"type": "x", "message": "no", "details": {"organization_id": "org-1"}},
        "request_id": "req_1",
    }

    assert scrubber().json(error, "response", 7) == {
        "type": "error",
        "error": {"type": "x", "message": "no", "details": {"organization_id": marked("organization-id", "org-1")}},
        "request_id": "req_opus_7",
    }


def test_ids_of_the_programs_own_world_stay():
    answer = message({"type": "tool_use", "id": "t", "name": "n", "input": {"account_id": "a1", "request_id": "r1"}})

    assert scrubber().json(answer, "response") is answer


def test_large_data_is_told_by_its_hash():
    def image(size):
        data = b64encode(b"\xff" * size).decode()
        return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}

    large, small = image(1024), image(1000)
    scrubbed = scrubber().json({"role": "user", "content": [large, small]})

    assert (
        scrubbed["content"][0]["source"]["data"]
        == f"<base64 image/png 1024 bytes sha256:{sha256(bytes([255]) * 1024).hexdigest()[:16]}>"
    )
    assert scrubbed["content"][1] is small
    assert scrubber().json(large, "response") is large
    assert scrubber().json(scrubbed) is scrubbed


def test_large_data_that_is_no_base64_is_told_by_the_hash_of_its_text():
    source = {"type": "base64", "media_type": None, "data": "a" * 1401}

    assert (
        scrubber().json([source])[0]["data"]
        == f"<base64 None 1401 bytes sha256:{sha256(b'a' * 1401).hexdigest()[:16]}>"
    )


@pytest.mark.parametrize(
    ("home", "written", "scrubbed"),
    [
        ("/data/people/alice", "/data/people/alice/x", "/data/people/<user>/x"),
        ("/data/people/alice", "/data/people/alices", "/data/people/alices"),
        ("D:\\people\\alice", '"D:\\\\people\\\\alice"', '"D:\\\\people\\\\<user>"'),
        ("/data/service", "/data/service/x", "/data/service/x"),
        ("/alice", "/alice/x", "/alice/x"),
    ],
)
def test_an_unusual_home(home, written, scrubbed):
    assert Scrubber.of({}, home, "h", "alice").text(written) == scrubbed


@pytest.mark.parametrize(
    "path",
    ["/home/alice/x", "/Users/alice", "C:\\\\Users\\\\alice\\\\x", "-home-alice-x", "/tmp/pytest-of-alice/pytest-0"],
)
def test_a_replay_leads_to_this_users_files(path):
    value = {"input": {"path": path}, "other": ["<user>"]}
    scrubbed = scrubber().json(value, "response")

    assert "alice" not in json.dumps(scrubbed)
    assert scrubber().restored(scrubbed) == value


def test_nothing_to_restore_is_the_same_object():
    value = {"input": {"path": "/x"}}

    assert scrubber().restored(value) is value
    assert Scrubber.of({}, "", "", "").restored(["/home/<user>/x"]) == ["/home/<user>/x"]


def test_folders_of_nobody():
    assert scrubber().text("/Users/Shared/x C:\\Users\\Public\\x") == "/Users/Shared/x C:\\Users\\Public\\x"


def test_a_secret_may_be_a_key_and_no_value_is_lost():
    value = {"/home/a": 1, "/home/b": 2, "/home/<user> 2": 3}

    scrubbed = scrubber().json(value)

    assert scrubbed == {"/home/<user>": 1, "/home/<user> 2": 2, "/home/<user> 2 2": 3}
    assert scrubber().json(scrubbed) is scrubbed


def test_json_is_not_changed_in_place_and_keeps_what_is_clean():
    clean = {"a": [1]}
    value = {"clean": clean, "dirty": [KEY]}

    assert scrubber().json(value)["clean"] is clean
    assert value == {"clean": {"a": [1]}, "dirty": [KEY]}


def test_json_that_is_nested_deeper_than_python_calls():
    value = leaf = []
    for _ in range(5_000):
        leaf.append([])
        leaf = leaf[0]
    leaf.append(KEY)

    scrubbed = scrubber().json(value)
    while isinstance(scrubbed, list):
        scrubbed = scrubbed[0]
    assert scrubbed == "<scrubbed ANTHROPIC_API_KEY>"


def test_bytes_that_are_no_text():
    assert scrubber().data(b"\xff " + KEY.encode()) == b"\xff <scrubbed ANTHROPIC_API_KEY>"


def test_a_key_that_the_model_says_in_pieces():
    events = list(message_events(message({"type": "text", "text": f"The key is {KEY}. Keep it."}), 20))

    scrubbed = scrubber().events(events)

    texts = [event["delta"]["text"] for event in scrubbed if event["type"] == "content_block_delta"]
    assert texts == ["The key is <scrubbed ANTHROPIC_API_KEY>", "", "", "", "", ". Keep", " it."]
    assert scrubber().events(scrubbed) is scrubbed
    assert events == list(message_events(message({"type": "text", "text": f"The key is {KEY}. Keep it."}), 20))


def test_events_without_secrets_are_the_same_object():
    events = list(
        message_events(
            message({"type": "text", "text": "nothing"}, {"type": "thinking", "thinking": "", "signature": "c2ln"})
        )
    )

    assert scrubber().events(events) is events


@pytest.mark.parametrize("cut", [1, 3, 16, 1000])
def test_the_input_of_a_tool_stays_json(cut):
    value = {"path": "x\n/home/bob/y", "\t" + KEY: [PASSWORD, f'"{GITHUB}'], "n": 12345678901}
    events = list(message_events(message({"type": "tool_use", "id": "t", "name": "n", "input": value}), cut))

    assert accumulate(scrubber().events(events))["content"][0]["input"] == {
        "path": "x\n/home/<user>/y",
        "\t<scrubbed ANTHROPIC_API_KEY>": ["<scrubbed DB_PASSWORD>", f'"{GITHUB_MARKED}'],
        "n": 12345678901,
    }


@pytest.mark.parametrize(
    "block",
    [
        {"type": "text", "text": f"it is {KEY}"},
        {"type": "thinking", "thinking": f"it is {KEY}", "signature": ""},
        {"type": "tool_use", "id": "t", "name": "n", "input": {"key": KEY}},
    ],
)
def test_an_answer_that_was_cut_off_within_a_secret(block):
    deltas = [
        e
        for e in list(message_events(message(block), 9))
        if e["type"] in ("content_block_start", "content_block_delta")
    ]
    kept = [e for e in deltas if "signature" not in e.get("delta", {})][:-2]

    scrubbed = json.dumps(scrubber().events(kept))

    assert "<scrubbed ANTHROPIC_API_KEY>" in scrubbed
    assert KEY[:8] not in scrubbed


def test_an_input_that_was_cut_off_within_an_escape():
    events = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "t", "name": "n", "input": {}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": f'{{"a": "{KEY} \\u00'}},
    ]  # fmt: skip

    delta = scrubber().events(events)[1]["delta"]

    assert delta["partial_json"] == '{"a": "<scrubbed ANTHROPIC_API_KEY> \\u00'


def test_the_other_parts_of_events():
    events = [
        {"type": "message_start", "message": {"id": "m", "content": [], "usage": {}, "model": f"m {GITHUB}"}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": KEY[:9]}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": KEY[9:]}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta", "citation": {"cited_text": GITHUB}}},
        {"type": "content_block_stop", "index": 0},
        {"type": "error", "error": {"type": "x", "message": f"no {KEY}"}, "request_id": "req_1"},
    ]  # fmt: skip

    assert scrubber().events(events, 2) == [
        {"type": "message_start", "message": {"id": "m", "content": [], "usage": {}, "model": f"m {GITHUB_MARKED}"}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "<scrubbed ANTHROPIC_API_KEY>"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta", "citation": {"cited_text": GITHUB_MARKED}}},
        {"type": "content_block_stop", "index": 0},
        {"type": "error", "error": {"type": "x", "message": "no <scrubbed ANTHROPIC_API_KEY>"}, "request_id": "req_opus_2"},
    ]  # fmt: skip
