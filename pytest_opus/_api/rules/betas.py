"""Values of the `anthropic-beta` header."""

from __future__ import annotations

import re
from functools import lru_cache

from .refusal import Refusal, nearest, refuse

__all__ = ["BETAS", "features_of", "unknown_betas"]

_KNOWN = """
    message-batches-2024-09-24 prompt-caching-2024-07-31 pdfs-2024-09-25 token-counting-2024-11-01
    token-efficient-tools-2025-02-19 output-128k-2025-02-19 output-300k-2026-03-24 files-api-2025-04-14
    extended-cache-ttl-2025-04-11 skills-2025-10-02 computer-use-2024-10-22 computer-use-2025-01-24
    computer-use-2025-11-24 mcp-client-2025-04-04 mcp-client-2025-11-20 mcp-client-2026-09-15
    dev-full-thinking-2025-05-14 interleaved-thinking-2025-05-14 code-execution-2025-05-22 context-1m-2025-08-07
    context-management-2025-06-27 model-context-window-exceeded-2025-08-26 structured-outputs-2025-11-13
    fast-mode-2026-02-01 advisor-tool-2026-03-01 task-budgets-2026-03-13 cache-diagnosis-2026-04-07
    compact-2026-01-12 compact-2026-09-04 thinking-token-count-2026-05-13 thinking-display-updates-2026-08-18
    thinking-binding-controls-2026-08-01 mid-conversation-tool-changes-2026-07-01
    mid-conversation-output-config-2026-07-01 mid-conversation-system-clear-at-2026-08-21
    server-side-fallback-2026-06-01 server-side-fallback-2026-07-01 fallback-credit-2026-06-01
    fallback-credit-2026-07-01 inline-tools-2026-09-15 message-threads-2026-08-12 user-profiles-2026-03-24
    user-profiles-2026-08-18 user-profiles-2026-09-04 user-profiles-billing-2026-10-01

    managed-agents-2026-04-01 dreaming-2026-04-21 agent-memory-2026-07-22 mcp-tunnels-2026-06-22
    ce-plugins-2026-09-01 ce-user-management-2026-07-13 ce-claude-code-managed-settings-2026-10-06
    spend-limit-reads-2026-09-26 telemetry-destinations-2026-08-11 webhooks-2026-10-07
    admin-user-sign-out-2026-10-08 analytics-usage-cost-2026-08-24 experimental-claude-tag-2026-10-21

    effort-2025-11-24 fine-grained-tool-streaming-2025-05-14 oauth-2025-04-20 claude-code-20250219
    structured-outputs-2025-09-17 structured-outputs-2025-12-15 web-search-2025-03-05 web-fetch-2025-09-10
    advanced-tool-use-2025-11-20 tools-2024-04-04 tools-2024-05-16 max-tokens-3-5-sonnet-2024-07-15
    code-execution-2025-08-25 search-results-2025-06-09 tool-examples-2025-10-29 tool-search-tool-2025-10-19
    prompt-caching-scope-2026-01-05 adaptive-thinking-2026-01-28 redact-thinking-2026-02-12
    mid-conversation-system-2026-04-07 context-hint-2026-04-09 mcp-servers-2025-12-04
    code-execution-web-tools-2026-02-09 prompt-tools-2025-04-02
"""
BETAS = frozenset(_KNOWN.split())
"""Those of the SDK for messages, those for other products, and those that were seen to be accepted."""

_DATED = re.compile(r"([a-z0-9][a-z0-9-]*?)-(20\d{2}-?\d{2}-?\d{2})")
_NEWEST = max(match[2] for match in map(_DATED.fullmatch, BETAS) if match and "-" in match[2])


@lru_cache(maxsize=64)
def unknown_betas(betas: frozenset[str]) -> Refusal | None:
    """Values that are neither known nor newer than the table."""
    if _is_claude_code(betas):
        return None
    unknown = sorted(beta for beta in betas - BETAS if beta and not _is_newer(beta))
    if not unknown:
        return None
    values = ", ".join(f"`{beta}`" for beta in unknown)
    return refuse(
        "beta_unknown",
        f"Unexpected value(s) {values} for the `anthropic-beta` header. "
        "Please consult our documentation at platform.claude.com/docs or try again without the header.",
        hint=nearest(unknown[0], BETAS),
    )


def _is_claude_code(betas: frozenset[str]) -> bool:
    """Claude Code sends unpublished values, of which it is not known what they unlock."""
    return any(beta.startswith("claude-code-") for beta in betas)


def _is_newer(beta: str) -> bool:
    match = _DATED.fullmatch(beta)
    return match is not None and match[2] > _NEWEST


@lru_cache(maxsize=64)
def features_of(betas: frozenset[str]) -> frozenset[str] | None:
    """The features without their dates, so that a later date of one unlocks the same; None: any."""
    if _is_claude_code(betas):
        return None
    return frozenset(match[1] if (match := _DATED.fullmatch(beta)) else beta for beta in betas)
