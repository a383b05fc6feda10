"""The tools that a request offers, as the rules ask about them."""

from __future__ import annotations

from typing import Any, NamedTuple

from .shapes.tools import TOOLSETS

__all__ = ["Offer", "read_offer"]


class Offer(NamedTuple):
    """The offered tools."""

    tools: list[dict[str, Any]]
    names: frozenset[str]
    markers: tuple[tuple[str, str], ...]
    """Path and TTL of every `cache_control`."""
    is_open: bool
    """Whether there are tools whose names the request does not tell."""


def read_offer(body: dict[str, Any]) -> Offer:
    tools = body.get("tools") or []
    return Offer(
        tools,
        frozenset(tool["name"] for tool in tools if isinstance(tool.get("name"), str)),
        tuple(_markers(tools)),
        bool(body.get("mcp_servers")) or any(tool.get("type") in TOOLSETS or "name" not in tool for tool in tools),
    )


def _markers(tools: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (f"tools.{index}", tool["cache_control"].get("ttl") or "5m")
        for index, tool in enumerate(tools)
        if isinstance(tool.get("cache_control"), dict)
    ]
