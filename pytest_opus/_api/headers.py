"""The response headers that the API sends with every answer."""

from __future__ import annotations

from functools import lru_cache
from time import gmtime, strftime

ORGANIZATION_ID = "00000000-0000-4000-8000-000000000000"
_REQUESTS_PER_MINUTE = 1_000
_TOKENS_PER_MINUTE = {"input-tokens": 2_000_000, "output-tokens": 400_000, "tokens": 2_400_000}


def response_headers(request_id: str, *, served: int, received: float) -> dict[str, str]:
    """Id, organization and rate limits of an answer; `served` requests came before it, at the Unix time `received`."""
    return {
        "request-id": request_id,
        "anthropic-organization-id": ORGANIZATION_ID,
        "anthropic-ratelimit-requests-remaining": str(max(_REQUESTS_PER_MINUTE - 1 - served, 0)),
        **_limits(int(received)),
    }


@lru_cache(maxsize=8)
def _limits(received: int) -> dict[str, str]:
    """What is the same for all answers of a second. The buckets refill, so the reset lies ahead of the answer."""
    reset = strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(received + 60))
    prefix = "anthropic-ratelimit"
    fields = {f"{prefix}-requests-limit": str(_REQUESTS_PER_MINUTE), f"{prefix}-requests-reset": reset}
    for name, limit in _TOKENS_PER_MINUTE.items():
        fields |= {f"{prefix}-{name}-{part}": str(limit) for part in ("limit", "remaining")}
        fields[f"{prefix}-{name}-reset"] = reset
    return fields
