"""What a model can and a request may ask for."""

from __future__ import annotations

from ..models import MODELS
from .history import Block
from .refusal import Refusal, nearest, refuse
from .request import Request, Rule, rule
from .server_tools import is_open
from .system_messages import model_knows_system_messages

__all__ = ["RULES"]

_LONG_OUTPUT = "claude-3-7-sonnet"


def model_exists(request: Request) -> Refusal | None:
    if request.model is not None or request.rules == "toapis":
        return None
    names = [name for model in MODELS for name in (model.id, *model.aliases)]
    return Refusal(
        f"model: {request.model_id}",
        "model_unknown",
        path="model",
        status=404,
        type="not_found_error",
        hint=nearest(request.model_id, names),
    )


def output_fits_the_model(request: Request) -> Refusal | None:
    if request.model is None or request.counting:
        return None
    asked, limit = request.body["max_tokens"], request.model.max_output
    if request.model.id.startswith(_LONG_OUTPUT) and not request.scope.unlocks("output-128k"):
        limit = 64_000
    if asked <= limit:
        return None
    return refuse(
        "max_tokens_over_limit",
        f"{asked} > {limit}, which is the maximum allowed number of output tokens for {request.model_id}",
        path="max_tokens",
    )


def prewarming_asks_for_nothing_else(request: Request) -> Refusal | None:
    """`max_tokens: 0` fills the cache; nothing can be streamed, thought, formatted or forced."""
    if request.counting or request.body["max_tokens"] != 0:
        return None
    if not (request.body.get("stream") or request.thinking == "enabled" or request.forces_tools or request.formats()):
        return None
    return refuse(
        "max_tokens_zero",
        "must be greater than or equal to 1",
        path="max_tokens",
        hint="0 goes with neither stream, enabled thinking, an output format nor a forced tool",
    )


def conversation_ends_with_the_user(request: Request) -> Refusal | None:
    """4.6 and newer refuse a prefill; what the API itself paused may be sent back."""
    model = request.model
    if model is None or model.prefill or _prefill(request) is None:
        return None
    return refuse(
        "prefill_unsupported",
        "This model does not support assistant message prefill. The conversation must end with a user message.",
    )


def prefill_does_not_end_in_space(request: Request) -> Refusal | None:
    prefill = _prefill(request)
    if not prefill or prefill[-1]["type"] != "text" or not prefill[-1]["text"][-1:].isspace():
        return None
    return refuse(
        "prefill_trailing_whitespace",
        "final assistant content cannot end with trailing whitespace",
        path="messages",
    )


def _prefill(request: Request) -> list[Block] | None:
    last = request.history.turns[-1]
    return last.blocks if last.role == "assistant" and not is_open(last) else None


def stop_sequences_are_not_blank(request: Request) -> Refusal | None:
    if all(map(str.strip, request.body.get("stop_sequences") or ())):
        return None
    return refuse("stop_sequence_blank", "each stop sequence must contain non-whitespace", path="stop_sequences")


def model_takes_speed(request: Request) -> Refusal | None:
    if request.body.get("speed") != "fast":
        return None
    if not request.scope.unlocks("fast-mode"):
        hint = "speed 'fast' needs the anthropic-beta feature 'fast-mode'"
        return refuse("extra_inputs", "Extra inputs are not permitted", path="speed", hint=hint)
    if request.model is None or request.model.fast != "no":
        return None
    return refuse("speed_unsupported", f"'{request.model_id}' does not support the `speed` parameter.")


def model_takes_task_budget(request: Request) -> Refusal | None:
    budget = request.output_config.get("task_budget")
    if budget is None:
        return None
    if request.model is not None and not request.model.task_budget:
        return refuse("task_budget_unsupported", f"'{request.model_id}' does not support the `task_budget` parameter.")
    remaining = budget.get("remaining")
    if remaining is None or remaining <= budget["total"]:
        return None
    return refuse(
        "task_budget_remaining",
        f"Input should be less than or equal to {budget['total']}",
        path="output_config.task_budget.remaining",
    )


def model_takes_inference_geo(request: Request) -> Refusal | None:
    if request.body.get("inference_geo") is None or request.model is None or request.model.inference_geo:
        return None
    return refuse("inference_geo_unsupported", f"'{request.model_id}' does not support the `inference_geo` parameter.")


def fallbacks_differ(request: Request) -> Refusal | None:
    fallbacks = request.body.get("fallbacks")
    if not isinstance(fallbacks, list):
        return None
    names = [request.model_id, *(entry["model"] for entry in fallbacks)]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is None:
        return None
    return refuse(
        "fallback_duplicate", f"{twice} is not a valid fallback target for {request.model_id}", path="fallbacks"
    )


RULES: tuple[Rule, ...] = (
    rule(model_exists, "model"),
    rule(model_knows_system_messages, "system"),
    rule(conversation_ends_with_the_user, "assistant"),
    rule(prefill_does_not_end_in_space, "assistant"),
    rule(output_fits_the_model, "max_tokens"),
    rule(prewarming_asks_for_nothing_else, "max_tokens"),
    rule(stop_sequences_are_not_blank, "stop_sequences"),
    rule(model_takes_speed, "speed"),
    rule(model_takes_task_budget, "output_config"),
    rule(model_takes_inference_geo, "inference_geo"),
    rule(fallbacks_differ, "fallbacks"),
)
