"""The bodies of `/v1/messages` and `/v1/messages/count_tokens`, by API version."""

from __future__ import annotations

from typing import Any

from ..walker import FLAG, NUMBER, TEXT, Fault, Gate, Integer, Items, OneOf, Record, Scope, Shape, Text
from . import config as c
from .blocks import ASSISTANT, ASSISTANT_2026, SYSTEM, SYSTEM_PROMPT, USER, USER_2026
from .tools import TOOL

__all__ = ["BODIES"]


class _Message:
    """A message: its role decides about everything else."""

    def __init__(self, user: Shape, assistant: Shape) -> None:
        self._roles: dict[str, Record] = {
            "user": Record({"role": TEXT, "content": user}),
            "assistant": Record({"role": TEXT, "content": assistant}),
            "system": Record(
                {
                    "role": TEXT,
                    "content?": SYSTEM,
                    "clear_at?": Gate(OneOf("next_user_message", "never"), "mid-conversation-system-clear-at"),
                    "output_config?": Gate(Record({"effort?": c.EFFORT}), "mid-conversation-output-config"),
                }
            ),
        }

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        if type(value) is not dict:
            return Fault("Input should be an object", "object_type")
        if "role" not in value:
            return Fault("Field required", "field_required", ("role",))
        role = value["role"]
        shape = self._roles.get(role) if type(role) is str else None
        if shape is None:
            return OneOf("user", "assistant").fault(role, scope).under("role")  # type: ignore[union-attr]
        return shape.fault(value, scope)


class _Messages:
    """The list of messages; those judged before are skipped."""

    def __init__(self, message: _Message) -> None:
        self._message = message

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        if type(value) is not list:
            return Fault("Input should be a valid list", "list_type")
        if not value:
            return Fault("at least one message is required", "messages_empty")
        for index in range(scope.known_messages, len(value)):
            found = self._message.fault(value[index], scope)
            if found is not None:
                return found.under(index)
        return None


class _Tools:
    """The list of tools, unless it was judged before."""

    _items = Items(TOOL)

    def fault(self, value: Any, scope: Scope) -> Fault | None:
        return None if scope.known_tools else self._items.fault(value, scope)


_OLD = _Messages(_Message(USER, ASSISTANT))
_NEW = _Messages(_Message(USER_2026, ASSISTANT_2026))

_BOTH: dict[str, Shape] = {
    "model": Text(at_least=1),
    "cache_control?": c.CACHE_CONTROL,
    "compaction?": c.COMPACTION,
    "context_management?": c.CONTEXT_MANAGEMENT,
    "mcp_servers?": c.MCP_SERVERS,
    "output_config?": c.OUTPUT_CONFIG,
    "output_format?": c.LEGACY_FORMAT,
    "speed?": OneOf("standard", "fast"),
    "system?": SYSTEM_PROMPT,
    "thinking?": c.THINKING,
    "thread?": c.THREAD,
    "tool_choice?": c.TOOL_CHOICE,
    "tools?": _Tools(),
}
_GENERATION: dict[str, Shape] = {
    "billing_policy?": c.BILLING_POLICY,
    "container?": c.CONTAINER,
    "diagnostics?": c.DIAGNOSTICS,
    "fallback_credit_token?": c.FALLBACK_CREDIT,
    "fallbacks?": c.FALLBACKS,
    "inference_geo?": TEXT,
    "metadata?": c.METADATA,
    "service_tier?": OneOf("auto", "standard_only"),
    "stop_sequences?": Items(TEXT),
    "stream?": FLAG,
}
_SAMPLING: dict[str, Shape] = {"temperature?": NUMBER, "top_k?": Integer(), "top_p?": NUMBER}

BODIES: dict[tuple[str, str], Record] = {
    ("messages", "2026-10-21"): Record({"max_tokens": Integer(0), "messages": _NEW, **_BOTH, **_GENERATION}),
    ("messages", "2023-06-01"): Record(
        {"max_tokens": Integer(0), "messages": _OLD, **_BOTH, **_GENERATION, **_SAMPLING}
    ),
    ("messages", "toapis"): Record({"max_tokens": Integer(1), "messages": _OLD, **_BOTH, **_GENERATION, **_SAMPLING}),
    ("count_tokens", "2026-10-21"): Record({"messages": _NEW, **_BOTH}),
    ("count_tokens", "2023-06-01"): Record({"messages": _OLD, **_BOTH}),
    ("count_tokens", "toapis"): Record({"messages": _OLD, **_BOTH}),
}
