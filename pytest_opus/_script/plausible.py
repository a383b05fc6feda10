"""An answer made from the request alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .._api.conversation import newest_first
from .._api.objects import blocks_of, object_at, offered_tools
from .._api.request import Request
from .blocks import Block, text, thinking, tool_use
from .turns import Plausible, Turn


class NoAnswerError(ValueError):
    """No JSON could be made for the format that the request asks for."""


ANSWER = "This is a plausible answer."
_THOUGHT = "This is a plausible thought."


def plausible() -> Plausible:
    """An answer that fits the request.

    It calls an offered tool once, with an input that the tool's schema allows; after that, or with no tool to call, it
    answers in text, or in JSON when the request asks for a format. Where thinking is enabled it thinks first.

        opus.otherwise(plausible())
    """
    return Plausible()


def plausible_turn(request: Request) -> Turn:
    """The turn that `plausible()` stands for in answer to `request`."""
    body = request.whole.fields
    tool = _tool_to_call(request)
    said = tool_use(tool["name"]) if tool else _answer(body)
    thinks = object_at(body, "thinking").get("type") == "enabled"
    return Turn(content=(thinking(_THOUGHT), said) if thinks else (said,))


def _answer(body: Mapping[str, Any]) -> Block:
    format_ = object_at(object_at(body, "output_config"), "format") or object_at(body, "output_format")
    schema = format_.get("schema")
    if schema is None:
        return text(ANSWER)
    from .._schema.smallest import UnsatisfiedError, smallest

    try:
        return text(json.dumps(smallest(schema)))
    except UnsatisfiedError as error:
        raise NoAnswerError(str(error)) from None


def _tool_to_call(request: Request) -> dict[str, Any] | None:
    """The forced tool; else, where the choice is free and nothing was called yet, the first tool of the program."""
    body = request.whole.fields
    own = [tool for tool in offered_tools(body) if "input_schema" in tool and isinstance(tool.get("name"), str)]
    choice = object_at(body, "tool_choice")
    match choice.get("type", "auto"):
        case "tool":
            return next((tool for tool in own if tool["name"] == choice.get("name")), None)
        case "any":
            return next(iter(own), None)
        case "auto" if not _has_called(request):
            return next(iter(own), None)
    return None


def _has_called(request: Request) -> bool:
    return any(
        block.get("type") == "tool_use"
        for link in newest_first(request.whole.conversation)
        if isinstance(link.message, dict)
        for block in blocks_of(link.message.get("content"))
    )
