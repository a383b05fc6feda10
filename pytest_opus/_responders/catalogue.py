"""`GET /v1/models` and `GET /v1/models/{id}`."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from .._api.models import MODELS, find_model, model_info
from .._api.rules import Refusal

_LARGEST_PAGE = 1_000


def list_models(query: str) -> dict[str, Any] | Refusal:
    """A page of the models, newest first: `limit`, `after_id`, `before_id` and `lifecycle[]` as the API takes them."""
    asked = parse_qs(query)
    limit = _limit(asked.get("limit", ["20"])[0])
    if isinstance(limit, Refusal):
        return limit
    lifecycles = asked.get("lifecycle[]") or asked.get("lifecycle") or ["active", "deprecated"]
    models = [model for model in MODELS if model.lifecycle in lifecycles]
    ids = [model.id for model in models]
    start, end = 0, len(models)
    if (after := asked.get("after_id", [""])[0]) in ids:
        start = ids.index(after) + 1
    if (before := asked.get("before_id", [""])[0]) in ids:
        end = ids.index(before)
        start = max(start, end - limit)
    page = [model_info(model) for model in models[start : min(end, start + limit)]]
    return {
        "data": page,
        "has_more": start > 0 if before else start + limit < end,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
    }


def retrieve_model(model_id: str, *, any_id: bool = False) -> dict[str, Any] | None:
    """The model of that id or alias; `None` if the API lists no such model, unless `any_id` is taken for one."""
    model = find_model(model_id, extra=(model_id,) if any_id else ())
    if model and any_id:
        return model_info(model)
    known = model is not None and any(model.id == listed.id for listed in MODELS)
    return model_info(model) if model and known else None


def _limit(text: str) -> int | Refusal:
    """The page's size: 1 to 1,000."""
    try:
        limit = int(text)
    except ValueError:
        return Refusal("limit: Input should be a valid integer", "int_type", path="limit")
    if limit < 1:
        return Refusal("limit: Input should be greater than or equal to 1", "too_small", path="limit")
    if limit > _LARGEST_PAGE:
        message = f"limit: Input should be less than or equal to {_LARGEST_PAGE}"
        return Refusal(message, "too_large", path="limit")
    return limit
