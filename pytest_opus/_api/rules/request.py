"""A request with everything that its rules look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..models import Model
from .history import History
from .offer import Declared, Offer
from .refusal import Refusal
from .walker import Scope

__all__ = ["Judge", "OfferRule", "Request", "Rule", "offer_rule", "rule"]


class Request(NamedTuple):
    """A body that has the right shape, and what was found out about it."""

    body: dict[str, Any]
    counting: bool
    """Whether it went to count_tokens."""
    rules: str
    scope: Scope
    model: Model | None
    history: History
    offer: Offer

    @property
    def model_id(self) -> str:
        return str(self.body["model"])

    @property
    def continues(self) -> bool:
        """Whether earlier messages are kept by the API, as those of a message thread or of a compaction are."""
        return (self.body.get("thread") or {}).get("type") == "continue"

    @property
    def thinking(self) -> str | None:
        return (self.body.get("thinking") or {}).get("type")

    @property
    def tool_choice(self) -> str | None:
        return (self.body.get("tool_choice") or {}).get("type")

    @property
    def forces_tools(self) -> bool:
        return self.tool_choice in ("any", "tool")

    @property
    def output_config(self) -> dict[str, Any]:
        return self.body.get("output_config") or {}

    def declared(self) -> Iterator[Declared]:
        """The schemas of the program's own tools and of output formats."""
        for declared in self.offer.custom():
            yield declared._replace(path=f"{declared.path}.input_schema")
        for name, format_ in self.formats():
            yield Declared(f"{name}.schema", (*name.split("."), "schema"), format_["schema"], {})

    def formats(self) -> list[tuple[str, dict[str, Any]]]:
        """Where output formats stand, and they themselves."""
        named = (
            ("output_config.format", self.output_config.get("format")),
            ("output_format", self.body.get("output_format")),
        )
        return [(name, value) for name, value in named if value is not None]

    @property
    def free_sampling(self) -> bool:
        """Whether sampling parameters are accepted for every model."""
        return self.rules == "toapis"


Judge = Callable[[Request], Refusal | None]


class Rule(NamedTuple):
    """A condition of the API; it is looked at if one of the fields, blocks or roles it is about is there."""

    judge: Judge
    about: frozenset[str]


def rule(judge: Judge, *about: str) -> Rule:
    return Rule(judge, frozenset(about))


class OfferRule(NamedTuple):
    """A condition on what a request offers, which can be broken in several places; the API tells the first of them."""

    find: Callable[[Request], Iterator[Refusal]]
    about: frozenset[str]

    def judge(self, request: Request) -> Refusal | None:
        return next(self.find(request), None)


def offer_rule(find: Callable[[Request], Iterator[Refusal]], *about: str) -> OfferRule:
    return OfferRule(find, frozenset(about))
