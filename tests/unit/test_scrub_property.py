"""Whatever a secret stands in, however it is written and cut: afterwards it is gone, and the rest is as it was."""

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_opus._api.events import accumulate, message_events
from pytest_opus._cassette.scan import scan
from pytest_opus._cassette.scrub import Scrubber
from pytest_opus._cassette.values import rebuilt

TOKENS = st.sampled_from(
    [
        "ghp_" + "a1B2c3" * 6,
        "AKIAIOSFODNN7EXAMPLE",
        "sk-ant-api03-" + "cD4zW8-_" * 11,
        "xoxb-123456789012-abcdefGHIJ",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "-----BEGIN PRIVATE KEY-----\nMIIEow+/abcd\n-----END PRIVATE KEY-----",
        "/home/bobby/x",
        "bobby@corp.io",
        "https://a.io/?api_key=abcd1234efgh",
    ]
)
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=9, max_size=40).map(
    lambda text: f"{text}1a!"
)
SMALL = st.text(max_size=8)
AWKWARD = st.sampled_from(
    ["\\", "\n", '"', "%2F", "=", "?key=", "sk-", "@", "://", "/home/", "<scrubbed ", "a1" * 9, "ü", "\0", "\ud800"]
)
TEXTS = st.lists(SMALL | AWKWARD, max_size=6).map("".join)
NUMBERS = st.integers() | st.booleans() | st.none()


def json_around(inner, others=TEXTS):
    return st.recursive(
        inner,
        lambda parts: (
            st.lists(parts | others | NUMBERS, max_size=3)
            | st.dictionaries(others, parts | others, max_size=3)
            | st.dictionaries(inner, NUMBERS, max_size=2)
        ),
        max_leaves=6,
    )


def scrubber(**environ):
    return Scrubber.of(environ, "/home/alice", "alices-macbook-pro.local", "alice")


def forms(secret):
    """Ways to write a secret: `(plain, written)`."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(json.dumps(secret))
    yield quote(secret, safe="")
    yield quote_plus(secret)
    data = secret.encode()
    for before in (b"", b"u:", b"xyz\xff"):
        yield b64encode(before + data + b" after").decode()
        yield urlsafe_b64encode(before + data).decode().rstrip("=")
    yield data.hex()
    yield "5" + data.hex() + "5"


def dumped(value):
    return json.dumps(value, ensure_ascii=False)


HERE = "\ue000"
# Letters beside a secret would be more of its code, and a backslash would begin another escape.
AROUND = st.tuples(TEXTS, TEXTS).map(lambda around: f"{around[0]} {HERE} {around[1]}")


@given(SECRETS, st.integers(0, 10), json_around(AROUND))
def test_a_known_secret_anywhere_in_any_encoding_is_gone(secret, form, template):
    known = scrubber(MY_TOKEN=secret)
    written = list(forms(secret))[form]
    value = rebuilt(template, lambda text: text.replace(HERE, written))
    assume(value != template)

    scrubbed = known.json(value)

    assert written not in dumped(scrubbed)
    assert dumped(written)[1:-1] not in dumped(scrubbed)
    assert scan(known, dumped(scrubbed)) == []
    assert scan(known, dumped(value)) != []
    assert known.json(scrubbed) is scrubbed


PARTS = st.lists(TEXTS | TOKENS | st.sampled_from(["a-known-value-1", "a-known-", "value-1"]), max_size=6).map("".join)


@given(json_around(PARTS))
def test_scrubbing_twice_is_scrubbing_once_and_nothing_is_left_to_find(value):
    known = scrubber(MY_TOKEN="a-known-value-1", OTHER_KEY="known-value")

    scrubbed = known.json(value)

    assert known.json(scrubbed) is scrubbed
    assert scan(known, dumped(scrubbed)) == []
    assert scan(known, json.dumps(scrubbed)) == []


WORDS = st.lists(
    st.sampled_from(["token", "max_tokens", "key", "sk-learn", "2026", "/home", "a1b2c3d4", "=", ":", "@"]) | SMALL
)


@given(json_around(WORDS.map(" ".join), WORDS.map(" ".join)))
def test_what_holds_no_secret_is_the_same_object(value):
    assert scrubber().json(value) is value


@given(SECRETS | TOKENS, st.lists(TEXTS, min_size=2, max_size=2), st.integers(1, 50), st.booleans())
def test_a_secret_cut_into_deltas_is_gone(secret, around, cut, known):
    using = scrubber(**({"MY_TOKEN": secret} if known else {}))
    text = f"{around[0]} {secret} {around[1]}"
    message = {
        "type": "message",
        "content": [
            {"type": "text", "text": text},
            {"type": "thinking", "thinking": text, "signature": "c2ln"},
            {"type": "tool_use", "id": "t", "name": "n", "input": {"key": [text], text: 1}},
        ],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    events = list(message_events(message, cut))

    scrubbed = using.events(events)

    assert accumulate(scrubbed) == using.json(accumulate(events), "response")
    assert len(scrubbed) == len(events)
    assert [event["type"] for event in scrubbed] == [event["type"] for event in events]
    assert using.events(scrubbed) is scrubbed
    if known:
        assert secret not in dumped(accumulate(scrubbed))


@given(SECRETS, TEXTS, st.integers(1, 12), st.integers(9, 60))
def test_a_secret_that_was_cut_off_leaves_no_beginning(secret, before, cut, length):
    using = scrubber(MY_TOKEN=secret)
    text = f"{before} {secret}"[: len(before) + 1 + min(length, len(secret) - 1)]
    deltas = [text[start : start + cut] for start in range(0, len(text), cut)]
    events = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in deltas
        ),
    ]

    scrubbed = using.events(events)

    assert secret[:8] not in "".join(event["delta"]["text"] for event in scrubbed[1:])
