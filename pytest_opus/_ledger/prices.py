"""Prices of models: the only module that imports `genai_prices`."""

from __future__ import annotations

from decimal import Decimal

import genai_prices

from .usage import Usage


def price(usage: Usage) -> Decimal | None:
    """What `usage` costs in US dollars; `None` if its model has no known price."""
    if usage.model is None:
        return None
    tokens = genai_prices.Usage(
        input_tokens=usage.all_input_tokens,
        cache_write_tokens=usage.cache_creation_input_tokens,
        cache_read_tokens=usage.cache_read_input_tokens,
        output_tokens=usage.output_tokens,
    )
    try:
        return genai_prices.calc_price(tokens, usage.model, provider_id="anthropic").total_price
    except LookupError:
        return None
