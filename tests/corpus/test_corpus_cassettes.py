"""Cassettes and exchanges that other projects recorded: they are read, and kept to the last digit."""

import gzip
import json
from pathlib import Path

import pytest

from pytest_opus._api.reader import BodyReader
from pytest_opus._api.request import Sent
from pytest_opus._cassette.bodies import body_of
from pytest_opus._cassette.file import read
from pytest_opus._cassette.interaction import Interaction, Json, RecordedRequest, RecordedResponse, message_of
from pytest_opus._cassette.same import first_difference
from pytest_opus._cassette.text import from_text, to_text

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
ORIGINALS = CORPUS / "originals"


@pytest.fixture(scope="module")
def manifest():
    if not ORIGINALS.exists():
        pytest.skip("no recorded cassettes here")
    return json.loads((ORIGINALS / "MANIFEST.json").read_text(encoding="utf-8"))


def test_every_original_is_read_as_it_is(manifest):
    for original in manifest:
        tape = read(ORIGINALS / original["file"])
        bodies = [one.response.body for one in tape.interactions]

        assert tape.foreign
        assert len(tape.interactions) == original["interactions"]
        assert all(isinstance(one.request.body, Sent) for one in tape.interactions)
        assert [body for body in bodies if isinstance(body, str | bytes) or getattr(body, "rest", "")] == []
        assert [body for body in bodies if not isinstance(body, Json) and message_of(body) is None] == []


def test_every_original_becomes_a_cassette_of_ours(manifest):
    for original in manifest:
        tape = read(ORIGINALS / original["file"])
        again = from_text(to_text(tape.interactions), original["file"])

        assert first_difference(tape.interactions, again.interactions) is None
        assert again.sealed


@pytest.fixture(scope="module")
def traffic():
    path = CORPUS / "traffic.jsonl.gz"
    if not path.exists():
        pytest.skip("no recorded traffic here")
    reader = BodyReader()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_interaction(json.loads(line), reader) for line in lines]


def _interaction(exchange, reader):
    body = reader.read(json.dumps(exchange["request_body"]).encode())
    sent = Sent(body.fields, body.conversation) if isinstance(body.value, dict) else ""
    answer = exchange.get("response_sse") or exchange.get("response_text")
    data = json.dumps(exchange.get("response_body")) if answer is None else answer
    kind = {"sse": "text/event-stream", "json": "application/json"}.get(exchange["response_kind"], "text/plain")
    request = RecordedRequest(exchange["method"], f"https://{exchange['host']}{exchange['path']}", {}, sent)
    return Interaction(
        request, RecordedResponse(exchange["status"], {"content-type": kind}, body_of(data.encode(), kind))
    )


def test_all_recorded_traffic_is_kept_to_the_last_digit(traffic):
    text = to_text(traffic)

    assert first_difference(traffic, from_text(text, "traffic.yaml").interactions) is None
    assert "json_text:" not in text
