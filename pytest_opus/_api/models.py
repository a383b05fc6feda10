"""The table of models: what each of them accepts, and the object that `GET /v1/models` shows of it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

__all__ = ["EFFORT_LEVELS", "MODELS", "Model", "find_model", "model_info"]

EFFORT_LEVELS = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model; the defaults are those of the newest generation."""

    id: str
    display_name: str
    line: str
    created: str
    aliases: tuple[str, ...] = ()
    lifecycle: Literal["active", "deprecated", "retired"] = "active"
    deprecated: str | None = None
    retires: str | None = None
    context: int = 1_000_000
    max_output: int = 128_000
    thinking: tuple[str, ...] = ("adaptive",)
    thinks_by_default: bool = True
    effort: tuple[str, ...] = EFFORT_LEVELS
    default_effort: str | None = "high"
    effort_without_thinking: tuple[str, ...] = EFFORT_LEVELS
    prefill: bool = False
    sampling: Literal["both", "either", "none"] = "none"
    """`temperature` and `top_p` under 2023-06-01: together, one of the two, or only their default values."""
    forced_tools: bool = True
    system_messages: bool = True
    fast: Literal["yes", "ignored", "no"] = "no"
    task_budget: bool = True
    structured_outputs: bool = True
    inference_geo: bool = True
    high_resolution: bool = True
    min_cache_tokens: int = 512
    tokenizer: Literal["old", "new"] = "new"
    tool_overhead: tuple[int, int] | None = None
    """Tokens that offering tools adds: with tool_choice auto or none, with any or tool."""
    tool_changes: bool = True
    computer_tools: bool = True
    """Whether the dated computer tools are accepted, rather than only the toolset."""
    pairs_by_id: bool = True
    """Whether results are matched with calls by their ids."""


_Rules = dict[str, Any]

_NEWEST: _Rules = {}
_FIVE: _Rules = {"thinking": ("adaptive", "disabled")}
_FOUR_SEVEN: _Rules = _FIVE | {"thinks_by_default": False}
_FOUR_FIVE: _Rules = {
    "thinking": ("enabled", "disabled"),
    "thinks_by_default": False,
    "effort": (),
    "default_effort": None,
    "context": 200_000,
    "max_output": 64_000,
    "prefill": True,
    "sampling": "either",
    "system_messages": False,
    "task_budget": False,
    "inference_geo": False,
    "high_resolution": False,
    "min_cache_tokens": 1024,
    "tokenizer": "old",
    "tool_overhead": (496, 588),
    "tool_changes": False,
}
_FOUR_SIX: _Rules = _FOUR_FIVE | {
    "thinking": ("adaptive", "enabled", "disabled"),
    "effort": ("low", "medium", "high", "max"),
    "default_effort": "high",
    "context": 1_000_000,
    "max_output": 128_000,
    "prefill": False,
    "inference_geo": True,
    "tool_overhead": (497, 589),
}
_FOUR: _Rules = _FOUR_FIVE | {"sampling": "both", "structured_outputs": False, "tool_overhead": (346, 313)}
_THREE_FIVE: _Rules = _FOUR | {"thinking": (), "max_output": 8192}
_THREE: _Rules = _THREE_FIVE | {"max_output": 4096, "pairs_by_id": False}

_UP_TO_HIGH = ("low", "medium", "high")
_LINES = ("haiku", "sonnet", "opus", "fable", "mythos")


def _model(id: str, display_name: str, created: str, rules: _Rules, *aliases: str, **changes: Any) -> Model:
    line = next((line for line in _LINES if line in id), "")
    retired = {"lifecycle": "retired"} if "retires" in changes else {}
    facts = rules | retired | changes
    return Model(id=id, display_name=display_name, line=line, created=created, aliases=aliases, **facts)


