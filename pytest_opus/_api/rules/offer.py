"""The tools that a request offers, as the rules ask about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .shapes.tools import TOOLSETS

__all__ = ["Declared", "Offer", "read_offer"]


class Declared(NamedTuple):
    """A schema that a program declares: the API's path of it, where it stands in the body, and of what it is."""

    path: str
    at: tuple[str | int, ...]
    schema: dict[str, Any]
    tool: dict[str, Any]


class Offer(NamedTuple):
    """The offered tools."""

    tools: list[dict[str, Any]]
    names: frozenset[str]
    markers: tuple[tuple[str, str], ...]
    """Path and TTL of every `cache_control`."""
    is_open: bool
    """Whether there are tools whose names the request does not tell."""

    def custom(self) -> Iterator[Declared]:
        """The program's own tools with their schemas."""
        for index, tool in enumerate(self.tools):
            if tool.get("type") in (None, "custom") and isinstance(tool.get("input_schema"), dict):
                path, at = f"tools.{index}.custom", ("tools", index, "input_schema")
                yield Declared(path, at, tool["input_schema"], tool)


def read_offer(body: dict[str, Any]) -> Offer:
    tools = body.get("tools") or []
    return Offer(
        tools,
        frozenset(tool["name"] for tool in tools if isinstance(tool.get("name"), str)),
        tuple(_markers(tools)),
        bool(body.get("mcp_servers")) or any(map(_is_open, tools)),
    )


def _markers(tools: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (f"tools.{index}", tool["cache_control"].get("ttl") or "5m")
        for index, tool in enumerate(tools)
        if isinstance(tool.get("cache_control"), dict)
    ]


def _is_open(tool: dict[str, Any]) -> bool:
    return tool.get("type") in TOOLSETS or "name" not in tool
