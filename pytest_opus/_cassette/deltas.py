"""Streams: texts that are cut into deltas are scrubbed as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .spans import Span

Event = dict[str, Any]

_PIECES = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
_PARTS: dict[str, tuple[str, dict[str, str]]] = {
    "content_block_start": ("content_block", {"text": "text", "thinking": "thinking"}),
    "content_block_delta": ("delta", _PIECES),
    "content_block_stop": ("content_block", {}),
}
_STRING = re.compile(r'"(?P<string>(?:[^"\\]|\\.)*+)(?P<end>"|\\?$)', re.DOTALL)


def scrubbed(events: Sequence[Event], pieces: Callable[[str, Sequence[str], bool], Sequence[str]]) -> list[Event]:
    """The events with `pieces(name, strings, whole)` in place of the strings that together are a text of a block.

    `name` is `text`, `thinking` or `partial_json`; a block that never stopped is not `whole`. No event is added or
    taken away.
    """
    new = list(events)
    for text in _texts(events):
        before = [events[number][part][text.name] for number, part in text.places]
        for (number, part), old, piece in zip(text.places, before, pieces(text.name, before, text.whole), strict=True):
            if piece != old:
                new[number] = new[number] | {part: new[number][part] | {text.name: piece}}
    return new


def is_piece(event: Event) -> bool:
    """Whether an event carries nothing but a piece of a text."""
    delta = event.get("delta")
    return event.get("type") == "content_block_delta" and isinstance(delta, dict) and delta.get("type") in _PIECES


@dataclass(slots=True)
class _Text:
    """Where the pieces of a text stand: number of the event, and `delta` or `content_block`."""

    name: str
    places: list[tuple[int, str]] = field(default_factory=list)
    whole: bool = False


def _texts(events: Sequence[Event]) -> list[_Text]:
    texts: list[_Text] = []
    of_block: dict[Any, dict[str, _Text]] = {}
    for number, event in enumerate(events):
        part, names = _PARTS.get(str(event.get("type")), ("", {}))
        if not part:
            continue
        if part != "delta":
            for text in of_block.pop(event.get("index"), {}).values():
                text.whole = True
        holder = event.get(part)
        name = names.get(str(holder.get("type"))) if isinstance(holder, dict) else None
        if name and isinstance(event[part].get(name), str):
            block = of_block.setdefault(event.get("index"), {})
            if name not in block:
                block[name] = _Text(name)
                texts.append(block[name])
            block[name].places.append((number, part))
    return texts


def literals(fragment: str, scrub: Callable[[str], str], scrub_cut_off: Callable[[str], str]) -> Iterator[Span]:
    """Spans of JSON text, whole or cut off: what changes in its strings, which stay strings."""
    for match in _STRING.finditer(fragment):
        old = match["string"]
        new = _changed(old, scrub if match["end"] == '"' else scrub_cut_off)
        if new != old:
            yield _narrow(old, new, match.start("string"))


def _changed(escaped: str, change: Callable[[str], str]) -> str:
    try:
        string = json.loads(f'"{escaped}"', strict=False)
    except ValueError:  # half of an escape at the end
        return change(escaped)
    changed = change(string)
    return escaped if changed == string else json.dumps(changed, ensure_ascii=False)[1:-1]


def _narrow(old: str, new: str, start: int) -> Span:
    shorter = min(len(old), len(new))
    before = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    after = next((at for at in range(shorter - before) if old[-1 - at] != new[-1 - at]), shorter - before)
    return Span(start + before, start + len(old) - after, new[before : len(new) - after], "", 0)
