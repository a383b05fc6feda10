"""The response headers that the API sends with every answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from time import gmtime, strftime

ORGANIZATION_ID = "00000000-0000-4000-8000-000000000000"
_REQUESTS = 1_000
_INPUT_TOKENS = 2_000_000
_OUTPUT_TOKENS = 400_000


@dataclass
class RateLimits:
    """What is left of a minute's requests and tokens. Nothing refills: an endpoint lives for one test."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def headers(self, received: float) -> dict[str, str]:
        """The rate-limit headers of an answer to a request of the Unix time `received`."""
        left_in = _left(_INPUT_TOKENS, self.input_tokens)
        left_out = _left(_OUTPUT_TOKENS, self.output_tokens)
        return {
            "anthropic-ratelimit-requests-remaining": str(max(_REQUESTS - self.requests, 0)),
            "anthropic-ratelimit-input-tokens-remaining": str(left_in),
            "anthropic-ratelimit-output-tokens-remaining": str(left_out),
            "anthropic-ratelimit-tokens-remaining": str(left_in + left_out),
            **_constant(int(received)),
        }


def _left(limit: int, used: int) -> int:
    """The API rounds what remains of tokens to thousands."""
    return max(round(limit - used, -3), 0)


@lru_cache(maxsize=8)
def _constant(received: int) -> dict[str, str]:
    """What is the same for all answers of a second; the reset lies ahead of the answer."""
    reset = strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(received + 60))
    limits = {
        "requests": _REQUESTS,
        "input-tokens": _INPUT_TOKENS,
        "output-tokens": _OUTPUT_TOKENS,
        "tokens": _INPUT_TOKENS + _OUTPUT_TOKENS,
    }
    fields = {"anthropic-organization-id": ORGANIZATION_ID}
    for name, limit in limits.items():
        fields[f"anthropic-ratelimit-{name}-limit"] = str(limit)
        fields[f"anthropic-ratelimit-{name}-reset"] = reset
    return fields
