"""Request bodies that refer to earlier interactions for what these hold already.

A program sends its whole history again with every call. In a cassette it stands once: among `messages`,

    - x_opus: {first: 5, of: 3}           the first 5 messages of request 3
    - x_opus: {from: 2, to: 5, of: 3}     its messages 2 to 5, where the program dropped what was before them
    - x_opus: {answer: 3}                 the message with which interaction 3 answered
    - x_opus: {answer_text: 3}            the same with the text alone as its content

and a long `system`, `tools`, ... that an earlier request had as well is `x_opus: {of: 1}`. All count from 1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, NamedTuple

from .._api.conversation import Conversation, extended, messages_of, newest_first
from .._api.objects import blocks_of
from .._api.request import Sent
from .._api.sse import to_json
from .block_yaml import Flow
from .interaction import Body, Interaction, message_of

_REFERENCE = "x_opus"
_WORTH_IT = 120  # what has fewer characters is easier to read than a reference to it


class BrokenReferenceError(ValueError):
    """A reference that leads nowhere, or a value that could be taken for one."""


def _reference(**to: int) -> dict[str, Any]:
    return {_REFERENCE: Flow(to)}


def _is_reference(value: Any) -> bool:
    return isinstance(value, Mapping) and list(value) == [_REFERENCE]


def _answers_of(body: Body) -> dict[str, dict[str, Any]]:
    """The messages that a program may add to its history after this answer, by what a reference calls them."""
    message = message_of(body)
    if message is None or message.get("role") != "assistant" or not message.get("content"):
        return {}
    content = message["content"]
    texts = [block["text"] for block in blocks_of(content) if isinstance(block.get("text"), str)]
    forms = {"answer": content, "answer_text": "".join(texts)}
    return {form: {"role": "assistant", "content": value} for form, value in forms.items()}


def sent_of(fields: Mapping[str, Any], before: Conversation | None = None) -> Sent:
    """A body whose `messages` come after those of `before`."""
    messages = fields.get("messages")
    if not isinstance(messages, list) or (before is None and not messages):
        return Sent(fields, None)
    rest = {key: value for key, value in fields.items() if key != "messages"}
    return Sent(rest, extended(before, messages))


class _Beginning(NamedTuple):
    """Messages with which conversations begin: which request had them first, how many they are, and of what size."""

    number: int
    length: int
    size: int


class _Spot(NamedTuple):
    """A message of a request."""

    number: int
    position: int


class Writer:
    """Request bodies as they stand in a cassette, one after the other.

    What they refer to depends on what the requests say alone, not on which objects they share.
    """

    def __init__(self) -> None:
        self._fields: dict[tuple[str, str], int] = {}
        self._answers: dict[str, tuple[str, int]] = {}
        self._texts: dict[str, int] = {}
        # A beginning is known by the one before it and its last message, so that no history is compared as a whole;
        # links that were seen lead to theirs at once. They are kept, so that no other object gets the id of one.
        self._beginnings = [_Beginning(0, 0, 0)]
        self._after: dict[tuple[int, int], int] = {}
        self._seen: dict[int, tuple[int, Conversation]] = {}
        # Where a program drops what came first, the rest is known by where it stood last.
        self._spots: dict[int, _Spot] = {}
        self._at: dict[_Spot, int] = {}

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
        for form, message in _answers_of(body).items():
            self._answers.setdefault(_in_any_order(message), (form, number))

    def _field(self, number: int, key: str, value: Any) -> Any:
        if _is_reference(value):
            raise BrokenReferenceError
        if not isinstance(value, str | list | Mapping):
            return value
        text = to_json(value)
        if len(text) < _WORTH_IT:
            return value
        first = self._fields.setdefault((key, text), number)
        return value if first == number else Flow(_reference(of=first))

    def _messages(self, number: int, conversation: Conversation) -> list[Any]:
        place, links = self._unseen(conversation)
        shared, texts = place, []
        for link in links:
            text = to_json(link.message)
            texts.append(self._texts.setdefault(text, len(self._texts)))
            before = self._beginnings[place]
            place = self._after.setdefault((place, texts[-1]), len(self._beginnings))
            if place == len(self._beginnings):
                self._beginnings.append(_Beginning(number, before.length + 1, before.size + len(text)))
            elif self._beginnings[place].number < number:
                shared = place
            self._seen[id(link)] = place, link
        known = self._beginnings[shared]
        new = links[len(links) - (conversation.length - known.length) :]
        return [*self._known(known, conversation), *self._new(number, new, texts[len(texts) - len(new) :])]

    def _unseen(self, conversation: Conversation) -> tuple[int, list[Conversation]]:
        """The links that no earlier request had, and the beginning before them."""
        links: list[Conversation] = []
        for link in newest_first(conversation):
            if id(link) in self._seen:
                return self._seen[id(link)][0], links[::-1]
            links.append(link)
        return 0, links[::-1]

    def _known(self, known: _Beginning, conversation: Conversation) -> list[Any]:
        if known.size < _WORTH_IT:
            return [self._message(message) for message in messages_of(conversation)[: known.length]]
        return [_reference(first=known.length, of=known.number)]

    def _new(self, number: int, links: list[Conversation], texts: list[int]) -> list[Any]:
        items: list[Any] = []
        place = 0
        while place < len(links):
            spot, length = self._run(texts, place)
            run = [link.message for link in links[place : place + length]]
            if spot is None or len(to_json(run)) < _WORTH_IT:
                items.append(self._message(links[place].message))
                length = 1
            else:
                items.append(_reference_to(spot, length))
            place += length
        for link, text in zip(links, texts, strict=True):
            self._spots[text] = spot = _Spot(number, link.length)
            self._at[spot] = text
        return items

    def _run(self, texts: list[int], place: int) -> tuple[_Spot | None, int]:
        """Where the message at `place` stood before, and how many follow each other there as they do here."""
        spot = self._spots.get(texts[place])
        if spot is None:
            return None, 0
        length = 1
        while place + length < len(texts):
            if self._at.get(_Spot(spot.number, spot.position + length)) != texts[place + length]:
                break
            length += 1
        return spot, length

    def _message(self, message: Any) -> Any:
        if _is_reference(message):
            raise BrokenReferenceError
        if isinstance(message, dict) and message.get("role") == "assistant":
            text = _in_any_order(message)
            if len(text) >= _WORTH_IT and text in self._answers:
                form, number = self._answers[text]
                return _reference(**{form: number})
        return message


def _reference_to(spot: _Spot, length: int) -> dict[str, Any]:
    if spot.position == 1:
        return _reference(first=length, of=spot.number)
    return _reference(**{"from": spot.position, "to": spot.position + length - 1, "of": spot.number})


def _in_any_order(message: dict[str, Any]) -> str:
    """A key of a message; SDKs send the fields of a block in an order of their own."""
    return json.dumps(message, sort_keys=True)


class Reader:
    """Request bodies with what they refer to. Those of one conversation share its links."""

    def __init__(self) -> None:
        self._interactions: list[Interaction] = []
        self._answers: dict[int, dict[str, dict[str, Any]]] = {}

    def add(self, interaction: Interaction) -> None:
        self._interactions.append(interaction)

    def sent(self, value: Mapping[str, Any]) -> Sent:
        """Raises `BrokenReferenceError` for a reference that leads nowhere."""
        fields = {key: self._field(key, field) if _is_reference(field) else field for key, field in value.items()}
        messages = fields.get("messages")
        if not isinstance(messages, list) or not any(map(_is_reference, messages)):
            return sent_of(fields)
        before: Conversation | None = None
        if _is_reference(messages[0]) and "first" in _target(messages[0]):
            before, messages = self._last(messages[0], "first"), messages[1:]
        fields["messages"] = [message for item in messages for message in self._referred(item)]
        return sent_of(fields, before)

    def _field(self, key: str, reference: Any) -> Any:
        fields = self._request(reference, "of").fields
        if key not in fields:
            raise _leads_nowhere(reference, f"that request has no {key!r}")
        return fields[key]

    def _referred(self, item: Any) -> list[Any]:
        """The messages that an item stands for."""
        if not _is_reference(item):
            return [item]
        target = _target(item)
        for form in ("answer", "answer_text"):
            if form in target:
                return [self._answer(item, form)]
        if "first" in target:
            start, last = 1, self._last(item, "first")
        else:
            last = self._last(item, "from", "to")
            start = target["from"]
        if not 1 <= start <= last.length:
            raise _leads_nowhere(item, "'from' is a number from 1 to that of 'to'")
        return [link.message for link in takewhile(lambda link: link.length >= start, newest_first(last))][::-1]

    def _last(self, reference: Any, *keys: str) -> Conversation:
        """The last of the messages that a reference names; its number is what the last of `keys` says."""
        request = self._request(reference, *keys, "of")
        number = _target(reference)[keys[-1]]
        for link in newest_first(request.conversation):
            if link.length == number:
                return link
        count = request.conversation.length if request.conversation else 0
        raise _leads_nowhere(reference, f"that request has {count} messages")

    def _answer(self, reference: Any, form: str) -> dict[str, Any]:
        number = self._number(reference, form)
        if number not in self._answers:
            self._answers[number] = _answers_of(self._interactions[number - 1].response.body)
        if form not in self._answers[number]:
            raise _leads_nowhere(reference, "that interaction was not answered with a message")
        return self._answers[number][form]

    def _request(self, reference: Any, *keys: str) -> Sent:
        body = self._interactions[self._number(reference, *keys) - 1].request.body
        if not isinstance(body, Sent):
            raise _leads_nowhere(reference, "the body of that request is no JSON object")
        return body

    def _number(self, reference: Any, *keys: str) -> int:
        """The number of the interaction, which the last of `keys` names."""
        target = _target(reference)
        if tuple(target) != keys or not all(value.__class__ is int for value in target.values()):
            forms = "{first: 5, of: 3}, {from: 2, to: 5, of: 3}, {answer: 3}, {answer_text: 3} and {of: 3}"
            raise _leads_nowhere(reference, f"references are {forms}")
        number: int = target[keys[-1]]
        if not 1 <= number <= len(self._interactions):
            raise _leads_nowhere(reference, "only interactions before this one can be referred to")
        return number


def _target(reference: Any) -> Mapping[str, Any]:
    target = reference[_REFERENCE]
    return target if isinstance(target, Mapping) else {}


def _leads_nowhere(reference: Any, why: str) -> BrokenReferenceError:
    return BrokenReferenceError(f"the reference {to_json(reference[_REFERENCE])} leads nowhere: {why}")
