"""Where something stands in a JSON value, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

__all__ = ["Place", "found_at", "written"]

Place = tuple[str | int, ...]

_PLAIN = re.compile(r"[A-Za-z_$][\w$-]*")


def written(place: Sequence[str | int]) -> str:
    """`tools[0].input_schema.properties.file`."""
    text = ""
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{step!r}]"
    return text


def found_at(value: Any, place: Sequence[str | int]) -> Any:
    """What stands there; `None` if nothing does."""
    for step in place:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value
