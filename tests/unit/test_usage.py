from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from pytest_opus import Usage

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

    assert usage.to_wire() == COUNTS
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


@pytest.mark.parametrize("model", [None, "claude-nope"])
def test_a_model_without_a_price(model):
    unknown = Usage(input_tokens=1, model=model)

    assert unknown.cost is None
    assert Usage.total([unknown, Usage(input_tokens=1, model="claude-opus-4-7")]).cost is None
    assert Usage(model=model).cost == 0
