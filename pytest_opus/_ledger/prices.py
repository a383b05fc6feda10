"""Prices of models: the only module that imports `genai_prices`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .._settings import session_settings
from .problems import OpusWarning
from .rates import Rates, Tiers, flat, parse_prices, undated
from .usage import Usage

_BATCH, _FAST, _US = Decimal("0.5"), Decimal(2), Decimal("1.1")

# Models that `genai_prices` does not list, with the one that has the same price.
_PRICED_AS = {
    "claude-mythos-preview": "claude-fable-5",
    "claude-mythos-5": "claude-fable-5",
    "claude-mythos-5-1": "claude-fable-5-1",
}

_warned: set[str] = set()


def cost(usage: Usage) -> Decimal | None:
    """What `usage` costs in US dollars; `None` if one of its models has no known price. It never warns."""
    costs = [_single(single) for leaf in usage.leaves for single in (leaf, *leaf.billed_apart)]
    return None if None in costs else sum((one for one in costs if one is not None), Decimal(0))


def unpriced(usage: Usage) -> list[str]:
    """The models of `usage` that have no known price, each once."""
    singles = (single for leaf in usage.leaves for single in (leaf, *leaf.billed_apart))
    models = dict.fromkeys(single.model for single in singles if _single(single) is None)
    return [model for model in models if model is not None]


def warn_of_unknown(usage: Usage) -> None:
    """One warning per model and process."""
    for model in unpriced(usage):
        if model not in _warned:
            _warned.add(model)
            warnings.warn(OpusWarning(no_price(model)), stacklevel=3)


def no_price(model: str) -> str:
    return f"No price is known for the model {model!r}. Give it in the ini option opus_prices."


def _single(usage: Usage) -> Decimal | None:
    if not usage.total_tokens and not usage.web_searches:
        return Decimal(0)
    if usage.model is None:
        return None
    found = _contract(usage.model) or _listed(usage.model, usage.service_tier == "batch", usage.speed == "fast")
    if found is None:
        return None
    rates, factor = found
    if factor is None:
        factor = (_BATCH if usage.service_tier == "batch" else 1) * (_FAST if usage.speed == "fast" else Decimal(1))
    return rates.cost(usage, factor * _US if usage.inference_geo == "us" else factor)


def _contract(model: str) -> tuple[Rates, None] | None:
    """The price that the ini file says; the usual factors come on top."""
    prices = _parsed(session_settings().prices)
    rates = prices.get(model) or prices.get(undated(model))
    return None if rates is None else (rates, None)


@lru_cache(maxsize=8)
def _parsed(lines: tuple[str, ...]) -> dict[str, Rates]:
    return parse_prices(lines)


@lru_cache(maxsize=256)
def _listed(model: str, batch: bool, fast: bool) -> tuple[Rates, Decimal] | None:
    """The rates of `genai_prices`, and the factor for what they do not cover yet."""
    standard = _lookup(model, {})
    if standard is None:
        return None
    rates, factor = standard, Decimal(1)
    for asked, context, usual in ((batch, {"processing": "batch"}, _BATCH), (fast, {"speed": "fast"}, _FAST)):
        if asked:
            special = _lookup(model, context)
            if special is None or special == standard:
                factor *= usual
            else:
                rates = special
    return rates, factor


def _lookup(model: str, context: Mapping[str, str]) -> Rates | None:
    import genai_prices

    for name in dict.fromkeys((model, undated(model), _PRICED_AS.get(undated(model), model))):
        try:
            found = genai_prices.calc_price(
                genai_prices.Usage(), name, provider_id="anthropic", price_context=dict(context)
            )
        except LookupError:
            continue
        return _rates(found.model_price)
    return None


def _rates(prices: Any) -> Rates:
    base = _tiers(prices.input_mtok) or flat(Decimal(0))
    write = _tiers(prices.cache_write_mtok) or base
    search = prices.web_searches_kcount
    return Rates(
        input=base,
        output=_tiers(prices.output_mtok) or flat(Decimal(0)),
        cache_write=write,
        cache_write_1h=_tiers(prices.cache_write_1h_mtok) or write,
        cache_read=_tiers(prices.cache_read_mtok) or base,
        **({"web_search": search / 1_000} if isinstance(search, Decimal) else {}),
    )


def _tiers(price: Any) -> Tiers | None:
    if price is None or isinstance(price, Decimal):
        return price if price is None else flat(price)
    return (*flat(price.base), *((tier.start, tier.price) for tier in price.tiers))
