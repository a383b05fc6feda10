"""The response headers that the API sends with every answer."""

from __future__ import annotations

from time import gmtime, strftime

ORGANIZATION_ID = "00000000-0000-4000-8000-000000000000"

# Requests and tokens a minute of the entry tier; the buckets refill, so the reset lies ahead of the answer.
_LIMITS = {"requests": 1_000, "input-tokens": 2_000_000, "output-tokens": 400_000, "tokens": 2_400_000}


def response_headers(request_id: str, *, served: int, received: float) -> dict[str, str]:
    """Id, organization and rate limits of an answer; `served` requests came before it, at the Unix time `received`."""
    reset = strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(received + 60))
    fields = {"request-id": request_id, "anthropic-organization-id": ORGANIZATION_ID}
    for name, limit in _LIMITS.items():
        remaining = max(limit - 1 - served, 0) if name == "requests" else limit
        prefix = f"anthropic-ratelimit-{name}"
        fields |= {
            f"{prefix}-limit": str(limit),
            f"{prefix}-remaining": str(remaining),
            f"{prefix}-reset": reset,
        }
    return fields
