"""Tools: custom ones, and those that Anthropic defines, by the type strings with their dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..walker import (
    ANYTHING,
    FLAG,
    FREE,
    TEXT,
    Fault,
    Integer,
    Items,
    OneOf,
    Record,
    Scope,
    Shape,
    Silent,
    Tagged,
    Text,
    Values,
    all_faults,
)
from .config import CACHE_CONTROL
from .newer import newer_dated

__all__ = ["GATED_TOOLS", "SERVER_TOOLS", "TOOL", "TOOLSETS"]


_PROPERTY_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,64}")


class _InputSchema:
    """The parts of a tool's schema that the schema layer looks at: its type, and the names of the parameters."""

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        return next(self.faults(value, scope), None)

    def faults(self, value: Any, scope: Scope) -> Iterator[Fault]:
        if type(value) is not dict:
            yield from all_faults(FREE, value, scope)
            return
        if "type" not in value:
            yield Fault("Field required", "field_required", ("type",), 'did you mean "type": "object"?')
        elif value["type"] != "object":
            yield Fault("Input should be 'object'", "literal_error", ("type",))
        properties = value.get("properties")
        yield from _wrong_names(properties) if type(properties) is dict else ()


def _wrong_names(properties: dict[str, Any]) -> Iterator[Fault]:
    for name in properties:
        if not _PROPERTY_NAME.fullmatch(name):
            yield Fault(
                f"Property keys should match pattern '^{_PROPERTY_NAME.pattern}$'",
                "property_name",
                ("properties", Silent(name)),
                hint=repr(name),
            )


_CALLERS = OneOf(
    "direct",
    "code_execution_20250825",
    "code_execution_20260120",
    "code_execution_20260521",
    newer=newer_dated(["code_execution_20260521"]),
)
_COMMON: dict[str, Shape] = {
    "type?": ANYTHING,
    "allowed_callers?": Items(_CALLERS),
    "cache_control?": CACHE_CONTROL,
    "defer_loading?": FLAG,
    "strict?": FLAG,
}
_CLIENT: dict[str, Shape] = {**_COMMON, "input_examples?": Items(FREE)}
_TOOLSET: dict[str, Shape] = {
    "type": ANYTHING,
    "cache_control?": CACHE_CONTROL,
    "configs?": Values(Record({"enabled?": FLAG, "defer_loading?": FLAG})),
}
_DOMAINS: dict[str, Shape] = {"allowed_domains?": Items(TEXT), "blocked_domains?": Items(TEXT), "max_uses?": Integer(1)}
_SEARCH: dict[str, Shape] = {
    **_DOMAINS,
    "user_location?": Record(
        {"type": OneOf("approximate"), "city?": TEXT, "country?": TEXT, "region?": TEXT, "timezone?": TEXT}
    ),
}
_NAMED = Items(Record({"name": TEXT, "type": OneOf("tool_reference")}))
_SOURCE = Tagged(
    {
        "all": Record({"type": ANYTHING}),
        "none": Record({"type": ANYTHING}),
        "only": Record({"type": ANYTHING, "tools": _NAMED}),
        "except": Record({"type": ANYTHING, "tools": _NAMED}),
    }
)
_FETCH: dict[str, Shape] = {
    **_DOMAINS,
    "citations?": Record({"enabled?": FLAG}),
    "max_content_tokens?": Integer(1),
    "url_sources?": Record({"client_tool_results?": _SOURCE, "server_tool_results?": _SOURCE, "user_input?": _SOURCE}),
}
_CACHED_FETCH: dict[str, Shape] = {**_FETCH, "use_cache?": FLAG}
_INCLUSION: dict[str, Shape] = {"response_inclusion?": OneOf("full", "excluded")}
_SCREEN: dict[str, Shape] = {
    "display_height_px": Integer(1),
    "display_width_px": Integer(1),
    "display_number?": Integer(0),
}
_ADVISOR: dict[str, Shape] = {
    "model": Text(at_least=1),
    "max_tokens?": Integer(1),
    "max_uses?": Integer(1),
    "caching?": CACHE_CONTROL,
}

