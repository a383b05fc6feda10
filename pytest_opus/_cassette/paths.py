"""Paths into JSON: `metadata.user_id`, `messages[*].content[*].id`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

Step = str | int | None
"""A key, an index, or `None` for every item of a list."""

_STEPS = re.compile(r"(?:^|(?<!^)\.)([^.\[\]]+)|\[(\*|\d+)\]")


class Path(NamedTuple):
    """The steps from the body of a request to a value in it."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return path_text(self.steps)


def parse_path(text: str) -> Path:
    """The path that is written `messages[*].content[*].id`; `[*]` stands for every item of a list.

    Raises:
        ValueError: not written like that.
    """
    steps: list[Step] = []
    place = 0
    for found in _STEPS.finditer(text):
        if found.start() != place:
            break
        place = found.end()
        key, index = found.groups()
        steps.append(key if index is None else None if index == "*" else int(index))
    if place != len(text) or not steps or not isinstance(steps[0], str):
        raise ValueError(f"{text!r} is no path into a request; metadata.user_id or messages[*].content[*].id is one")
    return Path(tuple(steps))


def path_text(steps: Iterable[Step]) -> str:
    """The path as it is written."""
    text = "".join("[*]" if step is None else f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def every_item(steps: Iterable[Step]) -> str:
    """The path with `[*]` in the place of each index."""
    return path_text(None if isinstance(step, int) else step for step in steps)


def without(value: Any, paths: Iterable[tuple[Step, ...]]) -> Any:
    """`value` without what stands at any of the paths; what is in it is not changed, but copied where it must be."""
    for path in paths:
        value = _without(value, path)
    return value


def _without(value: Any, path: tuple[Step, ...]) -> Any:
    if not path:
        return None
    step, *rest = path
    below = tuple(rest)
    if isinstance(step, str):
        if not isinstance(value, dict) or step not in value:
            return value
        others = {key: item for key, item in value.items() if key != step}
        return {**others, step: _without(value[step], below)} if below else others
    if not isinstance(value, list):
        return value
    return [_without(item, below) if step in (None, place) else item for place, item in enumerate(value)]
