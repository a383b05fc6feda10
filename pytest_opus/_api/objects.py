"""JSON objects of the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class JsonObject(dict[str, Any]):
    """A JSON object that reads as a dict and by attribute: `message["role"]`, `message.role`."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            known = ", ".join(map(repr, self)) or "none"
            raise AttributeError(f"this object has no key {name!r}; its keys: {known}") from None


def readable(value: Any) -> Any:
    """A copy of a JSON value in which every object is a `JsonObject`."""
    if isinstance(value, dict):
        return JsonObject({key: readable(item) for key, item in value.items()})
    if isinstance(value, list):
        return [readable(item) for item in value]
    return value


def text_of(content: Any) -> str:
    """The text of a `content` or `system`: the string itself, or its text blocks joined by newlines."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = (block.get("text") for block in content if isinstance(block, dict) and block.get("type") == "text")
    return "\n".join(text for text in texts if isinstance(text, str))


def blocks_of(content: Any) -> list[dict[str, Any]]:
    """The blocks of a `content`; a string counts as one text block, anything malformed as none."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return objects_in(content)


def objects_in(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; anything malformed counts as none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def offered_tools(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tools that a request offers."""
    return objects_in(body.get("tools"))


def tool_names(body: Mapping[str, Any]) -> list[str]:
    """The names of the tools that a request offers; toolsets have none."""
    return [tool["name"] for tool in offered_tools(body) if isinstance(tool.get("name"), str)]


def object_at(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The object at `key`; what is absent or anything else counts as an empty one."""
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def sent_messages(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The messages that a request carries."""
    return objects_in(body.get("messages"))
