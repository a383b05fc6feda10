"""Judges requests as the Messages API does: the first refusal it would answer, in its own words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Any, Literal

from ..models import Model, find_model
from ..places import Place, found_at
from . import (
    attachments,
    caching,
    limits,
    mcp,
    messages,
    pairing,
    programmatic,
    sampling,
    server_tools,
    strict,
    system_messages,
    thinking,
    tools,
)
from .betas import features_of, unknown_betas
from .history import Tally, read_history
from .memory import Memory
from .offer import read_offer
from .refusal import Refusal
from .request import Judge, OfferRule, Request, Rule
from .shapes.config import FORMAT
from .shapes.request import BODIES
from .shapes.tools import TOOL
from .walker import Scope, Tag, refusal_of

__all__ = ["Refusal", "Validator", "definition_refusals"]

_RULES: tuple[Rule, ...] = (
    *messages.RULES,
    *pairing.RULES,
    *server_tools.RULES,
    *system_messages.RULES,
    *caching.RULES,
    *limits.RULES,
    *thinking.RULES,
    *sampling.RULES,
    *tools.CHOICE_RULES,
    *programmatic.RULES,
    *attachments.RULES,
)
_OFFER_RULES: tuple[Rule | OfferRule, ...] = (
    *tools.RULES,
    *mcp.RULES,
    *tools.SCHEMA_RULES,
    *strict.RULES,
    *programmatic.OFFER_RULES,
)
"""For what a request offers and has not been judged before."""


class Validator:
    """Judges requests as the API would; one per endpoint, remembers what it has judged."""

    def __init__(self, *, models: Collection[str] = ()) -> None:
        self._models = frozenset(models)
        self._memory = Memory()

    def judge(
        self,
        body: Any,
        *,
        endpoint: Literal["messages", "count_tokens"],
        rules: Literal["2026-10-21", "2023-06-01", "toapis"],
        betas: frozenset[str] | None,
    ) -> Refusal | None:
        """Why the API would refuse `body`, parsed JSON; with `betas=None` all that a beta unlocks is allowed."""
        refusal = unknown_betas(betas) if betas else None
        if refusal is not None or type(body) is not dict:
            return refusal or Refusal("Input should be an object", "object_type")

        model_id, sent = body.get("model"), body.get("messages")
        terms = (rules, betas, model_id if isinstance(model_id, str) else None, _continues(body))
        offered = _offered(body)
        offer = self._memory.recall_offer(terms, offered)
        known_messages, before = self._memory.recall(terms, sent)

        scope = Scope(None if betas is None else features_of(betas), known_messages, offer is not None)
        fault = BODIES[endpoint, rules].fault(body, scope)
        if fault is not None:
            return refusal_of(fault)

        request = Request(
            body=body,
            counting=endpoint == "count_tokens",
            rules=rules,
            scope=scope,
            model=self._model(body["model"], rules),
            history=read_history(body["messages"], before),
            offer=offer or read_offer(body),
        )
        about = request.history.features.union(body)
        for judge in _judges(frozenset(about), offer is None):
            refusal = judge(request)
            if refusal is not None:
                return refusal
        self._memory.remember(terms, body["messages"], known_messages, request.history.settled)
        if offer is None:
            self._memory.remember_offer(terms, offered, request.offer)
        return None

    def _model(self, model_id: str, rules: str) -> Model | None:
        """A gateway may know any model; of those that spell no known one it is not known what they accept."""
        known = find_model(model_id, extra=self._models)
        if known is None and rules == "toapis":
            return find_model(model_id.rpartition("/")[2].replace(".", "-"))
        return known


def _continues(body: dict[str, Any]) -> bool:
    thread = body.get("thread")
    return type(thread) is dict and thread.get("type") == "continue"


def _offered(body: dict[str, Any]) -> tuple[Any, ...]:
    """What the rules of offers look at; not yet known to have the right shape."""
    config = body.get("output_config")
    format_ = config.get("format") if type(config) is dict else None
    return body.get("tools"), body.get("mcp_servers"), format_, body.get("output_format")


@lru_cache(maxsize=256)
def _judges(about: frozenset[str], offer_is_new: bool) -> tuple[Judge, ...]:
    rules = chain(_RULES, _OFFER_RULES) if offer_is_new else _RULES
    return tuple(rule.judge for rule in rules if not rule.about.isdisjoint(about))


_DEFINITION_RULES = (*tools.RULES, *tools.SCHEMA_RULES, *strict.RULES, *programmatic.OFFER_RULES, *caching.OFFER_RULES)


def definition_refusals(body: dict[str, Any], model: Model | None) -> Iterator[Refusal]:
    """Every reason to refuse the tools and output formats of `body`, whatever else is in it."""
    scope = Scope(None)
    sound = []
    for index, tool in enumerate(body.get("tools") or []):
        faults = [fault.under(index).under("tools") for fault in TOOL.faults(tool, scope)]
        yield from map(refusal_of, faults)
        steps = ([step for step in fault.path[2:] if not isinstance(step, Tag)] for fault in faults)
        sound.append(_without(tool, {path[0] for path in steps if path}))
    for name, within, format_ in _formats(body):
        for fault in FORMAT.faults(format_, scope):
            yield refusal_of(replace(fault, path=(name, *within, *fault.path)))
    formats = {name: body[name] for name, _, format_ in _formats(body) if _has_schema(format_)}
    offered = {"model": model.id if model else "", "messages": [], "tools": sound, **formats}
    request = Request(offered, False, "2026-10-21", scope, model, read_history([], Tally()), read_offer(offered))
    for rule in _DEFINITION_RULES:
        yield from rule.find(request)


def _without(tool: Any, faulty: set[str | int]) -> dict[str, Any]:
    """The tool with what the further rules can go by: a schema that is one for all its faults stays."""
    if not isinstance(tool, dict):
        return {}
    kept = tool.get("input_schema")
    sound = {key: value for key, value in tool.items() if key not in faulty}
    return sound | ({"input_schema": kept} if isinstance(kept, dict) else {})


def _formats(body: dict[str, Any]) -> Iterator[tuple[str, Place, Any]]:
    """The output formats that are asked for: the field of each, the steps in it, and the format."""
    fields: tuple[tuple[str, Place], ...] = (("output_config", ("format",)), ("output_format", ()))
    for name, within in fields:
        format_ = found_at(body.get(name), within)
        if format_ is not None:
            yield name, within, format_


def _has_schema(format_: Any) -> bool:
    return isinstance(format_, dict) and isinstance(format_.get("schema"), dict)
