"""The typed view of a request that tests, routes and callable turns read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .._http import Headers
from .conversation import Conversation, messages_of, newest_first
from .describe import counted
from .headers import betas_in
from .objects import JsonObject, blocks_of, offered_tools, readable, text_of, tool_names


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


def results_in(message: Any) -> list[ToolResult]:
    """The tool results of a message; none of anything malformed."""
    blocks = blocks_of(message.get("content")) if isinstance(message, dict) else []
    return [ToolResult(block) for block in blocks if block.get("type") == "tool_result"]


class Sent(NamedTuple):
    """A request body: its fields, and its conversation where it has one."""

    fields: Mapping[str, Any]
    conversation: Conversation | None

    def body(self) -> dict[str, Any]:
        """The body as one dict, made anew."""
        if self.conversation is None:
            return dict(self.fields)
        return {**self.fields, "messages": messages_of(self.conversation)}


class Request:
    """One request to the Messages API, as the program sent it.

    Objects in `messages`, `tools`, `output_config`, ... read as dicts and by attribute. `raw` is the body as it came;
    in a message thread everything else reads as if the program had sent the whole conversation.

        assert opus.calls[0].request.model == "claude-opus-4-7"
        assert opus.calls[1].request.tool_results[0].text == "3 passed"
    """

    def __init__(self, sent: Sent, headers: Headers, *, whole: Sent | None = None) -> None:
        self.sent = sent
        self.whole = whole or sent
        self.headers = headers

    @property
    def raw(self) -> dict[str, Any]:
        """The body as it came."""
        return self.sent.body()

    @property
    def model(self) -> str | None:
        return self.whole.fields.get("model")

    @property
    def messages(self) -> list[JsonObject]:
        """The whole conversation, also where a message thread holds its beginning."""
        return _in_order(self.whole)

    @property
    def sent_messages(self) -> list[JsonObject]:
        """The messages that this request itself carried."""
        return _in_order(self.sent)

    @property
    def system(self) -> Any:
        """The system prompt: a string, a list of text blocks, or `None`."""
        return readable(self.whole.fields.get("system"))

    @property
    def tools(self) -> list[JsonObject]:
        return readable(offered_tools(self.whole.fields))  # type: ignore[no-any-return]

    @property
    def tool_names(self) -> list[str]:
        return tool_names(self.whole.fields)

    @property
    def tool_choice(self) -> JsonObject | None:
        return self._object("tool_choice")

    @property
    def max_tokens(self) -> int | None:
        return self.whole.fields.get("max_tokens")

    @property
    def stream(self) -> bool:
        return self.sent.fields.get("stream") is True

    @property
    def output_config(self) -> JsonObject | None:
        return self._object("output_config")

    @property
    def thinking(self) -> JsonObject | None:
        return self._object("thinking")

    @property
    def betas(self) -> list[str]:
        """The values of the `anthropic-beta` header."""
        return list(betas_in(self.headers))

    @property
    def version(self) -> str | None:
        """The `anthropic-version` header."""
        return self.headers.get("anthropic-version")

    @property
    def last_user_text(self) -> str:
        """The text of the last user message that has text, else `""`."""
        texts = (text_of(message.get("content")) for message in self._of_user())
        return next(filter(None, texts), "")

    @property
    def tool_results(self) -> list[ToolResult]:
        """The tool results of the last user message."""
        return results_in(next(self._of_user(), None))

    def _of_user(self) -> Iterator[Mapping[str, Any]]:
        """The messages of the user, the last one first."""
        messages = (link.message for link in newest_first(self.whole.conversation))
        return (message for message in messages if isinstance(message, dict) and message.get("role") == "user")

    def _object(self, name: str) -> JsonObject | None:
        value = self.whole.fields.get(name)
        return readable(value) if isinstance(value, dict) else None

    def __repr__(self) -> str:
        tools = f", tools {', '.join(self.tool_names)}" if self.tool_names else ""
        conversation = self.whole.conversation
        return f"<Request: {self.model}, {counted(conversation.length if conversation else 0, 'message')}{tools}>"


def _in_order(sent: Sent) -> list[JsonObject]:
    messages = [link.readable for link in newest_first(sent.conversation)]
    return [message for message in reversed(messages) if isinstance(message, JsonObject)]
