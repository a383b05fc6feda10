"""Usage of recorded answers, to the token; what it costs, to the last digit."""

import gzip
import json
from pathlib import Path

import genai_prices
import pytest

from pytest_opus import Usage
from pytest_opus._api.usage import UsageReader
from pytest_opus._ledger.prices import cost

TRAFFIC = Path(__file__).parents[2].parent / "shared" / "corpus" / "traffic.jsonl.gz"
COUNTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")


@pytest.fixture(scope="module")
def answers():
    """Every recorded answer of a model, with what our reader makes of its bytes, taken 97 at a time."""
    if not TRAFFIC.exists():
        pytest.skip("no recorded traffic here")
    with gzip.open(TRAFFIC, "rt", encoding="utf-8") as lines:
        exchanges = [one for one in map(json.loads, lines) if one["path"] == "/v1/messages" and one["status"] == 200]
    return [(one, read(one)) for one in exchanges if one["response_kind"] in ("json", "sse")]


def read(exchange):
    stream = exchange["response_kind"] == "sse"
    body = (exchange["response_sse"] if stream else json.dumps(exchange["response_body"])).encode()
    reader = UsageReader(stream=stream)
    for start in range(0, len(body), 97):
        reader.feed(body[start : start + 97])
    return Usage.from_wire(reader.usage, model=reader.model)


def reported(exchange):
    """The four counts, found in the recording by a reader of another kind: the last number that is given wins."""
    if exchange["response_kind"] == "json":
        usages = [exchange["response_body"].get("usage") or {}]
    else:
        lines = [line[5:] for line in exchange["response_sse"].splitlines() if line.startswith("data:")]
        events = [json.loads(line) for line in lines if line.strip().startswith("{")]
        usages = [(one.get("message") or one).get("usage") or {} for one in events if one.get("type") != "error"]
    return [next((u[name] for u in reversed(usages) if u.get(name) is not None), 0) for name in COUNTS]


def test_usage_is_what_the_recordings_say(answers):
    assert len(answers) > 1_000
    wrong = [one["id"] for one, usage in answers if [getattr(usage, name) for name in COUNTS] != reported(one)]
    assert wrong == []
    total = Usage.total(usage for _, usage in answers)
    assert [getattr(total, name) for name in COUNTS] == [
        sum(column) for column in zip(*(reported(one) for one, _ in answers), strict=True)
    ]


def test_costs_are_those_of_the_price_list(answers):
    """But for what the four counts leave out: compactions, advice, and the model that was asked first."""
    plain = [usage for _, usage in answers if usage.model and len(usage.iterations) < 2 and usage.total_tokens]
    priced = [(usage, amount) for usage in plain if (amount := cost(usage)) is not None]
    assert len(priced) > 1_000
    for usage, amount in priced:
        found = genai_prices.extract_usage({"model": usage.model, "usage": usage.to_wire()}, provider_id="anthropic")
        assert amount == found.calc_price().total_price


def test_every_model_of_the_api_has_a_price(answers):
    unknown = {usage.model for _, usage in answers if cost(usage) is None and usage.model}
    assert {model for model in unknown if model.startswith("claude-")} == set()
