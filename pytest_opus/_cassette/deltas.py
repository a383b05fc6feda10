"""Streams: texts that are cut into deltas are scrubbed as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .spans import Span

Event = dict[str, Any]

_PIECES = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
_PARTS: dict[str, tuple[str, dict[str, str]]] = {
    "content_block_start": ("content_block", {"text": "text", "thinking": "thinking"}),
    "content_block_delta": ("delta", _PIECES),
}
_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|\\?$)', re.DOTALL)


def scrubbed(events: Sequence[Event], pieces: Callable[[str, Sequence[str]], Sequence[str]]) -> list[Event]:
    """The events with `pieces(name, strings)` in place of the strings that together are a text of a block.

    `name` is `text`, `thinking` or `partial_json`. No event is added or taken away.
    """
    new = list(events)
    for name, places in _texts(events):
        before = [events[number][part][name] for number, part in places]
        for (number, part), old, piece in zip(places, before, pieces(name, before), strict=True):
            if piece != old:
                new[number] = new[number] | {part: new[number][part] | {name: piece}}
    return new


def is_piece(event: Event) -> bool:
    """Whether an event carries nothing but a piece of a text."""
    delta = event.get("delta")
    return event.get("type") == "content_block_delta" and isinstance(delta, dict) and delta.get("type") in _PIECES


def _texts(events: Sequence[Event]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """The name of each text, and where its pieces stand: number of the event and `delta` or `content_block`."""
    texts: dict[tuple[Any, str], list[tuple[int, str]]] = {}
    for number, event in enumerate(events):
        part, names = _PARTS.get(str(event.get("type")), ("", {}))
        holder = event.get(part)
        name = names.get(str(holder.get("type")), "") if isinstance(holder, dict) else ""
        key = (event.get("index"), name)
        if part == "content_block":
            for old in [old for old in texts if old[0] == key[0]]:  # what follows belongs to another block
                yield old[1], texts.pop(old)
        if name and isinstance(event[part].get(name), str):
            texts.setdefault(key, []).append((number, part))
    for (_, name), places in texts.items():
        yield name, places


def literals(fragment: str, scrub: Callable[[str], str]) -> Iterator[Span]:
    """Spans of JSON text, whole or cut off: what `scrub` changes in its strings, which stay strings."""
    for match in _STRING.finditer(fragment):
        try:
            string = json.loads(f'"{match[1]}"', strict=False)
        except ValueError:  # no escape of JSON, or half of one at the end
            string = match[1]
        new = scrub(string)
        if new != string:
            yield _narrow(match[1], json.dumps(new, ensure_ascii=False)[1:-1], match.start(1))


def _narrow(old: str, new: str, start: int) -> Span:
    shorter = min(len(old), len(new))
    before = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    after = next((at for at in range(shorter - before) if old[-1 - at] != new[-1 - at]), shorter - before)
    return Span(start + before, start + len(old) - after, new[before : len(new) - after], "", 0)
