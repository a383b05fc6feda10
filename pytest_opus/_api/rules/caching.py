"""Cache breakpoints: at most four, the longer-lived first."""

from __future__ import annotations

from collections.abc import Iterator

from .refusal import Refusal, refuse
from .request import Request, Rule

__all__ = ["RULES"]

_ORDER = "Note that blocks are processed in the following order: `tools`, `system`, `messages`."


def _markers(request: Request) -> list[tuple[str, str]]:
    """Path and TTL of every breakpoint, in the order of processing."""
    return [*request.offer.markers, *_system_markers(request), *request.history.after.markers]


def _system_markers(request: Request) -> Iterator[tuple[str, str]]:
    system = request.body.get("system")
    for position, block in enumerate(system if isinstance(system, list) else ()):
        if block.get("cache_control") is not None:
            yield f"system.{position}", block["cache_control"].get("ttl") or "5m"


def breakpoints_are_few_and_ordered(request: Request) -> Refusal | None:
    """Four breakpoints, the automatic one of the top level counted, and no one-hour after a five-minute one."""
    markers, automatic = _markers(request), request.body.get("cache_control")
    count = len(markers) + (automatic is not None)
    if count > 4:
        return refuse(
            "cache_control_too_many",
            f"A maximum of 4 blocks with cache_control may be provided. Found {count}.",
        )
    if automatic is not None:
        markers = _with_automatic(markers, automatic.get("ttl") or "5m")
    short = False
    for path, ttl in markers:
        if ttl == "1h" and short:
            return refuse(
                "cache_control_ttl_order",
                f"a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. {_ORDER}",
                path=f"{path}.cache_control.ttl" if path else "cache_control.ttl",
            )
        short = short or ttl == "5m"
    return None


def _with_automatic(markers: list[tuple[str, str]], ttl: str) -> list[tuple[str, str]]:
    return [*markers, ("", ttl)]


RULES: tuple[Rule, ...] = (breakpoints_are_few_and_ordered,)
