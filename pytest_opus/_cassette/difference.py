"""In what a request differs from those of a cassette."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .._api.conversation import newest_first
from .._api.request import Sent
from .interaction import RecordedRequest
from .matching import Matcher, betas_of, path_of
from .paths import Step, every_item, path_text

ABSENT = object()
_BETAS: tuple[Step, ...] = ("anthropic-beta",)
_WHOLE: tuple[Step, ...] = ("body",)
_AROUND = 24
_MOST = 60


class Difference(NamedTuple):
    """A place where two requests differ; what is not there is `ABSENT`."""

    steps: tuple[Step, ...]
    recorded: Any
    sent: Any

    @property
    def path(self) -> str:
        """`messages[2].content[0].text`"""
        return path_text(self.steps)

    @property
    def ignorable(self) -> bool:
        """Whether requests match that differ in nothing else, once this path is ignored."""
        is_longer = isinstance(self.steps[-1], int) and (self.recorded is ABSENT or self.sent is ABSENT)
        return not is_longer and self.steps not in (_BETAS, _WHOLE)

    @property
    def everywhere(self) -> str:
        """The path with `[*]` in the place of each index."""
        return every_item(self.steps)

    def __str__(self) -> str:
        recorded, sent = _cut(self.recorded, self.sent)
        return f"{self.path}: {recorded} -> {sent}"


def closest(request: RecordedRequest, others: Sequence[RecordedRequest], matcher: Matcher) -> int | None:
    """The place of the request that is most like `request`, the first of several; `None` where none has its path."""
    candidates = [
        place
        for place, other in enumerate(others)
        if (other.method, path_of(other.uri)) == (request.method, path_of(request.uri))
    ]
    if not candidates:
        return None
    wanted = _likeness_keys(request, matcher)
    return max(candidates, key=lambda place: (_likeness(wanted, _likeness_keys(others[place], matcher)), -place))


def differences(recorded: RecordedRequest, sent: RecordedRequest, matcher: Matcher) -> list[Difference]:
    """Every place where the two differ and may not; they have the same method and path."""
    found = []
    if betas_of(recorded) != betas_of(sent):
        found.append(Difference(_BETAS, betas_of(recorded), betas_of(sent)))
    if isinstance(recorded.body, Sent) and isinstance(sent.body, Sent):
        old, new = (matcher.kept(body) for body in (recorded.body, sent.body))
        found += _walk((), old, new)
    elif recorded.body != sent.body:
        found.append(Difference(_WHOLE, recorded.body, sent.body))
    return found


def _likeness_keys(request: RecordedRequest, matcher: Matcher) -> tuple[dict[str, Any], list[bytes]]:
    if not isinstance(request.body, Sent):
        return {}, []
    links = list(newest_first(request.body.conversation))[::-1]
    return dict(request.body.fields), [matcher.conversation(link) for link in links]


def _likeness(
    one: tuple[dict[str, Any], list[bytes]], other: tuple[dict[str, Any], list[bytes]]
) -> tuple[int, int, int]:
    """How many messages from the first on are equal, how far the lengths are apart, how many fields are equal."""
    fields, messages = one
    other_fields, other_messages = other
    shared = sum(mine == theirs for mine, theirs in zip(messages, other_messages, strict=False))
    equal = sum(fields[name] == other_fields.get(name) for name in fields)
    return shared, -abs(len(messages) - len(other_messages)), equal


def _walk(steps: tuple[Step, ...], recorded: Any, sent: Any) -> Iterator[Difference]:
    if isinstance(recorded, dict) and isinstance(sent, dict):
        for key in dict.fromkeys([*recorded, *sent]):
            yield from _walk((*steps, key), recorded.get(key, ABSENT), sent.get(key, ABSENT))
    elif isinstance(recorded, list) and isinstance(sent, list):
        for place in range(max(len(recorded), len(sent))):
            old = recorded[place] if place < len(recorded) else ABSENT
            new = sent[place] if place < len(sent) else ABSENT
            yield from _walk((*steps, place), old, new)
    elif type(recorded) is not type(sent) or recorded != sent:
        yield Difference(steps, recorded, sent)


def _cut(recorded: Any, sent: Any) -> tuple[str, str]:
    """Both values in one line each, cut to where they differ."""
    if not (isinstance(recorded, str) and isinstance(sent, str)):
        return _clipped(recorded), _clipped(sent)
    head = _shared(recorded, sent)
    tail = _shared(recorded[head:][::-1], sent[head:][::-1])
    return _window(recorded, head, tail), _window(sent, head, tail)


def _shared(one: str, other: str) -> int:
    """How many characters from the first on are the same."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (mine, its) in enumerate(pairs) if mine != its), min(len(one), len(other)))


def _window(text: str, head: int, tail: int) -> str:
    start = max(head - _AROUND, 0)
    end = min(max(len(text) - tail, head) + _AROUND // 2, start + _AROUND + _MOST, len(text))
    shown = json.dumps(text[start:end], ensure_ascii=False)[1:-1]
    return f'"{"..." * bool(start)}{shown}{"..." * (end < len(text))}"'


def _clipped(value: Any) -> str:
    if value is ABSENT:
        return "(absent)"
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."
