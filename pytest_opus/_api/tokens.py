"""A first estimate of tokens: characters over the usual ratio of English text, plus what tools and images cost.

No public tokenizer exists for these models; an estimate is marked as such wherever it shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import ceil
from typing import Any

from .conversation import measure, size_of
from .models import Model
from .objects import object_at, offered_tools
from .request import Sent

_CHARACTERS_PER_TOKEN = {"old": 3.5, "new": 2.8}
_PER_MESSAGE = 4
_PER_IMAGE = 1_500
_TOOLS_PROMPT = (300, 420)


class Estimator:
    """Estimates the prompts of one endpoint; tools that are offered again are not measured again."""

    def __init__(self) -> None:
        self._tools: tuple[Any, int] = (None, 0)

    def input_tokens(self, sent: Sent, model: Model | None) -> int:
        """Tokens of the prompt: system, tools and messages."""
        fields = sent.fields
        characters, images = size_of(sent.conversation)
        if "system" in fields:
            characters += measure(fields["system"]).characters
        fixed = _PER_IMAGE * images + _PER_MESSAGE * (sent.conversation.length if sent.conversation else 0)
        if fields.get("tools"):
            characters += self._tool_characters(fields)
            fixed += _tools_prompt(fields, model)
        return fixed + _tokens(characters, model)

    def _tool_characters(self, fields: Mapping[str, Any]) -> int:
        known, characters = self._tools
        if fields["tools"] is not known:
            characters = len(json.dumps(offered_tools(fields)))
            self._tools = (fields["tools"], characters)
        return characters


def output_tokens(content: list[dict[str, Any]], model: Model | None) -> int:
    """Tokens of an answer; at least 1, as the API never reports less."""
    return max(1, _tokens(measure(content).characters, model))


def tool_tokens(tool: Mapping[str, Any]) -> int:
    """Tokens that one definition adds to every request that offers it."""
    return _tokens(len(json.dumps(tool)), None)


def _tools_prompt(fields: Mapping[str, Any], model: Model | None) -> int:
    """The system prompt that the API adds for tools; it is longer when a call is forced."""
    free, forced = (model and model.tool_overhead) or _TOOLS_PROMPT
    return forced if object_at(fields, "tool_choice").get("type") in ("any", "tool") else free


def _tokens(characters: int, model: Model | None) -> int:
    return ceil(characters / _CHARACTERS_PER_TOKEN[model.tokenizer if model else "new"])
