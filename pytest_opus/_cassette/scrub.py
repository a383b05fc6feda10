"""What is stored of requests and answers: without keys, without what tells who recorded them.

The same text is scrubbed in the same way when it is recorded and when it is matched, on any machine.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from itertools import chain
from typing import Any, Literal, Self
from urllib.parse import unquote

from . import deltas, encoded, secrets
from .known import Known, credentials_of, of_environment
from .personal import Personal
from .secrets import placeholder
from .spans import Span, cut, merged
from .values import rebuilt, strings_of

Direction = Literal["request", "response"]

_KEPT_HEADERS: dict[Direction, frozenset[str]] = {
    "request": frozenset({"anthropic-version", "anthropic-beta", "content-type"}),
    "response": frozenset({"content-type", "retry-after", "retry-after-ms", "x-should-retry", "request-id"}),
}
_SECRET_HEADER = re.compile(
    r"^(?!anthropic-ratelimit-)"  # those count tokens
    r".*?(?:auth|key|token|secret|cookie|credential|password|session|organization-id|workspace-id)",
    re.IGNORECASE,
)
_SECRET_PARAMETER = re.compile(
    r"(?:^|[-_.])(?:api)?(?:key|token|secret|password|passwd|pwd|auth|sig|signature|credential|code|session)$",
    re.IGNORECASE,
)
_IDS_OF_ACCOUNTS = frozenset(
    {"organization_id", "organization_uuid", "org_id", "org_uuid", "workspace_id", "account_id", "account_uuid"}
)
_USER_ID = re.compile(r"<scrubbed user-id [0-9a-f]{2}>")
_SHORT_DATA = 1024 * 4 // 3
_ROUNDS = 8
_DEPTH = 2


class Scrubber:
    """Takes secrets out of what is recorded.

    A placeholder such as `<scrubbed GITHUB_TOKEN>` or `<scrubbed github-token 5f3a>` stands where a secret stood.
    Nothing is changed in place, and what holds no secret is returned as it is, the same object.
    """

    def __init__(self, known: Known, personal: Personal) -> None:
        self._known = known
        self._personal = personal

    @classmethod
    def of(cls, environ: Mapping[str, str], home: str, hostname: str, user: str, extra: Iterable[str] = ()) -> Self:
        """A scrubber for a program with this environment; `extra` are secrets, or names of variables that hold one."""
        known = Known()
        for number, name in enumerate(extra, start=1):
            value = environ.get(name)
            known.add(value or name, name if value else f"secret-{number}")
        scrubber = cls(known, Personal(home, hostname, user))
        scrubber.learn_environment(environ)
        return scrubber

    def learn_environment(self, environ: Mapping[str, str]) -> None:
        """What the variables hold whose names say that it is secret."""
        for value, name in of_environment(environ):
            self._known.add(value, name)

    def learn(self, value: str, name: str) -> None:
        """What a request carried in the header `name` is secret from now on, wherever it stands.

        Keys that nobody would keep secret, such as `test-key`, are not: they are words of many prompts.
        """
        for secret in credentials_of(name.lower(), value):
            self._known.add(secret, name.lower())

    def learn_headers(self, headers: Mapping[str, str]) -> None:
        """The same for all headers of a request whose names say that they hold a secret."""
        for name, value in headers.items():
            if is_secret_header(name):
                self.learn(str.__str__(value), name)

    def uri(self, uri: str) -> str:
        """Without user and password, and without the values of parameters such as `key` and `token`."""
        uri = re.sub(r"^([A-Za-z][\w+.-]*://)[^/?#]*@", r"\1", uri)
        path, mark, query = uri.partition("?")
        return self.text(path + mark + "&".join(map(_parameter, query.split("&"))))

    def headers(self, headers: Mapping[str, str], direction: Direction, number: int = 0) -> dict[str, str]:
        """Those that matter for an answer, or to clients, by their names in lower case.

        `number` is the place of the interaction: the request id of its answer is made of it.
        """
        fields = ((name.lower(), value) for name, value in headers.items())
        kept = {name: self.text(value) for name, value in fields if name in _KEPT_HEADERS[direction]}
        return kept | {"request-id": _request_id(number)} if "request-id" in kept else kept

    def text(self, text: str) -> str:
        """A text without secrets, in whatever encoding they stand there."""
        return self._pieces([text])[0]

    def data(self, data: bytes) -> bytes:
        """The same for bytes that are no text."""
        text = data.decode("latin-1")
        scrubbed = self.text(text)
        return data if scrubbed is text else scrubbed.encode("latin-1", "replace")

    def json(self, value: Any, direction: Direction = "request", number: int = 0) -> Any:
        """A JSON value without secrets, keys of objects included.

        Of a request, images and documents of 1 KB or more become `<base64 image/png 1048576 bytes sha256:...>`.
        """
        if isinstance(value, dict):
            value = self._without_user(value) if direction == "request" else _without_ids(value, number)
        strings = list(strings_of(value))
        if direction == "request" and "base64" in strings:
            value = rebuilt(value, whole=_without_data)
            strings = list(strings_of(value))
        return rebuilt(value, self.text) if self._finds_any("\0".join(strings)) else value

    def events(self, events: Sequence[dict[str, Any]], number: int = 0) -> Sequence[dict[str, Any]]:
        """The events of a stream: they accumulate to the message without secrets, also where deltas cut one."""
        new = deltas.scrubbed(events, self._block)
        for place, event in enumerate(new):
            if not deltas.is_piece(event):
                new[place] = self.json(event, "response", number)
        return events if all(map(_is, new, events)) else new

    def restored(self, value: Any) -> Any:
        """A JSON value of an answer with this user's home directories again, for the program that it is replayed to."""
        return rebuilt(value, self._personal.restored) if any("<user>" in text for text in strings_of(value)) else value

    def secrets(self, text: str) -> list[Span]:
        """Everything in a text that is not to be stored."""
        return merged(self._spans(text))

    def credentials(self, text: str) -> list[Span]:
        """What in a text is a secret for certain: known, or a token by its form."""
        return merged(self._credentials(text, secrets.TOKEN, _DEPTH))

    def _without_user(self, fields: dict[str, Any]) -> dict[str, Any]:
        """`metadata.user_id`: who it was is nobody's business, that it was somebody else matters."""
        metadata = fields.get("metadata")
        user_id = metadata.get("user_id") if isinstance(metadata, dict) else None
        if metadata is None or not isinstance(user_id, str) or not user_id or _USER_ID.fullmatch(user_id):
            return fields
        hidden = placeholder("user-id", self.text(user_id), digits=2)
        return fields | {"metadata": metadata | {"user_id": hidden}}

    def _block(self, name: str, pieces: Sequence[str], whole: bool) -> Sequence[str]:
        """The pieces of a text of a stream; one that was cut off may end within a secret."""
        if name == "partial_json":
            return cut(pieces, deltas.literals("".join(pieces), self.text, self._beginning))
        return self._pieces(pieces, whole=whole)

    def _beginning(self, text: str) -> str:
        return self._pieces([text], whole=False)[0]

    def _pieces(self, pieces: Sequence[str], *, whole: bool = True) -> Sequence[str]:
        """The pieces of a text; what a replacement uncovers is replaced too."""
        text = "".join(pieces)
        spans = merged(chain(self._spans(text), () if whole else self._known.endings(text)))
        for _ in range(_ROUNDS):
            if not spans:
                break
            pieces = cut(pieces, spans)
            spans = self.secrets("".join(pieces))
        return pieces

    def _finds_any(self, text: str) -> bool:
        return any(True for _ in self._spans(text))

    def _spans(self, text: str) -> Iterator[Span]:
        yield from self._personal.spans(text)
        yield from self._credentials(text, secrets.PERSONAL, _DEPTH)

    def _credentials(self, text: str, lowest: int, depth: int) -> Iterator[Span]:
        yield from self._known.spans(text)
        yield from secrets.spans(text, lowest)
        if depth:
            yield from encoded.spans(text, partial(self._credentials, lowest=lowest, depth=depth - 1))


