"""Judges requests as the Messages API does: the first refusal it would answer, in its own words."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from typing import Any, Literal

from ..models import Model, find_model
from . import (
    attachments, caching, limits, mcp, messages, pairing, sampling, server_tools, strict, system_messages, thinking,
    tools,
)  # fmt: skip
from .betas import features_of, unknown_betas
from .history import read_history
from .memory import Memory
from .offer import read_offer
from .refusal import Refusal
from .request import Request, Rule
from .shapes.request import BODIES
from .walker import Scope, refusal_of

__all__ = ["Refusal", "Validator"]

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
    *mcp.RULES,
    *attachments.RULES,
)
_TOOL_RULES: tuple[Rule, ...] = (*tools.RULES, tools.schemas_are_json_schema, *strict.RULES)
"""For tools and output formats that were not judged before."""


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
        terms = (rules, betas, model_id if isinstance(model_id, str) else None)
        offered = (body.get("tools"), body.get("output_config"), body.get("output_format"))
        known_tools = offered == _NO_TOOLS or self._memory.knows_tools(terms, offered)
        known_messages, before = self._memory.recall(terms, sent)

        scope = Scope(None if betas is None else features_of(betas), known_messages, known_tools)
        fault = BODIES[endpoint, rules].fault(body, scope)
        if fault is not None:
            return refusal_of(fault)

        history = read_history(sent, before)  # type: ignore[arg-type]
        request = Request(
            body=body,
            counting=endpoint == "count_tokens",
            rules=rules,
            scope=scope,
            model=self._model(str(model_id), rules),
            history=history,
            offer=read_offer(body),
        )
        for rule in _RULES if known_tools else chain(_RULES, _TOOL_RULES):
            refusal = rule(request)
            if refusal is not None:
                return refusal
        self._memory.remember(terms, sent, known_messages, history.settled)  # type: ignore[arg-type]
        if not known_tools:
            self._memory.remember_tools(terms, offered)
        return None

    def _model(self, model_id: str, rules: str) -> Model | None:
        """A gateway may know any model; of those that spell no known one it is not known what they accept."""
        known = find_model(model_id, extra=self._models)
        if known is None and rules == "toapis":
            spelled = find_model(model_id.rpartition("/")[2].replace(".", "-"))
            return spelled
        return known


_NO_TOOLS = (None, None, None)
