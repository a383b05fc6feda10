"""What may be newer than the tables: names that the API could have learnt since."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

__all__ = ["newer_block", "newer_dated", "newer_name"]

_DATED = re.compile(r"([a-z][a-z0-9_]*)_(20\d{6})")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

_OTHERS = """
    audio blob computer_call custom_tool_call file file_search_call file_url function function_call
    function_call_output function_response image_file image_url inline_data input_audio input_file input_image
    input_text item_reference json local_shell_call markdown media output_image output_text parts reasoning
    refusal resource resource_link string thinking_delta text_delta tool tool_call tool_calls tool_response
    tool_output video video_url web_search_call
"""
_FOREIGN = frozenset(_OTHERS.split())
"""Block types of other APIs and of other parts of this one."""


def newer_dated(known: Iterable[str]) -> Callable[[str], bool]:
    """Accepts `name_YYYYMMDD` with a date later than all known dates of that name, or of all names if it is new."""
    dates: dict[str, str] = {}
    for name, date in (m.groups() for m in map(_DATED.fullmatch, known) if m):
        dates[name] = max(date, dates.get(name, ""))
    newest = max(dates.values(), default="")

    def newer(tag: str) -> bool:
        match = _DATED.fullmatch(tag)
        return match is not None and match[2] > dates.get(match[1], newest)

    return newer


def newer_name(word: str) -> bool:
    """Accepts any snake_case word: for what only the API itself writes, and programs send back."""
    return _NAME.fullmatch(word) is not None


def newer_block(known: Iterable[str]) -> Callable[[str], bool]:
    """Accepts a block type that is neither another API's, nor misspelled, nor known from another place."""
    names = frozenset(known)

    @lru_cache(maxsize=64)
    def newer(tag: str) -> bool:
        if tag in names or tag in _FOREIGN or not newer_name(tag):
            return False
        from difflib import get_close_matches

        return not any(abs(len(tag) - len(name)) <= 2 for name in get_close_matches(tag, names, cutoff=0.85))

    return newer
