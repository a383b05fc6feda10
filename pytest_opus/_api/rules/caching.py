"""Cache breakpoints: at most four, the longer-lived first."""

from __future__ import annotations

from collections.abc import Iterator

from .refusal import Refusal, refuse
from .request import OfferRule, Request, Rule, offer_rule, rule

__all__ = ["OFFER_RULES", "RULES"]

_ORDER = "Note that blocks are processed in the following order: `tools`, `system`, `messages`."


def _markers(request: Request) -> list[tuple[str, str]]:
    """Path and TTL of every breakpoint, in the order of processing."""
    system = request.body.get("system")
    marked = [
        (f"system.{position}", block["cache_control"].get("ttl") or "5m")
        for position, block in enumerate(system if isinstance(system, list) else ())
        if block.get("cache_control") is not None
    ]
    return [*request.offer.markers, *marked, *request.history.after.of("marker")]


def breakpoints_are_few_and_ordered(request: Request) -> Refusal | None:
    """Four breakpoints, the automatic one of the top level counted, and no one-hour after a five-minute one."""
    markers, automatic = _markers(request), request.body.get("cache_control")
    count = len(markers) + (automatic is not None)
    if count > 4:
        return refuse(
            "cache_control_too_many",
            f"A maximum of 4 blocks with cache_control may be provided. Found {count}.",
            at=_place(markers[4][0]) if len(markers) > 4 else ("cache_control",),
        )
    if automatic is not None:
        markers.append(("", automatic.get("ttl") or "5m"))
    ttls = [ttl for _, ttl in markers]
    if "5m" not in ttls or "1h" not in ttls[ttls.index("5m") :]:
        return None
    path = markers[ttls.index("1h", ttls.index("5m"))][0]
    return refuse(
        "cache_control_ttl_order",
        f"a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. {_ORDER}",
        path=f"{path}.cache_control.ttl".lstrip("."),
        at=(*_place(path), "ttl"),
    )


def _place(path: str) -> tuple[str | int, ...]:
    """The `cache_control` of a dotted path."""
    parts = [int(part) if part.isdigit() else part for part in path.split(".") if part]
    return (*parts, "cache_control")


def offered_breakpoints_are_few_and_ordered(request: Request) -> Iterator[Refusal]:
    """The same for tools that are looked at apart from a request."""
    refusal = breakpoints_are_few_and_ordered(request)
    if refusal is not None:
        yield refusal


OFFER_RULES: tuple[OfferRule, ...] = (offer_rule(offered_breakpoints_are_few_and_ordered, "tools"),)
RULES: tuple[Rule, ...] = (rule(breakpoints_are_few_and_ordered, "messages"),)
