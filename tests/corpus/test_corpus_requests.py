"""Requests that the real API has answered: what it took must be accepted, what it refused must be refused."""

import gzip
import json
from pathlib import Path

import pytest

from pytest_opus._api.rules import Validator

TRAFFIC = Path(__file__).parents[2].parent / "shared" / "corpus" / "traffic.jsonl.gz"
ENDPOINTS = {"/v1/messages": "messages", "/v1/messages/count_tokens": "count_tokens"}

# Refused for want of a beta header that was not recorded, and that is no longer needed.
FILES_WITHOUT_BETA = {"61465940922b15e3", "2564e19ea04569c2"}


@pytest.fixture(scope="module")
def traffic():
    if not TRAFFIC.exists():
        pytest.skip("no recorded traffic here")
    with gzip.open(TRAFFIC, "rt", encoding="utf-8") as lines:
        return [exchange for exchange in map(json.loads, lines) if exchange["path"] in ENDPOINTS]


def judge(exchange, validator):
    return validator.judge(
        exchange["request_body"], endpoint=ENDPOINTS[exchange["path"]], rules="2023-06-01", betas=None
    )


def test_what_the_api_took_is_accepted(traffic):
    taken = [exchange for exchange in traffic if exchange["judge"] == "accept"]
    assert taken
    refused = {exchange["id"]: refusal.message for exchange in taken if (refusal := judge(exchange, Validator()))}
    assert refused == {}


def test_what_one_validator_has_judged_spoils_no_other_request(traffic):
    validator = Validator()
    taken = [exchange for exchange in traffic if exchange["judge"] == "accept"]
    refused = {exchange["id"]: refusal.message for exchange in taken if (refusal := judge(exchange, validator))}
    assert refused == {}


def test_what_the_api_refused_is_refused_in_its_words(traffic):
    refused = [
        exchange for exchange in traffic if exchange["judge"] == "refuse" and exchange["id"] not in FILES_WITHOUT_BETA
    ]
    assert refused
    for exchange in refused:
        error = exchange["response_body"]["error"]
        refusal = judge(exchange, Validator())
        assert refusal is not None, exchange["id"]
        assert (refusal.status, refusal.type, refusal.message) == (exchange["status"], error["type"], error["message"])


def test_models_that_never_were_are_not_found(traffic):
    unknown = [
        exchange
        for exchange in traffic
        if exchange["status"] == 404 and "claude-3" not in str(exchange["request_body"].get("model"))
    ]
    assert unknown
    for exchange in unknown:
        refusal = judge(exchange, Validator())
        assert (refusal.status, refusal.message) == (404, exchange["response_body"]["error"]["message"])