# fmt: off
MODELS: tuple[Model, ...] = (
    _model("claude-fable-5-2", "Claude Fable 5.2", "2026-11-09", _NEWEST, forced_tools=False, fast="yes"),
    _model("claude-mythos-5-2", "Claude Mythos 5.2", "2026-11-09", _NEWEST, forced_tools=False, fast="yes"),
    _model("claude-haiku-5-5", "Claude Haiku 5.5", "2026-10-07", _FIVE, default_effort="medium", computer_tools=False),
    _model("claude-sonnet-5-5", "Claude Sonnet 5.5", "2026-09-28", _NEWEST,
           thinking=("adaptive", "between_tools"), effort_without_thinking=_UP_TO_HIGH, forced_tools=False,
           computer_tools=False),
    _model("claude-opus-5-5", "Claude Opus 5.5", "2026-09-22", _NEWEST,
           default_effort="medium", fast="yes", forced_tools=False, computer_tools=False),
    _model("claude-fable-5-1", "Claude Fable 5.1", "2026-08-27", _NEWEST, forced_tools=False),
    _model("claude-mythos-5-1", "Claude Mythos 5.1", "2026-08-27", _NEWEST, forced_tools=False),
    _model("claude-opus-5", "Claude Opus 5", "2026-07-24", _FIVE,
           effort_without_thinking=_UP_TO_HIGH, fast="yes", tool_overhead=(286, 406)),
    _model("claude-sonnet-5", "Claude Sonnet 5", "2026-06-30", _FIVE,
           task_budget=False, min_cache_tokens=1024, tool_overhead=(354, 474), tool_changes=False),
    _model("claude-fable-5", "Claude Fable 5", "2026-06-09", _NEWEST),
    _model("claude-mythos-5", "Claude Mythos 5", "2026-06-09", _NEWEST),
    _model("claude-opus-4-8", "Claude Opus 4.8", "2026-05-28", _FOUR_SEVEN,
           fast="yes", min_cache_tokens=1024, tool_overhead=(290, 410)),
    _model("claude-opus-4-7", "Claude Opus 4.7", "2026-04-16", _FOUR_SEVEN,
           system_messages=False, min_cache_tokens=2048, tool_overhead=(675, 804), tool_changes=False),
    _model("claude-mythos-preview", "Claude Mythos Preview", "2026-04-07", _NEWEST,
           retires="2026-06-30", thinking=("adaptive", "enabled"), forced_tools=False, min_cache_tokens=2048),
    _model("claude-sonnet-4-6", "Claude Sonnet 4.6", "2026-02-17", _FOUR_SIX),
    _model("claude-opus-4-6", "Claude Opus 4.6", "2026-02-05", _FOUR_SIX, fast="ignored", min_cache_tokens=4096),
    _model("claude-opus-4-5-20251101", "Claude Opus 4.5", "2025-11-24", _FOUR_FIVE, "claude-opus-4-5",
           effort=_UP_TO_HIGH, default_effort="high", min_cache_tokens=4096),
    _model("claude-haiku-4-5-20251001", "Claude Haiku 4.5", "2025-10-15", _FOUR_FIVE, "claude-haiku-4-5",
           min_cache_tokens=4096),
    _model("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", "2025-09-29", _FOUR_FIVE, "claude-sonnet-4-5",
           lifecycle="deprecated", deprecated="2026-09-29", retires="2026-11-30"),
    _model("claude-opus-4-1-20250805", "Claude Opus 4.1", "2025-08-05", _FOUR, "claude-opus-4-1",
           retires="2026-08-05", max_output=32_000, sampling="either"),
    _model("claude-opus-4-20250514", "Claude Opus 4", "2025-05-22", _FOUR,
           "claude-opus-4-0", "claude-opus-4", "claude-4-opus-20250514",
           retires="2026-06-15", max_output=32_000),
    _model("claude-sonnet-4-20250514", "Claude Sonnet 4", "2025-05-22", _FOUR,
           "claude-sonnet-4-0", "claude-sonnet-4", "claude-4-sonnet-20250514",
           retires="2026-06-15", context=1_000_000),
    _model("claude-3-7-sonnet-20250219", "Claude Sonnet 3.7", "2025-02-24", _FOUR, "claude-3-7-sonnet-latest",
           retires="2026-02-19", max_output=128_000),  # 64,000 without the beta output-128k
    _model("claude-3-5-haiku-20241022", "Claude Haiku 3.5", "2024-10-22", _THREE_FIVE, "claude-3-5-haiku-latest",
           retires="2026-02-19", min_cache_tokens=2048),
    _model("claude-3-5-sonnet-20241022", "Claude Sonnet 3.5 (New)", "2024-10-22", _THREE_FIVE,
           "claude-3-5-sonnet-latest", retires="2025-10-28"),
    _model("claude-3-5-sonnet-20240620", "Claude Sonnet 3.5 (Old)", "2024-06-20", _THREE_FIVE, retires="2025-10-28"),
    _model("claude-3-haiku-20240307", "Claude Haiku 3", "2024-03-07", _THREE, "claude-3-haiku-latest",
           retires="2026-04-20", min_cache_tokens=2048),
    _model("claude-3-opus-20240229", "Claude Opus 3", "2024-02-29", _THREE, "claude-3-opus-latest",
           retires="2026-01-05"),
    _model("claude-3-sonnet-20240229", "Claude Sonnet 3", "2024-02-29", _THREE, "claude-3-sonnet-latest",
           retires="2025-07-21"),
    _model("claude-2.1", "Claude 2.1", "2023-11-21", _THREE, "claude-2", retires="2025-07-21"),
    _model("claude-instant-1.2", "Claude Instant 1.2", "2023-08-09", _THREE, "claude-instant-1",
           retires="2024-11-06", context=100_000),
    _model("claude-2.0", "Claude 2.0", "2023-07-11", _THREE, retires="2025-07-21", context=100_000),
)
# fmt: on
"""Newest first, as the API lists them."""

