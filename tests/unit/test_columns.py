from decimal import Decimal

import pytest

from pytest_opus._columns import aligned, dollars, percent_over


def test_columns():
    rows = [("name", "n", "x"), ("a", "1,000", ""), ("long name", "2", "y")]

    assert list(aligned(rows, left=("name", "x"))) == [
        "name           n  x",
        "a          1,000",
        "long name      2  y",
    ]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "?"),
        ("0", "$0.00"),
        ("1", "$1.00"),
        ("0.25", "$0.25"),
        ("0.1000", "$0.10"),
        ("0.0018", "$0.0018"),
        ("0.12345678", "$0.123457"),
        ("1234.5", "$1,234.50"),
        ("0.0000001", "$0.0000001"),
    ],
)
def test_dollars(amount, text):
    assert dollars(amount and Decimal(amount)) == text


@pytest.mark.parametrize(("used", "says"), [(1_001, "+1%"), (1_006, "+1%"), (1_500, "+50%"), (100_000, "+9900%")])
def test_an_overrun_never_reads_as_none(used, says):
    assert percent_over(used, 1_000) == says
