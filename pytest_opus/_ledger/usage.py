"""Tokens of calls, under the names that the API uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

USAGE_FIELDS = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "cache_creation",
    "output_tokens_details",
    "server_tool_use",
    "service_tier",
    "inference_geo",
    "speed",
    "iterations",
    "fallback_credit",
)
COUNTS = USAGE_FIELDS[:4]


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens of one call, or of several together.

    `input_tokens` excludes what was written to or read from the prompt cache, as on the wire; `total_tokens` is the sum
    of all four. `estimated` says that some of it is our estimate.

        assert opus.usage.total_tokens < 20_000
    """

    input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    model: str | None = field(default=None, repr=False, compare=False)
    parts: tuple[Usage, ...] = field(default=(), repr=False, compare=False)

    @classmethod
    def from_wire(cls, usage: Mapping[str, Any], *, model: str | None, estimated: bool = False) -> Self:
        """The counts of a message's `usage`; absent and null ones are 0."""
        counts: dict[str, Any] = {name: usage.get(name) or 0 for name in COUNTS}
        return cls(**counts, model=model, estimated=estimated)

    @classmethod
    def total(cls, usages: Iterable[Usage]) -> Self:
        """Several usages as one."""
        parts = tuple(usages)
        counts: dict[str, Any] = {name: sum(getattr(part, name) for part in parts) for name in COUNTS}
        return cls(
            **counts,
            estimated=any(part.estimated for part in parts),
            parts=parts,
        )

    def to_wire(self) -> dict[str, int]:
        """The counts as they stand in a message."""
        return {name: getattr(self, name) for name in COUNTS}

    @property
    def all_input_tokens(self) -> int:
        """Input, written to the cache, and read from it."""
        return self.input_tokens + self.cache_creation_input_tokens + self.cache_read_input_tokens

    @property
    def total_tokens(self) -> int:
        return self.all_input_tokens + self.output_tokens

    @property
    def cost(self) -> Decimal | None:
        """US dollars; `None` if a model has no known price."""
        if self.parts:
            costs = [part.cost for part in self.parts]
            return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))
        if not self.total_tokens:
            return Decimal(0)
        from .prices import price

        return price(self)
