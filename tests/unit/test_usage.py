from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from pytest_opus import OpusWarning, Usage

WIRE = {
    "input_tokens": 1,
    "cache_creation_input_tokens": 20,
    "cache_read_input_tokens": 300,
    "output_tokens": 4000,
    "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 0},
    "service_tier": "standard",
}
COUNTS = {name: WIRE[name] for name in list(WIRE)[:4]}


def test_the_names_of_the_wire():
    usage = Usage.from_wire(WIRE, model="claude-opus-4-7")

    assert usage.to_wire() == WIRE
    assert usage == Usage(**COUNTS)


@pytest.mark.parametrize("wire", [{}, dict.fromkeys(COUNTS)])
def test_what_is_absent_or_null_is_nothing(wire):
    assert Usage.from_wire(wire, model=None) == Usage()


def test_totals():
    usage = Usage(**COUNTS)

    assert usage.all_input_tokens == 321
    assert usage.total_tokens == 4321


def test_several_as_one():
    total = Usage.total([Usage(**COUNTS), Usage(input_tokens=9), Usage()])

    assert total == Usage(**COUNTS | {"input_tokens": 10})
    assert total.total_tokens == 4330


def test_none_as_one():
    assert Usage.total([]) == Usage()
    assert Usage.total([]).cost == 0


def test_one_estimate_makes_the_sum_an_estimate():
    parts = [Usage(input_tokens=1), Usage(input_tokens=1, estimated=True)]

    assert Usage.total(parts).estimated
    assert not Usage.total(parts[:1]).estimated


def test_usage_does_not_change():
    with pytest.raises(FrozenInstanceError):
        Usage().input_tokens = 3


def test_repr_shows_the_counts():
    assert repr(Usage.from_wire(COUNTS, model="claude-opus-4-7")) == (
        "Usage(input_tokens=1, cache_creation_input_tokens=20, cache_read_input_tokens=300, output_tokens=4000, "
        "estimated=False)"
    )


@pytest.mark.parametrize(
    ("counts", "dollars"),
    [
        ({"input_tokens": 1_000_000}, "5"),
        ({"output_tokens": 1_000_000}, "25"),
        ({"cache_creation_input_tokens": 1_000_000}, "6.25"),
        ({"cache_read_input_tokens": 1_000_000}, "0.5"),
        ({"input_tokens": 120, "output_tokens": 48}, "0.0018"),
        ({}, "0"),
    ],
)
def test_cost_in_dollars(counts, dollars):
    cost = Usage(**counts, model="claude-opus-4-7").cost

    assert isinstance(cost, Decimal)
    assert cost == Decimal(dollars)


def test_the_cost_of_several_is_the_sum_by_model():
    parts = [Usage(input_tokens=1_000_000, model=model) for model in ("claude-opus-4-7", "claude-haiku-4-5")]

    assert Usage.total(parts).cost == parts[0].cost + parts[1].cost
    assert parts[0].cost > parts[1].cost > 0


def test_a_call_of_no_known_model_has_no_cost():
    assert Usage(input_tokens=1).cost is None
    assert Usage().cost == 0


def test_a_model_without_a_price_warns_once():
    unknown = Usage(input_tokens=1, model="claude-nope-1")

    known = Usage(input_tokens=1, model="claude-opus-4-7")

    with pytest.warns(OpusWarning) as caught:
        assert [unknown.cost, (unknown + known).cost] == [None, None]

    assert [str(one.message) for one in caught] == [
        "No price is known for the model 'claude-nope-1'. Give it in the ini option opus_prices."
    ]
    assert Usage(model="claude-nope-2").cost == 0


FULL = WIRE | {
    "cache_creation": {"ephemeral_5m_input_tokens": 12, "ephemeral_1h_input_tokens": 8},
    "output_tokens_details": {"thinking_tokens": 7},
    "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0},
    "inference_geo": "us",
    "speed": "fast",
    "iterations": [{"type": "message", "input_tokens": 1, "output_tokens": 4000}],
    "fallback_credit": {"status": {"type": "redeemed"}},
}