_CUSTOM = Record(
    {
        "name": Text(at_least=1, at_most=128, pattern="^[a-zA-Z0-9_-]{1,128}$"),
        "input_schema": _InputSchema(),
        "description?": TEXT,
        **_CLIENT,
        "eager_input_streaming?": FLAG,
    },
    foreign={"parameters": "input_schema", "inputSchema": "input_schema"},
)
_CLIENT_TOOLS: dict[str, tuple[str, dict[str, Shape]]] = {
    "bash_20241022": ("bash", {}),
    "bash_20250124": ("bash", {}),
    "text_editor_20241022": ("str_replace_editor", {}),
    "text_editor_20250124": ("str_replace_editor", {}),
    "text_editor_20250429": ("str_replace_based_edit_tool", {}),
    "text_editor_20250728": ("str_replace_based_edit_tool", {"max_characters?": Integer(1)}),
    "memory_20250818": ("memory", {}),
    "computer_20241022": ("computer", _SCREEN),
    "computer_20250124": ("computer", _SCREEN),
    "computer_20251124": ("computer", {**_SCREEN, "enable_zoom?": FLAG}),
}
_SERVER_TOOLS: dict[str, tuple[str, dict[str, Shape]]] = {
    "web_search_20250305": ("web_search", _SEARCH),
    "web_search_20260209": ("web_search", _SEARCH),
    "web_search_20260318": ("web_search", {**_SEARCH, **_INCLUSION}),
    "web_fetch_20250910": ("web_fetch", _FETCH),
    "web_fetch_20260209": ("web_fetch", _FETCH),
    "web_fetch_20260309": ("web_fetch", _CACHED_FETCH),
    "web_fetch_20260318": ("web_fetch", {**_CACHED_FETCH, **_INCLUSION}),
    "code_execution_20250522": ("code_execution", {}),
    "code_execution_20250825": ("code_execution", {}),
    "code_execution_20260120": ("code_execution", {}),
    "code_execution_20260521": ("code_execution", {}),
    "tool_search_tool_regex": ("tool_search_tool_regex", {}),
    "tool_search_tool_regex_20251119": ("tool_search_tool_regex", {}),
    "tool_search_tool_bm25": ("tool_search_tool_bm25", {}),
    "tool_search_tool_bm25_20251119": ("tool_search_tool_bm25", {}),
    "advisor_20260301": ("advisor", _ADVISOR),
}
_TOOLSETS: dict[str, Shape] = {
    "computer_toolset_20260801": Record(_TOOLSET),
    "browser_toolset_20260801": Record(_TOOLSET),
    "mcp_toolset": Record(
        {
            **_TOOLSET,
            "mcp_server_name": Text(at_least=1),
            "default_config?": Record({"enabled?": FLAG, "defer_loading?": FLAG}),
            "tools?": Items(Record({"input_schema": FREE, "name": TEXT, "description?": TEXT})),
        }
    ),
}

SERVER_TOOLS = frozenset(_SERVER_TOOLS)
TOOLSETS = frozenset(_TOOLSETS)
GATED_TOOLS = {
    "bash_20241022": "computer-use",
    "text_editor_20241022": "computer-use",
    "computer_20241022": "computer-use",
    "computer_20250124": "computer-use",
    "computer_20251124": "computer-use",
    "advisor_20260301": "advisor-tool",
    "mcp_toolset": "mcp-client",
}

_SHAPES: dict[str, Shape] = {
    "custom": _CUSTOM,
    **{type_: Record({"name": OneOf(name), **_CLIENT, **more}) for type_, (name, more) in _CLIENT_TOOLS.items()},
    **{type_: Record({"name": OneOf(name), **_COMMON, **more}) for type_, (name, more) in _SERVER_TOOLS.items()},
    **_TOOLSETS,
}
_FUNCTION = "did you mean the function itself, with its parameters as input_schema?"
TOOL = Tagged(_SHAPES, default="custom", gated=GATED_TOOLS, newer=newer_dated(_SHAPES), foreign={"function": _FUNCTION})
