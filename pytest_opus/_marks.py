"""How the markers of an item become values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ._settings import Settings

if TYPE_CHECKING:
    from ._judges.budget import Budget


def settings_of(item: pytest.Item, session: Settings) -> Settings:
    """The session's settings with the item's `opus` markers on top, the closest last.

    Raises:
        ValueError: a wrong argument.
    """
    callspec = getattr(item, "callspec", None)
    session = session._replace(delivery=getattr(callspec, "params", {}).get("_opus_delivery", session.delivery))
    for mark in farthest_first(item, "opus"):
        if mark.args:
            raise ValueError(f"@pytest.mark.opus takes keyword arguments only; got {mark.args[0]!r}.")
        session = session.override(mark.kwargs, "@pytest.mark.opus")
    return session


def is_live(item: pytest.Item) -> bool:
    """Whether the item's requests are meant for the real API."""
    return item.get_closest_marker("opus_live") is not None


def budget_of(item: pytest.Item) -> Budget | None:
    """The item's token budget, merged key by key, or `None`.

    Raises:
        ValueError: a wrong argument, or a marker that limits nothing.
    """
    merged: dict[str, Any] = {}
    marks = farthest_first(item, "token_budget")
    for mark in marks:
        if len(mark.args) > 1:
            raise ValueError(f"@pytest.mark.token_budget takes one positional argument, the total; got {mark.args!r}.")
        if mark.args and "total" in mark.kwargs:
            raise ValueError("@pytest.mark.token_budget: the total is given twice.")
        merged |= {**dict(zip(("total",), mark.args, strict=False)), **mark.kwargs}
    if not marks:
        return None
    from ._judges.budget import Budget

    return Budget.of(merged)


def effort_levels_of(item: pytest.Item) -> tuple[str, ...]:
    """The effort levels that the item's closest marker asks for; none without a marker.

    Raises:
        ValueError: a wrong argument.
    """
    mark = item.get_closest_marker("opus_effort")
    if mark is None:
        return ()
    from ._effort import levels_of

    return levels_of(mark.args, mark.kwargs)


def effort_of(item: pytest.Item) -> str | None:
    """The effort level of this run of the item, or `None`.

    Raises:
        ValueError: a wrong argument, or a test that does not ask for its level.
    """
    if not effort_levels_of(item):
        return None
    level: str | None = getattr(getattr(item, "callspec", None), "params", {}).get("opus_effort")
    if level is None:
        from ._effort import NO_ARGUMENT

        raise ValueError(NO_ARGUMENT)
    return level


def farthest_first(item: pytest.Item, name: str) -> list[pytest.Mark]:
    """Marks from the module down to the function, and those of a parameter set last: they are the closest."""
    marks = list(item.iter_markers(name))[::-1]
    callspec = getattr(item, "callspec", None)
    of_parameters = [mark for mark in getattr(callspec, "marks", ()) if mark.name == name]
    return [mark for mark in marks if not any(mark is other for other in of_parameters)] + of_parameters[::-1]
