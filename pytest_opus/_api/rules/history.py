"""The messages of a request as the API sees them: consecutive messages of one role are one turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from . import media

__all__ = ["Block", "History", "Image", "Tally", "Turn", "nested", "read_history"]

Block = dict[str, Any]


class Image(NamedTuple):
    """An image sent as bytes."""

    path: str
    size: tuple[int, int]
    """Width and height, zero if unknown."""


class Tally(NamedTuple):
    """What messages leave behind for the judgement of later ones."""

    messages: int = 0
    turns: int = 0
    notes: Mapping[str, tuple[Any, ...]] = {}

    def of(self, kind: str) -> tuple[Any, ...]:
        """What was noted, in order.

        `call`: ids of `tool_use` blocks that the API minted. `server_call`: ids of calls that it carries out.
        `marker`: path and TTL of each `cache_control`. `reference`: names in `tool_reference` blocks. `definition`:
        names of tools that system messages define. `image`: each `Image`. `cited`: whether a document is to be cited.
        """
        return self.notes.get(kind, ())


class Turn:
    """Consecutive messages of one role; `index` counts turns, as the paths of semantic checks do."""

    __slots__ = ("blocks", "index", "messages", "role")

    def __init__(self, index: int, role: str) -> None:
        self.index, self.role = index, role
        self.messages: list[tuple[int, dict[str, Any]]] = []
        self.blocks: list[Block] = []

    @property
    def calls(self) -> list[tuple[int, str]]:
        """Position and id of each `tool_use`."""
        return [(place, block["id"]) for place, block in enumerate(self.blocks) if block["type"] == "tool_use"]

    @property
    def results(self) -> list[tuple[int, str]]:
        """Position of each `tool_result`, and the id of its call."""
        return [
            (place, block["tool_use_id"]) for place, block in enumerate(self.blocks) if block["type"] == "tool_result"
        ]

    def path(self, position: int) -> str:
        return f"messages.{self.index}.content.{position}"

    @property
    def types(self) -> list[str]:
        return [block["type"] for block in self.blocks]


class History(NamedTuple):
    """The turns to be judged, between what was judged before and what they leave behind."""

    before: Tally
    turns: list[Turn]
    spoken: list[Turn]
    """The turns of user and assistant."""
    features: set[str]
    """The roles and the types of blocks that occur."""
    settled: Tally
    """Up to the last turn of the assistant, where the judgement of a longer history has to start."""
    after: Tally

    @property
    def is_whole(self) -> bool:
        return self.before.messages == 0

    @property
    def last(self) -> Turn | None:
        """The last turn, those of the system apart."""
        return self.spoken[-1] if self.spoken else None

    def blocks(self, *types: str) -> Iterator[tuple[Turn, int, Block]]:
        for turn in self.turns:
            for position, block in enumerate(turn.blocks):
                if block["type"] in types:
                    yield turn, position, block


def read_history(messages: list[dict[str, Any]], before: Tally) -> History:
    turns: list[Turn] = []
    features: set[str] = set()
    last = 0
    for index in range(before.messages, len(messages)):
        message = messages[index]
        role, content = message["role"], message.get("content")
        if not turns or turns[-1].role != role:
            if role == "assistant":
                last = len(turns)
            features.add(role)
            turns.append(Turn(before.turns + len(turns), role))
        turn = turns[-1]
        turn.messages.append((index, message))
        blocks = [{"type": "text", "text": content}] if content and isinstance(content, str) else content or []
        turn.blocks += blocks
        for block in blocks:
            features.add(block["type"])
            if block["type"] == "tool_result":
                features.update(map(_type, nested(block)))
    spoken = [turn for turn in turns if turn.role != "system"] if "system" in features else turns
    settled = _add(before, turns[:last])
    return History(before, turns, spoken, features, settled, _add(settled, turns[last:]))


_type = itemgetter("type")


def nested(block: Block) -> list[Block]:
    """The blocks inside a block."""
    content = block.get("content")
    return content if isinstance(content, list) else []


_Notes = list[tuple[str, Any]]


def _marker(path: str, block: Block) -> _Notes:
    control = block.get("cache_control")
    return [("marker", (path, control.get("ttl") or "5m"))] if isinstance(control, dict) else []


def _call(_path: str, block: Block) -> _Notes:
    return [("call", block["id"])] if block["id"].startswith("toolu_") else []


def _server_call(_path: str, block: Block) -> _Notes:
    return [("server_call", block["id"])]


def _result(path: str, block: Block) -> _Notes:
    """What is inside a result counts, save that documents in there are not cited."""
    return [
        note
        for position, inner in enumerate(nested(block))
        for note in _notes(f"{path}.content.{position}", inner)
        if note[0] != "cited"
    ]


def _reference(_path: str, block: Block) -> _Notes:
    return [("reference", block["tool_name"])]


def _search_result(_path: str, block: Block) -> _Notes:
    return [("reference", found["tool_name"]) for found in block["content"].get("tool_references", ())]


def _image(path: str, block: Block) -> _Notes:
    return [("image", Image(path, media.size_of(block["source"]) or (0, 0)))]


def _document(_path: str, block: Block) -> _Notes:
    return [("cited", bool((block.get("citations") or {}).get("enabled")))]


def _addition(_path: str, block: Block) -> _Notes:
    tool = block["tool"]
    if tool["type"] == "tool_definition":
        return [("definition", tool["definition"].get("name", ""))]
    return [("reference", tool["name"])] if tool["type"] == "tool_reference" else []


_SEE: dict[str, Callable[[str, Block], _Notes]] = {
    "tool_use": _call,
    "server_tool_use": _server_call,
    "mcp_tool_use": _server_call,
    "tool_result": _result,
    "tool_reference": _reference,
    "tool_search_tool_result": _search_result,
    "image": _image,
    "document": _document,
    "tool_addition": _addition,
}


def _notes(path: str, block: Block) -> _Notes:
    see = _SEE.get(block["type"])
    seen = see(path, block) if see is not None else []
    return _marker(path, block) + seen if "cache_control" in block else seen


def _add(tally: Tally, turns: list[Turn]) -> Tally:
    if not turns:
        return tally
    notes = tally.notes
    for turn in turns:
        for position, block in enumerate(turn.blocks):
            if block["type"] in _SEE or "cache_control" in block:
                for kind, note in _notes(turn.path(position), block):
                    notes = {**notes, kind: (*notes.get(kind, ()), note)}
    return Tally(turns[-1].messages[-1][0] + 1, turns[-1].index + 1, notes)
