"""Text for people: aligned columns, money, shares."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

_SHOWN = Decimal("0.000001")


def aligned(rows: Sequence[Sequence[str]], left: Collection[str] = ()) -> Iterator[str]:
    """Rows as lines, two spaces between columns. The first row names the columns; those in `left` begin at the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if name in left else cell.rjust(width)
            for name, cell, width in zip(rows[0], row, widths, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def dollars(amount: Decimal | None) -> str:
    """`$0.0123`, with at least two digits after the point and as many as tell something; `?` if it is not known."""
    if amount is None:
        return "?"
    rounded = amount.quantize(_SHOWN, ROUND_HALF_UP)
    if amount and not rounded:
        return f"${amount.normalize():f}"
    whole, _, digits = f"{rounded:f}".partition(".")
    return f"${int(whole):,}.{digits.rstrip('0').ljust(2, '0')}"


def percent_over(used: Decimal | int, limit: Decimal | int) -> str:
    """By how much, in whole percent; an overrun never reads +0%."""
    return f"+{max(1, round((used - limit) * 100 / limit))}%"