_BY_ID = {name: model for model in MODELS for name in (model.id, *model.aliases)}
_NEWEST_OF = {line: next(m for m in MODELS if m.line == line) for line in _LINES}
_FAMILY = re.compile(r"(claude-(haiku|sonnet|opus|fable|mythos)-\d{1,2}(?:-\d{1,2})?)(?:-(?:\d{8}|latest))?")


def find_model(model_id: str, *, extra: Collection[str] = ()) -> Model | None:
    """The model of that id, or a new one of its family; an id listed in `extra` follows the newest Opus."""
    return _find(model_id) or (_listed(model_id) if model_id in extra else None)


@lru_cache(maxsize=256)
def _find(model_id: str) -> Model | None:
    if known := _BY_ID.get(model_id):
        return known
    match = _FAMILY.fullmatch(model_id)
    if match is None:
        return None
    kin = _BY_ID.get(match[1]) or _NEWEST_OF[match[2]]
    return replace(kin, id=model_id, aliases=(), display_name=model_id)


@lru_cache(maxsize=256)
def _listed(model_id: str) -> Model:
    """A gateway's spelling (`anthropic/claude-opus-4.7`) means the model it spells, any other id the newest Opus."""
    spelled = _find(model_id.rpartition("/")[2].replace(".", "-"))
    return replace(spelled or _NEWEST_OF["opus"], id=model_id, aliases=(), display_name=model_id)


def model_info(model: Model) -> dict[str, Any]:
    """The object of `GET /v1/models/{id}`."""
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.display_name,
        "created_at": f"{model.created}T00:00:00Z",
        "lifecycle": model.lifecycle,
        "deprecated_at": _timestamp(model.deprecated),
        "retires_at": _timestamp(model.retires),
        "line": model.line or None,
        "max_input_tokens": model.context,
        "max_tokens": model.max_output,
        "capabilities": _capabilities(model),
    }


def _timestamp(date: str | None) -> str | None:
    return None if date is None else f"{date}T00:00:00Z"


def _capabilities(model: Model) -> dict[str, Any]:
    modern = model.context > 100_000 and model.line != ""
    agentic = modern and bool(model.thinking)
    return {
        "batch": _supported(modern),
        "citations": _supported(modern),
        "code_execution": _supported(agentic),
        "context_management": {
            **_supported(agentic),
            "clear_thinking_20251015": _supported(agentic),
            "clear_tool_uses_20250919": _supported(agentic),
            "compact_20260112": _supported("adaptive" in model.thinking),
        },
        "effort": {
            **_supported(bool(model.effort)),
            **{level: _supported(level in model.effort) for level in EFFORT_LEVELS},
        },
        "image_input": _supported(modern),
        "pdf_input": _supported(modern),
        "server_tools": {
            **_supported(agentic),
            "web_search": _supported(agentic),
            "code_execution": _supported(agentic),
        },
        "structured_outputs": _supported(model.structured_outputs),
        "thinking": {
            **_supported(bool(model.thinking)),
            "types": {
                kind: _supported(kind in model.thinking)
                for kind in ("adaptive", "between_tools", "disabled", "enabled")
            },
        },
    }


def _supported(value: bool) -> dict[str, Any]:
    return {"supported": value}
