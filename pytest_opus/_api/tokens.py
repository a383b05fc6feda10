"""A first estimate of tokens: characters over the usual ratio of English text, plus what tools and images cost.

No public tokenizer exists for these models; an estimate is marked as such wherever it shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import ceil
from typing import Any

from .models import Model
from .objects import offered_tools, sent_messages

_CHARACTERS_PER_TOKEN = {"old": 3.5, "new": 2.8}
_PER_MESSAGE = 4
_PER_IMAGE = 1_500
_TOOLS_PROMPT = (300, 420)


def input_tokens(body: Mapping[str, Any], model: Model | None) -> int:
    """Tokens of the prompt: system, tools and messages."""
    messages = sent_messages(body)
    characters, images = _measure([body.get("system"), [message.get("content") for message in messages]])
    tools = offered_tools(body)
    characters += sum(len(json.dumps(tool)) for tool in tools)
    fixed = _PER_MESSAGE * len(messages) + _PER_IMAGE * images + (_tools_prompt(body, model) if tools else 0)
    return fixed + _tokens(characters, model)


def _tools_prompt(body: Mapping[str, Any], model: Model | None) -> int:
    """The system prompt that the API adds for tools; it is longer when a call is forced."""
    free, forced = (model and model.tool_overhead) or _TOOLS_PROMPT
    return forced if (body.get("tool_choice") or {}).get("type") in ("any", "tool") else free


def output_tokens(content: list[dict[str, Any]], model: Model | None) -> int:
    """Tokens of an answer; at least 1, as the API never reports less."""
    characters, _ = _measure(content)
    return max(1, _tokens(characters, model))


def _tokens(characters: int, model: Model | None) -> int:
    return ceil(characters / _CHARACTERS_PER_TOKEN[model.tokenizer if model else "new"])


def _measure(value: Any) -> tuple[int, int]:
    """Characters of text and number of images or documents within a JSON value."""
    if isinstance(value, str):
        return len(value), 0
    if isinstance(value, dict):
        if value.get("type") in ("image", "document") and "source" in value:
            return 0, 1
        value = [item for key, item in value.items() if key not in ("type", "signature", "cache_control")]
    elif not isinstance(value, list):
        return (0 if value is None else len(str(value))), 0
    parts = [_measure(item) for item in value]
    return sum(characters for characters, _ in parts), sum(images for _, images in parts)
