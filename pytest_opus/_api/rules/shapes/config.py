"""Objects that stand at the top of a request or are used all over it."""

from __future__ import annotations

from ..walker import (
    ANYTHING,
    FLAG,
    FREE,
    TEXT,
    Gate,
    Integer,
    Items,
    OneOf,
    Record,
    Tagged,
    Text,
    TextOr,
    Union,
)
from .newer import newer_dated

__all__ = [
    "BILLING_POLICY",
    "CACHE_CONTROL",
    "COMPACTION",
    "CONTAINER",
    "CONTEXT_MANAGEMENT",
    "DIAGNOSTICS",
    "EFFORT",
    "FALLBACKS",
    "FALLBACK_CREDIT",
    "FORMAT",
    "LEGACY_FORMAT",
    "MCP_SERVERS",
    "METADATA",
    "OUTPUT_CONFIG",
    "THINKING",
    "THREAD",
    "TOOL_CHOICE",
]

CACHE_CONTROL = Tagged(
    {"ephemeral": Record({"type": ANYTHING, "ttl?": OneOf("5m", "1h"), "scope?": Gate(TEXT, "prompt-caching-scope")})},
    as_word=True,
)

METADATA = Record({"user_id?": TEXT})
DIAGNOSTICS = Record({"previous_message_id?": TEXT})
CONTAINER = TextOr(
    Record(
        {
            "id?": TEXT,
            "skills?": Items(
                Record({"skill_id": TEXT, "type": OneOf("anthropic", "custom"), "version?": TEXT}), at_most=20
            ),
        }
    )
)

TOOL_CHOICE = Tagged(
    {
        "auto": Record({"type": ANYTHING, "disable_parallel_tool_use?": FLAG}),
        "any": Record({"type": ANYTHING, "disable_parallel_tool_use?": FLAG}),
        "tool": Record({"name": Text(at_least=1), "type": ANYTHING, "disable_parallel_tool_use?": FLAG}),
        "none": Record({"type": ANYTHING}),
    },
    in_order=True,
)

_DISPLAY = OneOf("summarized", "omitted", gated={"updates": "thinking-display-updates"})
_BINDING = Gate(Record({"prefix_mismatch_behavior?": OneOf("error", "drop_block")}), "thinking-binding-controls")
THINKING = Tagged(
    {
        "enabled": Record(
            {"budget_tokens": Integer(1024), "type": ANYTHING, "display?": _DISPLAY, "block_binding?": _BINDING}
        ),
        "disabled": Record({"type": ANYTHING}),
        "adaptive": Record({"type": ANYTHING, "display?": _DISPLAY, "block_binding?": _BINDING}),
        "between_tools": Record({"type": ANYTHING}),
    },
    in_order=True,
)

EFFORT = OneOf("low", "medium", "high", "xhigh", "max")
FORMAT = Record({"schema": FREE, "type": OneOf("json_schema")}, foreign={"json_schema": "schema"})
OUTPUT_CONFIG = Record(
    {
        "effort?": EFFORT,
        "format?": FORMAT,
        "task_budget?": Gate(
            Record({"total": Integer(20_000), "type": OneOf("tokens"), "remaining?": Integer(0)}), "task-budgets"
        ),
    }
)
LEGACY_FORMAT = Gate(FORMAT, "structured-outputs")
"""`output_format`: what `output_config.format` was called in beta."""

_INPUT_TOKENS = Record({"type": OneOf("input_tokens"), "value": Integer(0)})
_TOOL_USES = Record({"type": OneOf("tool_uses"), "value": Integer(0)})
_EDITS = {
    "clear_tool_uses_20250919": Record(
        {
            "type": ANYTHING,
            "clear_at_least?": _INPUT_TOKENS,
            "clear_tool_inputs?": Union(FLAG, Items(TEXT)),
            "exclude_tools?": Items(TEXT),
            "keep?": _TOOL_USES,
            "trigger?": Tagged({"input_tokens": _INPUT_TOKENS, "tool_uses": _TOOL_USES}),
        }
    ),
    "clear_thinking_20251015": Record(
        {
            "type": ANYTHING,
            "keep?": Union(
                OneOf("all"),
                Tagged(
                    {
                        "thinking_turns": Record({"type": ANYTHING, "value": Integer(1)}),
                        "all": Record({"type": ANYTHING}),
                    }
                ),
            ),
        }
    ),
    "compact_20260112": Record(
        {
            "type": ANYTHING,
            "instructions?": TEXT,
            "pause_after_compaction?": FLAG,
            "trigger?": Tagged({"input_tokens": Record({"type": ANYTHING, "value": Integer(50_000)})}),
        }
    ),
}
CONTEXT_MANAGEMENT = Gate(
    Record({"edits?": Items(Tagged(_EDITS, gated={"compact_20260112": "compact"}, newer=newer_dated(_EDITS)))}),
    "context-management",
    "compact",
)
COMPACTION = Gate(Record({"type": OneOf("summarize"), "instructions?": TEXT}), "compact")

MCP_SERVERS = Gate(
    Items(
        Record(
            {
                "name": Text(at_least=1),
                "type": OneOf("url"),
                "url": TEXT,
                "authorization_token?": TEXT,
                "tool_configuration?": Record({"allowed_tools?": Items(TEXT), "enabled?": FLAG}),
            }
        )
    ),
    "mcp-client",
)

_FALLBACK = Record(
    {
        "model": Text(at_least=1),
        "max_tokens?": Integer(0),
        "output_config?": OUTPUT_CONFIG,
        "speed?": OneOf("standard", "fast"),
        "thinking?": THINKING,
    }
)
FALLBACKS = Gate(Union(OneOf("default"), Items(_FALLBACK, at_least=1, at_most=3)), "server-side-fallback")
FALLBACK_CREDIT = Gate(TextOr(Record({"token": TEXT, "mode?": OneOf("strict", "best_effort")})), "fallback-credit")
BILLING_POLICY = Gate(
    Record({"type": OneOf("billing_policy"), "bill_to?": OneOf("self", "user_profile")}), "user-profiles-billing"
)
THREAD = Gate(
    Tagged(
        {
            "create": Record({"type": ANYTHING}),
            "continue": Record({"previous_message_id": TEXT, "type": ANYTHING}),
        },
        in_order=True,
    ),
    "message-threads",
)
