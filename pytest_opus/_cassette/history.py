"""Request bodies that refer to earlier interactions for what these hold already.

A program sends its whole history again with every call. In a cassette it stands once: among `messages`,

    - x_opus: {first: 5, of: 3}     the first 5 messages of the request of interaction 3
    - x_opus: {answer: 3}           the message with which interaction 3 answered

and a long `system`, `tools`, ... that an earlier request had as well is `x_opus: {of: 1}`. Interactions count from 1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._api.conversation import Conversation, extended, messages_of, newest_first
from .._api.request import Sent
from .._api.sse import to_json
from .block_yaml import Flow
from .interaction import Body, Interaction
from .summary import message_of

_REFERENCE = "x_opus"
_WORTH_IT = 120  # what has fewer characters is easier to read than a reference to it


class BrokenReferenceError(ValueError):
    """A reference that leads nowhere, or a value that could be taken for one."""


def _reference(**to: int) -> Flow:
    return Flow({_REFERENCE: Flow(to)})


def _is_reference(value: Any) -> bool:
    return isinstance(value, Mapping) and list(value) == [_REFERENCE]


def answer_of(body: Body) -> dict[str, Any] | None:
    """The message that a program adds to its history after this answer."""
    message = message_of(body)
    if message is None or message.get("role") != "assistant" or not message.get("content"):
        return None
    return {"role": "assistant", "content": message["content"]}


def sent_of(fields: Mapping[str, Any], before: Conversation | None = None) -> Sent:
    """A body whose `messages` come after those of `before`."""
    messages = fields.get("messages")
    if not isinstance(messages, list) or (before is None and not messages):
        return Sent(fields, None)
    rest = {key: value for key, value in fields.items() if key != "messages"}
    return Sent(rest, extended(before, messages))


class _Place(NamedTuple):
    """A beginning of conversations: which interaction had it first, and how many messages and characters it has."""

    number: int
    length: int
    size: int


class Writer:
    """Request bodies as they stand in a cassette, one after the other."""

    def __init__(self) -> None:
        self._places = [_Place(0, 0, 0)]
        # A beginning is known by the one before it and by its last message: a history is not compared as a whole.
        self._after: dict[tuple[int, str], int] = {}
        self._seen: dict[int, tuple[int, Conversation]] = {}  # by the id of a link; kept, so that the id stays its
        self._answers: dict[str, int] = {}
        self._fields: dict[tuple[str, str], int] = {}

    def value(self, number: int, sent: Sent) -> dict[str, Any]:
        """The body of request `number`. Raises `BrokenReferenceError` if a part of it looks like a reference."""
        if sent.conversation is None:
            sent = sent_of(sent.fields)
        value = {key: self._field(number, key, field) for key, field in sent.fields.items()}
        if sent.conversation is not None:
            value["messages"] = self._messages(number, sent.conversation)
        return value

    def answered(self, number: int, body: Body) -> None:
        """Interaction `number` was answered; later histories may hold that message."""
        message = answer_of(body)
        if message is not None:
            self._answers.setdefault(_in_any_order(message), number)

    def _field(self, number: int, key: str, value: Any) -> Any:
        if _is_reference(value):
            raise BrokenReferenceError
        if not isinstance(value, str | list | Mapping):
            return value
        text = to_json(value)
        if len(text) < _WORTH_IT:
            return value
        first = self._fields.setdefault((key, text), number)
        return value if first == number else _reference(of=first)

    def _messages(self, number: int, conversation: Conversation) -> list[Any]:
        place, links = self._unseen(conversation)
        shared, new = place, []
        for link in links:
            text = to_json(link.message)
            after = self._after.setdefault((place, text), len(self._places))
            if after == len(self._places):
                before = self._places[place]
                self._places.append(_Place(number, before.length + 1, before.size + len(text)))
                new.append(link.message)
            else:
                shared = after
            place = after
            self._seen[id(link)] = place, link
        first = self._places[shared]
        if first.size < _WORTH_IT:
            return [self._message(message) for message in messages_of(conversation)]
        return [_reference(first=first.length, of=first.number), *[self._message(message) for message in new]]

    def _unseen(self, conversation: Conversation) -> tuple[int, list[Conversation]]:
        """The links that come after those of earlier requests, and the place of the last one before them."""
        links: list[Conversation] = []
        for link in newest_first(conversation):
            if id(link) in self._seen:
                return self._seen[id(link)][0], links[::-1]
            links.append(link)
        return 0, links[::-1]

    def _message(self, message: Any) -> Any:
        if _is_reference(message):
            raise BrokenReferenceError
        if isinstance(message, dict) and message.get("role") == "assistant":
            text = _in_any_order(message)
            if len(text) >= _WORTH_IT and text in self._answers:
                return _reference(answer=self._answers[text])
        return message


def _in_any_order(message: dict[str, Any]) -> str:
    """A key of a message; SDKs send the fields of a block in an order of their own."""
    return json.dumps(message, sort_keys=True)


class Reader:
    """Request bodies with what they refer to. Those of one conversation share its links."""

    def __init__(self) -> None:
        self._interactions: list[Interaction] = []
        self._answers: dict[int, dict[str, Any]] = {}

    def add(self, interaction: Interaction) -> None:
        self._interactions.append(interaction)

    def sent(self, value: Mapping[str, Any]) -> Sent:
        """Raises `BrokenReferenceError` for a reference that leads nowhere."""
        fields = {key: self._field(key, field) if _is_reference(field) else field for key, field in value.items()}
        messages = fields.get("messages")
        if not isinstance(messages, list) or not any(map(_is_reference, messages)):
            return sent_of(fields)
        before: Conversation | None = None
        rest = list(messages)
        if _is_reference(rest[0]) and "first" in _target(rest[0]):
            before = self._first(rest.pop(0))
        fields["messages"] = [self._answer(message) if _is_reference(message) else message for message in rest]
        return sent_of(fields, before)

    def _field(self, key: str, reference: Any) -> Any:
        fields = self._request(reference, "of").fields
        if key not in fields:
            raise _leads_nowhere(reference, f"that request has no {key!r}")
        return fields[key]

    def _first(self, reference: Any) -> Conversation:
        conversation = self._request(reference, "first", "of").conversation
        length = _target(reference)["first"]
        for link in newest_first(conversation):
            if link.length == length:
                return link
        count = conversation.length if conversation else 0
        raise _leads_nowhere(reference, f"that request has {count} messages")

    def _answer(self, reference: Any) -> dict[str, Any]:
        number = self._number(reference, "answer")
        if number not in self._answers:
            message = answer_of(self._interactions[number - 1].response.body)
            if message is None:
                raise _leads_nowhere(reference, "that interaction was not answered with a message")
            self._answers[number] = message
        return self._answers[number]

    def _request(self, reference: Any, *keys: str) -> Sent:
        body = self._interactions[self._number(reference, *keys) - 1].request.body
        if not isinstance(body, Sent):
            raise _leads_nowhere(reference, "the body of that request is no JSON object")
        return body

    def _number(self, reference: Any, *keys: str) -> int:
        """The number of the interaction, which the last of `keys` names."""
        target = _target(reference)
        if tuple(target) != keys or not all(value.__class__ is int for value in target.values()):
            raise _leads_nowhere(reference, "references are {first: 5, of: 3}, {answer: 3} and {of: 3}")
        number: int = target[keys[-1]]
        if not 1 <= number <= len(self._interactions):
            raise _leads_nowhere(reference, "only interactions before this one can be referred to")
        return number


def _target(reference: Any) -> Mapping[str, Any]:
    target = reference[_REFERENCE]
    return target if isinstance(target, Mapping) else {}


def _leads_nowhere(reference: Any, why: str) -> BrokenReferenceError:
    return BrokenReferenceError(f"the reference {to_json(reference[_REFERENCE])} leads nowhere: {why}")
