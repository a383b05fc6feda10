"""What a validator has judged before, so that a growing conversation is judged once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from operator import is_
from typing import Any, NamedTuple

from .history import Tally
from .offer import Offer

__all__ = ["Memory"]

_CONVERSATIONS = 4
"""As many as one test lets run at the same time, sub-agents included."""
_NOTHING = Tally()


class _Conversation(NamedTuple):
    terms: Hashable
    messages: list[Any]
    settled: Tally


class Memory:
    """Conversations and tools that were accepted; each list is replaced at once, never changed."""

    def __init__(self) -> None:
        self._conversations: tuple[_Conversation, ...] = ()
        self._offers: tuple[tuple[Hashable, Any, Offer], ...] = ()

    def recall(self, terms: Hashable, messages: Any) -> tuple[int, Tally]:
        """How many of the messages were accepted under the same terms, and what the settled ones leave behind."""
        if type(messages) is not list:
            return 0, _NOTHING
        best, tally = 0, _NOTHING
        for known in self._conversations:
            size = len(known.messages)
            if best < size <= len(messages) and known.terms == terms and _same(known.messages, messages):
                best, tally = size, known.settled
        return best, tally

    def recall_offer(self, terms: Hashable, offered: Any) -> Offer | None:
        """The offer that was accepted under the same terms."""
        for known_terms, known, offer in self._offers:
            if known_terms == terms and _same(known, offered):
                return offer
        return None

    def remember(self, terms: Hashable, messages: list[Any], extends: int, settled: Tally) -> None:
        others = [
            known
            for known in self._conversations
            if len(known.messages) != extends or known.messages[0] is not messages[0]
        ]
        self._conversations = (*others[-(_CONVERSATIONS - 1) :], _Conversation(terms, messages, settled))

    def remember_offer(self, terms: Hashable, offered: Any, offer: Offer) -> None:
        self._offers = (*self._offers[-(_CONVERSATIONS - 1) :], (terms, offered, offer))


def _same(known: Sequence[Any], offered: Sequence[Any]) -> bool:
    """Whether the one begins with the very objects of the other: equality would take 1 for `true` and 5.0 for 5."""
    return all(map(is_, known, offered))
