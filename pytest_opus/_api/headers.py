"""Headers of the API: those that it sends with every answer, and what requests ask for in theirs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from time import gmtime, strftime

ORGANIZATION_ID = "00000000-0000-4000-8000-000000000000"
_REQUESTS = 1_000
_INPUT_TOKENS = 2_000_000
_OUTPUT_TOKENS = 400_000


def betas_in(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the `anthropic-beta` header."""
    return _listed(headers.get("anthropic-beta", ""))


@lru_cache(maxsize=64)
def _listed(value: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, value.split(","))))


class RateLimits:
    """What is left of a minute's requests and tokens. Nothing refills: an endpoint lives for one test."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests = self._input_tokens = self._output_tokens = 0

    def spend(self, input_tokens: int, output_tokens: int) -> None:
        """An answer used so many tokens."""
        with self._lock:
            self._input_tokens += input_tokens
            self._output_tokens += output_tokens

    def headers(self, received: float) -> dict[str, str]:
        """The rate-limit headers of the answer to one more request, of the Unix time `received`."""
        with self._lock:
            self._requests += 1
            requests = self._requests
        left_in = _left(_INPUT_TOKENS, self._input_tokens)
        left_out = _left(_OUTPUT_TOKENS, self._output_tokens)
        return {
            "anthropic-ratelimit-requests-remaining": str(max(_REQUESTS - requests, 0)),
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