def test_every_field_of_the_wire_reads_by_attribute_and_goes_back():
    usage = Usage.from_wire(FULL, model="claude-opus-4-7")

    assert usage.cache_creation.ephemeral_1h_input_tokens == usage.one_hour_cache_tokens == 8
    assert usage.output_tokens_details["thinking_tokens"] == 7
    assert usage.server_tool_use.web_search_requests == usage.web_searches == 2
    assert (usage.service_tier, usage.inference_geo, usage.speed) == ("standard", "us", "fast")
    assert usage.iterations[0].type == "message"
    assert usage.fallback_credit.status.type == "redeemed"
    assert usage.to_wire() == FULL
    assert type(usage.to_wire()["cache_creation"]) is dict


def test_adding_sums_what_counts_and_keeps_what_all_share():
    one = Usage.from_wire(FULL, model="claude-opus-4-7")
    other = Usage.from_wire({"input_tokens": 5, "service_tier": "standard", "speed": "standard"}, model="claude-opus-5")

    both = one + other

    assert both == sum([one, other]) == Usage.total([one, other])
    assert both.input_tokens == 6
    assert both.cache_creation == {"ephemeral_5m_input_tokens": 12, "ephemeral_1h_input_tokens": 8}
    assert (both.service_tier, both.speed, both.model) == ("standard", None, None)
    assert both.iterations == one.iterations
    assert both.cost == one.cost + other.cost


def test_only_usage_can_be_added():
    with pytest.raises(TypeError):
        Usage() + 1
    with pytest.raises(TypeError):
        1 + Usage()
    assert sum([Usage(input_tokens=1)]) == Usage(input_tokens=1)


def test_a_sum_of_sums_keeps_the_single_calls():
    single = Usage(input_tokens=1, model="claude-opus-4-7")

    assert (single + single + single).leaves == (single, single, single)


@pytest.mark.parametrize("kind", ["compaction", "advisor_message"])
def test_what_the_counts_leave_out_is_billed_all_the_same(kind):
    apart = {"type": kind, "model": "claude-haiku-4-5", "input_tokens": 1_000_000, "output_tokens": 1_000_000}
    message = {"type": "message", "input_tokens": 200_000, "output_tokens": 0}
    usage = Usage.from_wire({"input_tokens": 200_000, "iterations": [apart, message]}, model="claude-opus-4-7")

    assert usage.total_tokens == 200_000
    assert usage.cost == Decimal(1 + 1 + 5)


def test_a_compaction_without_a_model_is_that_of_the_message():
    usage = Usage.from_wire(
        {"iterations": [{"type": "compaction", "input_tokens": 1_000_000}]}, model="claude-opus-4-7"
    )

    assert usage.cost == 5


def test_a_message_that_another_model_took_over_costs_what_that_one_costs():
    iterations = [
        {"type": "message", "model": "claude-fable-5", "input_tokens": 408, "output_tokens": 0},
        {"type": "fallback_message", "model": "claude-opus-4-8", "input_tokens": 1_000_000, "output_tokens": 0},
    ]
    usage = Usage.from_wire({"input_tokens": 1_000_000, "iterations": iterations}, model="claude-fable-5")

    assert (usage.model, usage.cost) == ("claude-opus-4-8", 5)


@pytest.mark.parametrize(
    "wire",
    [
        {"input_tokens": "9"},
        {"input_tokens": 9.0, "output_tokens": "many"},
        {"input_tokens": 9, "output_tokens": [1], "cache_creation": 5, "server_tool_use": ["x"]},
        {"input_tokens": 9, "server_tool_use": {"web_search_requests": "none"}, "iterations": ["x"]},
        {"input_tokens": 9, "iterations": 3, "service_tier": {"name": "batch"}, "output_tokens": float("inf")},
        {"input_tokens": 9, "output_tokens": -4, "fallback_credit": "none"},
    ],
)
def test_gateways_may_send_anything(wire):
    usage = Usage.from_wire(wire, model="claude-opus-4-7")

    assert usage == Usage(input_tokens=9)
    assert usage.cost == Decimal("0.000045")
    assert Usage.total([usage, usage]).to_wire()["input_tokens"] == 18


def test_a_usage_that_is_no_object():
    assert Usage.from_wire([1], model={"a": 1}) == Usage()
