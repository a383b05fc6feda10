"""Tokens of calls, under the names that the API uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Any, Self

from .._api.objects import JsonObject, readable

COUNTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
_BREAKDOWNS = ("cache_creation", "output_tokens_details", "server_tool_use")
_TERMS = ("service_tier", "inference_geo", "speed")
USAGE_FIELDS = (*COUNTS, *_BREAKDOWNS, *_TERMS, "iterations", "fallback_credit")

# Iterations that the four counts leave out, though they are paid for.
_BILLED_APART = ("compaction", "advisor_message")


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens of one call, or of several together; add them with `+` and `sum()`.

    `input_tokens` excludes what was written to or read from the prompt cache, as on the wire; `total_tokens` is the sum
    of all four counts. Two usages are equal if their counts are. The other fields of the wire are objects that read by
    key and by attribute, or `None` where the API did not send them; of several calls they are sums, or the value that
    all of them share. `estimated` says that some of it is our estimate.

        assert opus.usage.total_tokens < 20_000
        assert opus.usage.cost < Decimal("0.25")
    """

    input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    cache_creation: JsonObject | None = field(default=None, repr=False, compare=False)
    output_tokens_details: JsonObject | None = field(default=None, repr=False, compare=False)
    server_tool_use: JsonObject | None = field(default=None, repr=False, compare=False)
    service_tier: str | None = field(default=None, repr=False, compare=False)
    inference_geo: str | None = field(default=None, repr=False, compare=False)
    speed: str | None = field(default=None, repr=False, compare=False)
    iterations: tuple[JsonObject, ...] = field(default=(), repr=False, compare=False)
    fallback_credit: JsonObject | None = field(default=None, repr=False, compare=False)
    model: str | None = field(default=None, repr=False, compare=False)
    parts: tuple[Usage, ...] = field(default=(), repr=False, compare=False)

    @classmethod
    def from_wire(cls, usage: Mapping[str, Any], *, model: str | None, estimated: bool = False) -> Self:
        """The usage of a message; absent and null counts are 0, and so is what is no count: gateways send all sorts.

        A message that another model took over was billed at the price of that one.
        """
        usage = usage if isinstance(usage, Mapping) else {}
        model = model if isinstance(model, str) else None
        fields: dict[str, Any] = {name: _count(usage.get(name)) for name in COUNTS}
        fields |= {name: _counts(usage[name]) for name in _BREAKDOWNS if _is_object(usage.get(name))}
        fields |= {name: usage[name] for name in _TERMS if isinstance(usage.get(name), str)}
        if _is_object(credit := usage.get("fallback_credit")):
            fields["fallback_credit"] = readable(credit)
        if isinstance(iterations := usage.get("iterations"), list | tuple) and iterations:
            fields["iterations"] = iterations = tuple(readable([one for one in iterations if _is_object(one)]))
            took_over = [one.get("model") for one in iterations if one.get("type") == "fallback_message"]
            model = next(filter(None, reversed(took_over)), model)
        return cls(**fields, model=model, estimated=estimated)

    @classmethod
    def total(cls, usages: Iterable[Usage]) -> Self:
        """Several usages as one."""
        parts = tuple(leaf for usage in usages for leaf in usage.leaves)
        if len(parts) == 1 and isinstance(parts[0], cls):
            return parts[0]
        counts: dict[str, Any] = {name: sum([getattr(part, name) for part in parts]) for name in COUNTS}
        breakdowns: dict[str, Any] = {name: _sums(getattr(part, name) for part in parts) for name in _BREAKDOWNS}
        shared: dict[str, Any] = {name: _shared(getattr(part, name) for part in parts) for name in (*_TERMS, "model")}
        return cls(
            **counts,
            **breakdowns,
            **shared,
            estimated=any(part.estimated for part in parts),
            iterations=tuple(one for part in parts for one in part.iterations),
            parts=parts,
        )

    def __add__(self, other: Usage) -> Usage:
        return Usage.total((self, other)) if isinstance(other, Usage) else NotImplemented

    def __radd__(self, other: object) -> Usage:
        """`sum()` begins with 0."""
        return self if other == 0 else NotImplemented

    def to_wire(self) -> dict[str, Any]:
        """The usage as it stands in a message, in plain JSON values; fields that the API did not send are left out."""
        fields = {name: getattr(self, name) for name in USAGE_FIELDS}
        return {name: _plain(value) for name, value in fields.items() if value or name in COUNTS}

    @property
    def leaves(self) -> tuple[Usage, ...]:
        """The usages of single calls that this one is made of."""
        return self.parts or (self,)

    @property
    def all_input_tokens(self) -> int:
        """Input, written to the cache, and read from it."""
        return self.input_tokens + self.cache_creation_input_tokens + self.cache_read_input_tokens

    @property
    def total_tokens(self) -> int:
        return self.all_input_tokens + self.output_tokens

    @property
    def one_hour_cache_tokens(self) -> int:
        """What was written to the cache for an hour; the rest of the writes is kept for five minutes."""
        written = (self.cache_creation or JsonObject()).get("ephemeral_1h_input_tokens") or 0
        return min(written, self.cache_creation_input_tokens)

    @property
    def web_searches(self) -> int:
        return (self.server_tool_use or JsonObject()).get("web_search_requests") or 0

    @property
    def billed_apart(self) -> tuple[Usage, ...]:
        """Work that the four counts leave out but that is paid for: compactions, and advice of other models."""
        terms = {name: getattr(self, name) for name in _TERMS}
        return tuple(
            Usage.from_wire({**one, **terms}, model=one.get("model") or self.model)
            for one in self.iterations
            if one.get("type") in _BILLED_APART
        )

    @property
    def cost(self) -> Decimal | None:
        """US dollars; `None`, with a warning once per model, if a model has no known price.

        What the API bills besides the four counts is in it: web searches, compactions, advice of other models.
        """
        from .prices import cost, warn_of_unknown

        warn_of_unknown(self)
        return cost(self)


def _count(value: Any) -> int:
    """A count of the wire, as whole as tokens are."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return int(value) if isinstance(value, int | float) and isfinite(value) and value > 0 else 0


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value)


def _counts(breakdown: Mapping[str, Any]) -> JsonObject:
    return JsonObject({name: _count(value) for name, value in breakdown.items()})


def _sums(breakdowns: Iterable[Mapping[str, Any] | None]) -> JsonObject | None:
    """The sums key by key, or `None` if there is none to add."""
    sums: dict[str, Any] = {}
    for breakdown in filter(None, breakdowns):
        for name, value in breakdown.items():
            sums[name] = sums.get(name, 0) + (value or 0)
    return JsonObject(sums) if sums else None


def _shared(values: Iterable[str | None]) -> str | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None


def _plain(value: Any) -> Any:
    """A JSON value of plain dicts and lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
