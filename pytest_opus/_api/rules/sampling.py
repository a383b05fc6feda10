"""`temperature`, `top_p`, `top_k`: unknown under 2026-10-21, so all of this is 2023-06-01 and gateways."""

from __future__ import annotations

from .refusal import Refusal, refuse
from .request import Request, Rule, rule

__all__ = ["RULES"]

_DOCS = "Please consult our documentation at https://platform.claude.com/docs/en/build-with-claude/extended-thinking"


_PARAMETERS = ("temperature", "top_p", "top_k")


def within_range(request: Request) -> Refusal | None:
    for name in ("temperature", "top_p"):
        value = request.body.get(name)
        if value is not None and not 0 <= value <= 1:
            return refuse("sampling_range", "range: 0..1", path=name)
    return None


def model_takes_sampling(request: Request) -> Refusal | None:
    """Opus 4.7 and newer models take no other value than the default."""
    model = request.model
    if model is None or model.sampling != "none" or request.free_sampling:
        return None
    for name in _PARAMETERS:
        value = request.body.get(name)
        if value is not None and (name == "top_k" or value != 1):
            return refuse("sampling_deprecated", f"`{name}` is deprecated for this model.", hint=f"leave {name} out")
    return None


def one_of_the_two(request: Request) -> Refusal | None:
    """Claude 4.1 to 4.6 take `temperature` or `top_p`."""
    model = request.model
    if model is None or model.sampling != "either" or request.free_sampling:
        return None
    if request.body.get("temperature") is None or request.body.get("top_p") is None:
        return None
    return refuse(
        "sampling_both",
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    )


def thinking_fixes_sampling(request: Request) -> Refusal | None:
    if request.thinking not in ("enabled", "adaptive") or request.free_sampling:
        return None
    temperature, top_p = request.body.get("temperature"), request.body.get("top_p")
    if temperature is not None and temperature != 1:
        return refuse(
            "temperature_with_thinking",
            f"`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. {_DOCS}",
        )
    if request.body.get("top_k") is not None:
        return refuse("top_k_with_thinking", f"`top_k` must be unset when thinking is enabled. {_DOCS}")
    if top_p is not None and top_p < 0.95:
        return refuse(
            "top_p_with_thinking",
            f"`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled. {_DOCS}",
        )
    return None


RULES: tuple[Rule, ...] = (
    rule(within_range, "temperature", "top_p"),
    rule(model_takes_sampling, *_PARAMETERS),
    rule(thinking_fixes_sampling, *_PARAMETERS),
    rule(one_of_the_two, "temperature"),
)
