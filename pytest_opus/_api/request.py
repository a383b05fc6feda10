"""The typed view of a request that tests, routes and callable turns read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from .._http import Headers
from .describe import counted
from .objects import JsonObject, blocks_of, offered_tools, readable, sent_messages, text_of


class ToolResult:
    """What the program sent back for a tool call."""

    __slots__ = ("content", "is_error", "tool_use_id")

    def __init__(self, block: Mapping[str, Any]) -> None:
        self.tool_use_id: str = block.get("tool_use_id", "")
        self.content: Any = readable(block.get("content", ""))
        self.is_error: bool = bool(block.get("is_error"))

    @property
    def text(self) -> str:
        """Its text: the string, or the text blocks joined by newlines."""
        return text_of(self.content)

    def __repr__(self) -> str:
        error = ", is_error=True" if self.is_error else ""
        return f"ToolResult({self.text!r}{error})"


class Request:
    """One request to the Messages API, as the program sent it.

    Objects in `messages`, `tools`, `output_config`, ... read as dicts and by attribute. `raw` is the body as it came;
    in a message thread the rest reads as if the program had sent the whole conversation (`joined`).

        assert opus.calls[0].request.model == "claude-opus-4-7"
        assert opus.calls[1].request.tool_results[0].text == "3 passed"
    """

    def __init__(self, raw: Mapping[str, Any], headers: Headers, joined: Mapping[str, Any] | None = None) -> None:
        self.raw = raw
        self.headers = headers
        self.joined = raw if joined is None else joined

    @property
    def model(self) -> str | None:
        return self.raw.get("model")

    @cached_property
    def messages(self) -> list[JsonObject]:
        """The whole conversation, also where a message thread holds its beginning."""
        return readable(sent_messages(self.joined))  # type: ignore[no-any-return]

    @cached_property
    def sent_messages(self) -> list[JsonObject]:
        """The messages that this request itself carried."""
        return readable(sent_messages(self.raw))  # type: ignore[no-any-return]

    @property
    def system(self) -> Any:
        """The system prompt: a string, a list of text blocks, or `None`."""
        return readable(self.joined.get("system"))

    @cached_property
    def tools(self) -> list[JsonObject]:
        return readable(offered_tools(self.joined))  # type: ignore[no-any-return]

    @property
    def tool_names(self) -> list[str]:
        return [tool["name"] for tool in self.tools if "name" in tool]

    @property
    def tool_choice(self) -> JsonObject | None:
        return _object(self.raw.get("tool_choice"))

    @property
    def max_tokens(self) -> int | None:
        return self.raw.get("max_tokens")

    @property
    def stream(self) -> bool:
        return self.raw.get("stream") is True

    @property
    def output_config(self) -> JsonObject | None:
        return _object(self.raw.get("output_config"))

    @property
    def thinking(self) -> JsonObject | None:
        return _object(self.raw.get("thinking"))

    @property
    def betas(self) -> list[str]:
        """The values of the `anthropic-beta` header."""
        return [beta.strip() for beta in self.headers.get("anthropic-beta", "").split(",") if beta.strip()]

    @property
    def version(self) -> str | None:
        """The `anthropic-version` header."""
        return self.headers.get("anthropic-version")

    @property
    def last_user_text(self) -> str:
        """The text of the last user message that has text, else `""`."""
        for message in reversed(self.messages):
            if message.get("role") == "user" and (text := text_of(message.get("content"))):
                return text
        return ""

    @property
    def tool_results(self) -> list[ToolResult]:
        """The tool results of the last user message."""
        for message in reversed(self.messages):
            if message.get("role") == "user":
                blocks = blocks_of(message.get("content"))
                return [ToolResult(block) for block in blocks if block.get("type") == "tool_result"]
        return []

    def __repr__(self) -> str:
        tools = f", tools {', '.join(self.tool_names)}" if self.tool_names else ""
        return f"<Request: {self.model}, {counted(len(self.messages), 'message')}{tools}>"


def _object(value: Any) -> JsonObject | None:
    return readable(value) if isinstance(value, dict) else None
