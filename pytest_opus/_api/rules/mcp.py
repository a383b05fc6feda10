"""MCP servers and the toolsets that refer to them."""

from __future__ import annotations

from .refusal import Refusal, nearest, refuse
from .request import Request, Rule, rule

__all__ = ["RULES"]


def servers_are_reachable(request: Request) -> Refusal | None:
    """Servers have names of their own and https addresses."""
    servers = request.body.get("mcp_servers") or []
    names = [server["name"] for server in servers]
    for index, server in enumerate(servers):
        if not server["url"].startswith("https://"):
            return refuse("mcp_url", "URL must use https", path=f"mcp_servers.{index}.url")
        if server["name"] in names[:index]:
            return refuse("mcp_server_duplicate", "MCP server names must be unique.", path="mcp_servers")
    return None


def toolsets_have_servers(request: Request) -> Refusal | None:
    """Each toolset refers to a server of its own; since mcp-client-2025-11-20 each server needs one."""
    if request.continues:
        return None
    servers = [server["name"] for server in request.body.get("mcp_servers") or []]
    used: set[str] = set()
    for index, tool in enumerate(request.offer.tools):
        if tool.get("type") != "mcp_toolset":
            continue
        name, path = tool["mcp_server_name"], f"tools.{index}.mcp_toolset.mcp_server_name"
        if name not in servers:
            return refuse(
                "mcp_server_unknown",
                f"MCP server '{name}' not found in mcp_servers",
                path=path,
                hint=nearest(name, servers),
            )
        if name in used:
            return refuse(
                "mcp_toolset_duplicate", f"MCP server '{name}' is referenced by more than one mcp_toolset", path=path
            )
        used.add(name)
    unused = next((name for name in servers if name not in used), None)
    if unused is None or not used:
        return None
    return refuse(
        "mcp_server_unused", f"MCP server '{unused}' is not referenced by any mcp_toolset", path="mcp_servers"
    )


RULES: tuple[Rule, ...] = (
    rule(servers_are_reachable, "mcp_servers"),
    rule(toolsets_have_servers, "tools"),
)
