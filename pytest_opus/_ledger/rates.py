"""What a model costs per million tokens, and what that makes for a usage."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from .usage import Usage

Tiers = tuple[tuple[int, Decimal], ...]
"""Prices, each with the input of a call above which it holds; the first one holds from -1 on, that is, always."""

MILLION = 1_000_000
_ACCEPTED = ("input", "output", "cache_write", "cache_write_1h", "cache_read")
_FORM = "MODEL input=DOLLARS output=DOLLARS, and, if they are special, cache_write=, cache_write_1h=, cache_read="


def flat(price: Decimal) -> Tiers:
    return ((-1, price),)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """US dollars per million tokens; `web_search` is the price of one search."""

    input: Tiers
    output: Tiers
    cache_write: Tiers
    cache_write_1h: Tiers
    cache_read: Tiers
    web_search: Decimal = Decimal("0.01")

    def cost(self, usage: Usage, factor: Decimal) -> Decimal:
        """What the four counts of one call cost, times `factor`, and its searches."""
        whole = usage.all_input_tokens
        one_hour = usage.one_hour_cache_tokens
        tokens = (
            usage.input_tokens * _at(self.input, whole)
            + (usage.cache_creation_input_tokens - one_hour) * _at(self.cache_write, whole)
            + one_hour * _at(self.cache_write_1h, whole)
            + usage.cache_read_input_tokens * _at(self.cache_read, whole)
            + usage.output_tokens * _at(self.output, whole)
        )
        return tokens * factor / MILLION + usage.web_searches * self.web_search


def _at(tiers: Tiers, whole: int) -> Decimal:
    """The price that holds for a call with so much input: one that crosses a threshold pays it for all tokens."""
    for start, price in reversed(tiers):
        if whole > start:
            return price
    return tiers[0][1]


def parse_prices(lines: Iterable[str]) -> dict[str, Rates]:
    """Prices of the ini option `opus_prices`, by model.

    Writes to the cache cost 1.25 times the input, for an hour 2 times, reads 0.1 times, unless the line says otherwise.

    Raises:
        ValueError: a line that is none; the message says what is accepted.
    """
    rates: dict[str, Rates] = {}
    for line in filter(None, map(str.strip, lines)):
        model, *pairs = line.split()
        given = dict(_pair(pair, line) for pair in pairs)
        if not {"input", "output"} <= given.keys():
            raise ValueError(f"{line!r} lacks the price of input or output; {_FORM} is expected.")
        rates[model] = _rates(given)
    return rates


def _pair(pair: str, line: str) -> tuple[str, Decimal]:
    name, _, value = pair.partition("=")
    if name not in _ACCEPTED:
        raise ValueError(f"{line!r} has {pair!r}; {_FORM} is expected.")
    try:
        price = Decimal(value)
    except InvalidOperation:
        price = Decimal(-1)
    if not (price.is_finite() and price >= 0):
        raise ValueError(f"{line!r} has {pair!r}; US dollars per million tokens, such as {name}=2.50, are expected.")
    return name, price


def _rates(given: dict[str, Decimal]) -> Rates:
    base = given["input"]
    return Rates(
        input=flat(base),
        output=flat(given["output"]),
        cache_write=flat(given.get("cache_write", base * Decimal("1.25"))),
        cache_write_1h=flat(given.get("cache_write_1h", base * 2)),
        cache_read=flat(given.get("cache_read", base / 10)),
    )


def undated(model: str) -> str:
    """A model id without the date of its snapshot."""
    return re.sub(r"-\d{8}$", "", model)
