"""Conversations that share their beginnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .objects import readable

_NO_TEXT = ("type", "signature", "cache_control")


class Size(NamedTuple):
    """How much there is to count as tokens: characters of text, and images or documents."""

    characters: int = 0
    images: int = 0


class Conversation:
    """A message and all that came before it.

    A program sends its history again with every call. Requests whose histories begin alike share the links of one
    chain, so that a conversation of a thousand turns is kept once and not a thousand times.
    """

    __slots__ = ("_readable", "before", "length", "message", "size")

    def __init__(self, message: Any, before: Conversation | None) -> None:
        self.message = message
        self.before = before
        self.length: int = 1 if before is None else before.length + 1
        self.size: Size = _sum(measure(message.get("content") if isinstance(message, dict) else None), size_of(before))
        self._readable: Any = None

    @property
    def readable(self) -> Any:
        """The message as tests read it."""
        if self._readable is None:
            self._readable = readable(self.message)
        return self._readable


def extended(conversation: Conversation | None, messages: Iterable[Any]) -> Conversation | None:
    """`conversation` with `messages` after it; no messages at all are `None`."""
    for message in messages:
        conversation = Conversation(message, conversation)
    return conversation


def newest_first(conversation: Conversation | None) -> Iterator[Conversation]:
    """The links of the chain, from the last message back."""
    while conversation is not None:
        yield conversation
        conversation = conversation.before


def messages_of(conversation: Conversation | None) -> list[Any]:
    """All messages, in order."""
    return [link.message for link in newest_first(conversation)][::-1]


def size_of(conversation: Conversation | None) -> Size:
    return Size() if conversation is None else conversation.size


def measure(value: Any) -> Size:
    """Characters of text, and images or documents, anywhere within a JSON value."""
    if isinstance(value, str):
        return Size(len(value))
    characters = images = 0
    rest = [value]  # a stack of our own: inputs may be nested deeper than Python calls
    while rest:
        item = rest.pop()
        if isinstance(item, str):
            characters += len(item)
        elif isinstance(item, list):
            rest += item
        elif isinstance(item, dict):
            if item.get("type") in ("image", "document") and "source" in item:
                images += 1
            else:
                rest += [part for key, part in item.items() if key not in _NO_TEXT]
        elif item is not None:
            characters += len(str(item))
    return Size(characters, images)


def _sum(one: Size, other: Size) -> Size:
    return Size(one.characters + other.characters, one.images + other.images)
