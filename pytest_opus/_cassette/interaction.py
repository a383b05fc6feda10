"""What a cassette holds: requests and the answers that they got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .._api.events import message_in
from .._api.request import Sent

State = str
"""How an answer ended: `complete`; `aborted` by the program; `error:ReadTimeout` and the like: the class of the HTTP
library's exception, before the answer or in the middle of it."""


class Json(NamedTuple):
    """A body that is JSON."""

    value: Any


class Events(NamedTuple):
    """A body that is a stream of server-sent events, the JSON objects of their `data` in order.

    `rest` is what followed the last whole event: the beginning of one that never ended, or something that is no event.
    """

    events: Sequence[dict[str, Any]]
    rest: str = ""


Body = Json | Events | str | bytes
"""The body of an answer; text that is no JSON is `str`, what is no text is `bytes`, none at all is `""`."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as it is stored and matched: scrubbed, with the headers that matter.

    A body that is a JSON object is a `Sent`: its fields, and its messages as a conversation, whose links are shared
    with those of other interactions.
    """

    method: str
    uri: str
    headers: Mapping[str, str]
    body: Sent | str | bytes = ""


class RecordedAt(NamedTuple):
    """When an answer was recorded, and how long it took: everything about it that changes with every recording.

    `day` is `2026-11-22`; `first_byte` and `seconds` are counted from the request, as for a `Call`.
    """

    day: str = ""
    first_byte: float | None = None
    seconds: float | None = None


_NOT_TOLD = RecordedAt()


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """An answer as it is stored, scrubbed. `status` is `None` where the network failed before there was one.

    `reason` is the message of the exception of an `error:` state. `test` is the id of the test that recorded it, where
    several tests share the cassette; `sdk` is the program's client library, such as `python 2.12.0`.
    """

    status: int | None
    headers: Mapping[str, str]
    body: Body = ""
    state: State = "complete"
    reason: str = ""
    recorded: RecordedAt = _NOT_TOLD
    sdk: str = ""
    test: str = ""

    def __deepcopy__(self, memo: object) -> RecordedResponse:
        """vcrpy copies what it keeps; this is never changed."""
        return self


class Interaction(NamedTuple):
    """A request and the answer that it got."""

    request: RecordedRequest
    response: RecordedResponse


class CassetteError(Exception):
    """A cassette that cannot be read or written; the message names the file, the line where there is one, what is
    wrong, and what to do.
    """


def message_of(body: Body) -> dict[str, Any] | None:
    """The message that a body carries, as far as it came; `None` for errors, other objects, and text."""
    match body:
        case Json(dict() as value) if value.get("type") == "message":
            return value
        case Events(events, _):
            return message_in(events)
    return None
