"""Whether a cassette reads as what was recorded, before it takes the place of another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from .._api.conversation import Conversation, newest_first
from .._api.request import Sent
from .._api.sse import to_json
from .history import sent_of
from .interaction import Body, Events, Interaction, Json, RecordedRequest, RecordedResponse
from .structure import milliseconds


def first_difference(written: Sequence[Interaction], read: Sequence[Interaction]) -> int | None:
    """The number of the first interaction that does not read as it was written, `None` if all do."""
    same = _Same()
    for number, (one, other) in enumerate(zip_longest(written, read), 1):
        if one is None or other is None or not same.interactions(one, other):
            return number
    return None


class _Same:
    """Compares to the last digit: 1 is not 1.0, nor true. Only the order of keys within a message may differ."""

    def __init__(self) -> None:
        self._links: set[tuple[int, int]] = set()  # of conversations that are the same up to here

    def interactions(self, one: Interaction, other: Interaction) -> bool:
        return self._requests(one.request, other.request) and _responses(one.response, other.response)

    def _requests(self, one: RecordedRequest, other: RecordedRequest) -> bool:
        if (one.method, one.uri, dict(one.headers)) != (other.method, other.uri, dict(other.headers)):
            return False
        if isinstance(one.body, Sent) and isinstance(other.body, Sent):
            return self._sent(one.body, other.body)
        return type(one.body) is type(other.body) and one.body == other.body

    def _sent(self, one: Sent, other: Sent) -> bool:
        one, other = (sent if sent.conversation else sent_of(sent.fields) for sent in (one, other))
        return to_json(one.fields) == to_json(other.fields) and self._conversations(
            one.conversation, other.conversation
        )

    def _conversations(self, one: Conversation | None, other: Conversation | None) -> bool:
        new = []
        for mine, its in zip_longest(newest_first(one), newest_first(other)):
            if mine is None or its is None or not _messages(mine.message, its.message):
                return False
            pair = id(mine), id(its)
            if pair in self._links:
                break
            new.append(pair)
        self._links.update(new)
        return True


def _messages(one: Any, other: Any) -> bool:
    return one is other or json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _responses(one: RecordedResponse, other: RecordedResponse) -> bool:
    return _head(one) == _head(other) and _bodies(one.body, other.body)


def _head(response: RecordedResponse) -> tuple[Any, ...]:
    day, first_byte, seconds = response.recorded
    return (
        response.status,
        dict(response.headers),
        (response.state, response.reason, response.sdk, response.test),
        (day, milliseconds(first_byte), milliseconds(seconds)),
    )


def _bodies(one: Body, other: Body) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, Json) and isinstance(other, Json):
        return to_json(one.value) == to_json(other.value)
    if isinstance(one, Events) and isinstance(other, Events):
        return one.rest == other.rest and to_json(list(one.events)) == to_json(list(other.events))
    return one == other
