"""Costs: the published prices of every model, what multiplies them, and prices of one's own."""

from decimal import Decimal

import pytest

from pytest_opus import Usage
from pytest_opus._ledger.prices import unpriced
from pytest_opus._ledger.rates import parse_prices
from pytest_opus._settings import Settings, begin_session, end_session

M = 1_000_000
NAMES = ("input", "output", "write", "write_1h", "read")
TABLE = {
    "claude-fable-5-2 claude-mythos-5-2": "8 40 10 16 0.20",
    "claude-fable-5-1 claude-mythos-5-1": "10 50 12.5 20 0.25",
    "claude-fable-5 claude-mythos-5 claude-mythos-preview": "10 50 12.5 20 1",
    "claude-opus-5-5": "4 20 5 8 0.20",
    "claude-opus-5 claude-opus-4-8 claude-opus-4-7 claude-opus-4-6 claude-opus-4-5-20251101": "5 25 6.25 10 0.50",
    "claude-sonnet-5-5": "2 10 2.5 4 0.10",
    "claude-sonnet-5": "2 10 2.5 4 0.20",
    "claude-sonnet-4-6": "3 15 3.75 6 0.30",
    "claude-haiku-4-5 claude-haiku-4-5-20251001": "1 5 1.25 2 0.10",
}
PRICES = [
    (model, name, Decimal(price))
    for models, prices in TABLE.items()
    for model in models.split()
    for name, price in zip(NAMES, prices.split(), strict=True)
]
COUNTS = {
    "input": {"input_tokens": M},
    "output": {"output_tokens": M},
    "write": {"cache_creation_input_tokens": M, "cache_creation": {"ephemeral_5m_input_tokens": M}},
    "write_1h": {"cache_creation_input_tokens": M, "cache_creation": {"ephemeral_1h_input_tokens": M}},
    "read": {"cache_read_input_tokens": M},
}


def cost(model="claude-opus-4-7", **wire):
    return Usage.from_wire(wire, model=model).cost


@pytest.fixture
def prices():
    """Puts lines of the ini option `opus_prices` into force."""
    opened = []

    def put(*lines):
        begin_session(Settings(prices=lines))
        opened.append(lines)

    yield put
    for _ in opened:
        end_session()


@pytest.mark.parametrize(("model", "name", "price"), PRICES, ids=str)
def test_a_million_tokens_cost_what_is_published(model, name, price):
    assert cost(model, **COUNTS[name]) == price


def test_writes_that_are_not_broken_down_are_those_for_five_minutes():
    assert cost(cache_creation_input_tokens=M) == Decimal("6.25")


def test_writes_of_both_kinds():
    split = {"ephemeral_5m_input_tokens": 600_000, "ephemeral_1h_input_tokens": 400_000}

    assert cost(cache_creation_input_tokens=M, cache_creation=split) == Decimal("3.75") + Decimal(4)


@pytest.mark.parametrize(("given", "dollars"), [(100_000, "0.01"), (100_001, "0.0500005")])
def test_a_call_that_crosses_a_threshold_pays_the_higher_price_for_all_of_it(given, dollars):
    assert cost("claude-haiku-5-5", input_tokens=given) == Decimal(dollars)


def test_the_threshold_is_one_of_each_call_and_not_of_their_sum():
    single = Usage(input_tokens=100_000, model="claude-haiku-5-5")

    assert (single + single).cost == Decimal("0.02")


@pytest.mark.parametrize("model", ["claude-opus-4-7", "claude-mythos-5", "claude-3-opus-20240229"])
def test_batches_cost_half(model):
    assert cost(model, input_tokens=M, service_tier="batch") == cost(model, input_tokens=M) / 2


@pytest.mark.parametrize("model", ["claude-opus-4-8", "claude-opus-5", "claude-opus-5-5", "claude-fable-5-2"])
@pytest.mark.parametrize("counts", COUNTS.values(), ids=COUNTS)
def test_fast_mode_costs_twice(model, counts):
    assert cost(model, speed="fast", **counts) == 2 * cost(model, **counts)


def test_inference_in_the_us_costs_a_tenth_more():
    assert cost(input_tokens=M, inference_geo="us") == Decimal("5.5")
    assert cost(input_tokens=M, inference_geo="global") == 5


def test_searches_cost_a_cent_each_whatever_the_tokens_cost():
    searches = {"web_search_requests": 3, "web_fetch_requests": 5}

    assert cost(server_tool_use=searches) == Decimal("0.03")
    assert cost(input_tokens=M, server_tool_use=searches, service_tier="batch") == Decimal("2.53")


def test_a_price_of_ones_own(prices):
    prices(
        "claude-opus-4-7 input=4 output=20", "my-model input=1 output=2 cache_read=0.5 cache_write=3 cache_write_1h=7"
    )

    assert cost(input_tokens=M, output_tokens=M) == 24
    assert cost("claude-opus-4-7-20260416", input_tokens=M) == 4
    assert [cost("claude-opus-4-7", **counts) for counts in COUNTS.values()] == [4, 20, 5, 8, Decimal("0.4")]
    assert [cost("my-model", **counts) for counts in COUNTS.values()] == [1, 2, 3, 7, Decimal("0.5")]
    assert cost("claude-opus-5", input_tokens=M) == 5


def test_the_usual_factors_come_on_top_of_it(prices):
    prices("my-model input=4 output=20")

    assert cost("my-model", input_tokens=M, service_tier="batch") == 2
    assert cost("my-model", input_tokens=M, speed="fast") == 8
    assert cost("my-model", input_tokens=M, inference_geo="us") == Decimal("4.4")


def test_which_models_have_no_price():
    parts = [Usage(input_tokens=1, model=model) for model in ("claude-nope-3", "claude-opus-5", "claude-nope-3", None)]

    assert unpriced(Usage.total(parts)) == ["claude-nope-3"]


FORM = "MODEL input=DOLLARS output=DOLLARS, and, if they are special, cache_write=, cache_write_1h=, cache_read="


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("m", f"'m' lacks the price of input or output; {FORM} is expected."),
        ("m input=1", f"'m input=1' lacks the price of input or output; {FORM} is expected."),
        ("m input=1 output=2 cache=3", f"'m input=1 output=2 cache=3' has 'cache=3'; {FORM} is expected."),
        ("m = 1", f"'m = 1' has '='; {FORM} is expected."),
        ("m input=x output=2", "'m input=x output=2' has 'input=x'; US dollars per million tokens, such as input=2.50, are expected."),
        ("m input=-1 output=2", "'m input=-1 output=2' has 'input=-1'; US dollars per million tokens, such as input=2.50, are expected."),
    ],
)  # fmt: skip
def test_a_line_that_is_no_price(line, says):
    with pytest.raises(ValueError) as caught:
        parse_prices(["ok input=1 output=1", "", line])

    assert str(caught.value) == says
