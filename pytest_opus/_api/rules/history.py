"""The messages of a request as the API sees them: consecutive messages of one role are one turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from . import media

__all__ = ["Block", "History", "Image", "Tally", "Turn", "nested", "read_history"]

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Image:
    """An image sent as bytes."""

    path: str
    side: int
    """Its longest side, 0 if unknown."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What messages leave behind for the judgement of later ones."""

    messages: int = 0
    turns: int = 0
    calls: frozenset[str] = frozenset()
    """Ids of `tool_use` blocks."""
    server_calls: frozenset[str] = frozenset()
    """Ids of `server_tool_use` and `mcp_tool_use` blocks."""
    markers: tuple[tuple[str, str], ...] = ()
    """Path and TTL of every `cache_control`, in order."""
    references: frozenset[str] = frozenset()
    """Names in `tool_reference` blocks."""
    definitions: frozenset[str] = frozenset()
    """Names of tools that system messages define."""
    images: tuple[Image, ...] = ()
    cited: frozenset[bool] = frozenset()
    """Whether documents have citations enabled: all, none, or some."""


@dataclass(slots=True)
class Turn:
    """Consecutive messages of one role; `index` counts turns, as the paths of semantic checks do."""

    index: int
    role: str
    messages: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def path(self, position: int) -> str:
        return f"messages.{self.index}.content.{position}"


@dataclass(frozen=True, slots=True)
class History:
    """The turns to be judged, between what was judged before and what they leave behind."""

    before: Tally
    turns: list[Turn]
    settled: Tally
    """Up to the last turn of the assistant, where the judgement of a longer history has to start."""
    after: Tally

    @property
    def is_whole(self) -> bool:
        return self.before.messages == 0

    @property
    def last(self) -> Turn | None:
        """The last turn, directives of the system apart."""
        return next((turn for turn in reversed(self.turns) if turn.role != "system"), None)

    def spoken(self) -> list[Turn]:
        """The turns of user and assistant."""
        return [turn for turn in self.turns if turn.role != "system"]

    def blocks(self, *types: str) -> Iterator[tuple[Turn, int, Block]]:
        for turn in self.turns:
            for position, block in enumerate(turn.blocks):
                if block["type"] in types:
                    yield turn, position, block


def read_history(messages: list[dict[str, Any]], before: Tally) -> History:
    turns = _turns(messages, before)
    last = next((at for at in range(len(turns) - 1, -1, -1) if turns[at].role == "assistant"), 0)
    settled = _add(before, turns[:last])
    return History(before, turns, settled, _add(settled, turns[last:]))


def nested(block: Block) -> list[Block]:
    """The blocks inside a block."""
    content = block.get("content")
    return content if isinstance(content, list) else []


def _turns(messages: list[dict[str, Any]], before: Tally) -> list[Turn]:
    turns: list[Turn] = []
    for index in range(before.messages, len(messages)):
        message = messages[index]
        if not turns or turns[-1].role != message["role"]:
            turns.append(Turn(before.turns + len(turns), message["role"]))
        turns[-1].messages.append((index, message))
        content = message.get("content")
        turns[-1].blocks += [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    return turns


class _Count:
    """The parts of a tally while they grow."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.server_calls: list[str] = []
        self.markers: list[tuple[str, str]] = []
        self.references: list[str] = []
        self.definitions: list[str] = []
        self.images: list[Image] = []
        self.cited: list[bool] = []

    def block(self, path: str, block: Block) -> None:
        if isinstance(block.get("cache_control"), dict):
            self.markers.append((path, block["cache_control"].get("ttl") or "5m"))
        see = _SEE.get(block["type"])
        if see is not None:
            see(self, path, block)

    def call(self, _path: str, block: Block) -> None:
        self.calls.append(block["id"])

    def server_call(self, _path: str, block: Block) -> None:
        self.server_calls.append(block["id"])

    def result(self, path: str, block: Block) -> None:
        for position, inner in enumerate(nested(block)):
            self.block(f"{path}.content.{position}", inner)

    def reference(self, _path: str, block: Block) -> None:
        self.references.append(block["tool_name"])

    def search_result(self, _path: str, block: Block) -> None:
        self.references += [found["tool_name"] for found in block["content"].get("tool_references", ())]

    def image(self, path: str, block: Block) -> None:
        self.images.append(Image(path, media.longest_side(block["source"])))

    def document(self, _path: str, block: Block) -> None:
        self.cited.append(bool((block.get("citations") or {}).get("enabled")))

    def addition(self, _path: str, block: Block) -> None:
        tool = block["tool"]
        if tool["type"] == "tool_reference":
            self.references.append(tool["name"])
        elif tool["type"] == "tool_definition":
            self.definitions.append(tool["definition"].get("name", ""))


_SEE = {
    "tool_use": _Count.call,
    "server_tool_use": _Count.server_call,
    "mcp_tool_use": _Count.server_call,
    "tool_result": _Count.result,
    "tool_reference": _Count.reference,
    "tool_search_tool_result": _Count.search_result,
    "image": _Count.image,
    "document": _Count.document,
    "tool_addition": _Count.addition,
}


def _add(tally: Tally, turns: list[Turn]) -> Tally:
    if not turns:
        return tally
    count = _Count()
    for turn in turns:
        for position, block in enumerate(turn.blocks):
            count.block(turn.path(position), block)
    return Tally(
        messages=turns[-1].messages[-1][0] + 1,
        turns=turns[-1].index + 1,
        calls=tally.calls.union(count.calls),
        server_calls=tally.server_calls.union(count.server_calls),
        markers=(*tally.markers, *count.markers),
        references=tally.references.union(count.references),
        definitions=tally.definitions.union(count.definitions),
        images=(*tally.images, *count.images),
        cited=tally.cited.union(count.cited),
    )