def is_secret_header(name: str) -> bool:
    return bool(_SECRET_HEADER.search(name))


def _parameter(pair: str) -> str:
    name, equals, value = pair.partition("=")
    hidden = value and _SECRET_PARAMETER.search(unquote(name))
    return f"{name}={placeholder('query-value')}" if hidden else name + equals + value


def _request_id(number: int) -> str:
    return f"req_opus_{number}" if number else placeholder("request-id")


def _without_data(item: dict[str, Any]) -> dict[str, Any]:
    """The source of an image or a document by the hash of its bytes."""
    data, media_type = item.get("data"), item.get("media_type")
    if item.get("type") != "base64" or not isinstance(data, str) or len(data) < _SHORT_DATA:
        return item
    try:
        content = b64decode(data)
    except (Error, ValueError):
        content = data.encode("utf-8", "surrogatepass")
    digest = sha256(content).hexdigest()[:16]
    return item | {"data": f"<base64 {media_type} {len(content)} bytes sha256:{digest}>"}


def _without_ids(answer: dict[str, Any], number: int) -> dict[str, Any]:
    """Ids of requests and accounts, where the API puts them: beside an error and in it, and in a message."""
    new = dict(answer)
    for name, value in answer.items():
        if name in ("error", "message", "details") and isinstance(value, dict):
            new[name] = _without_ids(value, number)
        elif isinstance(value, str) and value:
            if name == "request_id":
                new[name] = _request_id(number)
            elif name in _IDS_OF_ACCOUNTS and not value.startswith("<scrubbed "):
                new[name] = placeholder(name.replace("_", "-"), value, digits=4)
    return answer if all(new[name] is answer[name] or new[name] == answer[name] for name in new) else new


def _is(one: Any, other: Any) -> bool:
    return one is other
