"""`GET /v1/models` and `GET /v1/models/{id}`."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from .._api.models import MODELS, find_model, model_info


def list_models(query: str) -> dict[str, Any]:
    """A page of the models, newest first: `limit`, `after_id`, `before_id` and `lifecycle[]` as the API takes them."""
    asked = parse_qs(query)
    lifecycles = asked.get("lifecycle[]") or asked.get("lifecycle") or ["active", "deprecated"]
    models = [model for model in MODELS if model.lifecycle in lifecycles]
    limit = int(asked.get("limit", ["20"])[0])
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


def retrieve_model(model_id: str) -> dict[str, Any] | None:
    """The model of that id or alias; `None` if the API lists no such model."""
    model = find_model(model_id)
    known = model is not None and any(model.id == listed.id for listed in MODELS)
    return model_info(model) if model and known else None
