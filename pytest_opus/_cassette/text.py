"""Interactions as the text of a cassette, and back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from shlex import quote
from typing import Any, NamedTuple

from . import foreign
from .block_yaml import NotYamlError
from .damage import check_text, damaged
from .history import BrokenReferenceError, Reader, Writer
from .interaction import CassetteError, Interaction
from .plain_yaml import YamlError, load_yaml
from .structure import MalformedError, check_events, interaction_lines, read_interaction

FORMAT = "# pytest-opus cassette, format "
"""How our files begin."""
_FIRST = f"{FORMAT}1: recorded calls without their secrets. To record again: pytest --opus-record=all"
_RECORDED = "\n      recorded_at: "
_END = re.compile(r"(?<=\n)\.\.\.\n# end (\d+) sha256:([0-9a-f]{16})\n\Z")


class Tape(NamedTuple):
    """What a cassette file holds: its interactions, and the line on which each begins, from 1.

    `sealed`: nobody edited the file since it was written. `foreign`: it was written by vcrpy or the like.
    """

    interactions: list[Interaction]
    lines: list[int]
    sealed: bool
    foreign: bool = False


def to_text(interactions: Sequence[Interaction]) -> str:
    """The text of a cassette: the same for the same interactions, but for the lines of `recorded_at`.

    Raises `CassetteError` for an interaction that has half a character outside of its JSON.
    """
    writer = Writer()
    lines = [_FIRST, "interactions:" if interactions else "interactions: []"]
    for number, interaction in enumerate(interactions, 1):
        try:
            lines += [f"# {number}", *interaction_lines(writer, number, interaction)]
        except NotYamlError as error:
            raise CassetteError(f"Interaction {number} cannot be written into a cassette: {error}.") from None
    above = "\n".join(lines) + "\n"
    return f"{above}...\n# end {len(interactions)} sha256:{_seal(above)}\n"


def from_text(text: str, name: str) -> Tape:
    """What the text of a cassette holds, ours or one of vcrpy's. `name` is the file's, for messages.

    Raises `CassetteError` for a text that is torn, empty, in conflict, or no cassette.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    check_text(text, name)
    if not text.startswith(FORMAT):
        return Tape(*foreign.read(text, name), sealed=False, foreign=True)
    if not text.startswith(f"{FORMAT}1:"):
        raise damaged(name, 1, "the cassette has a format that this version does not know", "Upgrade pytest-opus.")
    end = _END.search(text)
    if end is None:
        line = text.count("\n") + (not text.endswith("\n"))
        raise damaged(name, line, "the end of the cassette is missing: it was cut off, or something was added to it")
    above = text[: end.start()]
    if "\n...\n" in above:
        line = above.count("\n", 0, above.index("\n...\n")) + 2
        raise damaged(name, line, "the cassette goes on after its end: two of them were put together")
    sealed = end[2] == _seal(above)
    interactions, lines = _read(above, name, sealed)
    if len(interactions) != int(end[1]):
        problem = f"the cassette holds {len(interactions)} interactions, but its last line counts {end[1]}"
        cure = "If that is meant, correct the number in the last line; else bring the file back "
        cure += f"(git checkout -- {quote(name)}), or delete it and record again with --opus-record=all."
        raise damaged(name, text.count("\n"), problem, cure)
    return Tape(interactions, lines, sealed)


def _read(text: str, name: str, sealed: bool) -> tuple[list[Interaction], list[int]]:
    try:
        value, starts = load_yaml(text)
    except YamlError as error:
        raise damaged(name, error.line, f"the cassette cannot be read: {error}") from None
    items = value.get("interactions") if isinstance(value, dict) and list(value) == ["interactions"] else None
    if not isinstance(items, list):
        raise damaged(name, 2, "the cassette has not the one key 'interactions', with a list")
    reader = Reader()
    lines = [starts.get(id(item), 1) for item in items]
    return [_read_one(item, reader, name, line, sealed) for item, line in zip(items, lines, strict=True)], lines


def _read_one(item: Any, reader: Reader, name: str, line: int, sealed: bool) -> Interaction:
    try:
        interaction = read_interaction(item, reader)
        if not sealed:
            check_events(interaction.response.body)
    except (MalformedError, BrokenReferenceError) as error:
        raise damaged(name, line, f"this interaction cannot be read: {error}") from None
    return interaction


def _seal(above: str) -> str:
    """The hash of a text without its lines of `recorded_at`."""
    first, *rest = above.split(_RECORDED)
    kept = [first, *["\n" + part.partition("\n")[2] for part in rest]]
    return hashlib.sha256("".join(kept).encode()).hexdigest()[:16]
