"""Which requests are the same: method, path, betas and the canonical body."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from json import JSONEncoder
from typing import Any
from urllib.parse import urlsplit

from .._api.conversation import Conversation, newest_first
from .._api.request import Sent
from .interaction import RecordedRequest
from .paths import Path, without

_canonical = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Matcher:
    """Tells equal requests by a key. User agents, versions and the order of keys make no difference.

    A conversation that is sent again with every call is read once: the key of a request builds on those of the
    messages before, and what a body shares with one before it is known.

    Args:
        ignore: what may differ, as paths into the body.
    """

    def __init__(self, ignore: Iterable[Path] = ()) -> None:
        paths = [path.steps for path in ignore]
        self._of_fields = [path for path in paths if path[0] != "messages"]
        self._of_messages = [path[1:] for path in paths if path[0] == "messages"]
        self._links: dict[Conversation, bytes] = {}
        self._values: dict[int, tuple[Any, bytes]] = {}

    def key(self, request: RecordedRequest) -> bytes:
        """The same bytes for requests that are the same."""
        parts = [request.method, path_of(request.uri), ",".join(betas_of(request))]
        hashed = sha256("\0".join(parts).encode())
        body = request.body
        if isinstance(body, Sent):
            fields = without(dict(body.fields), self._of_fields)
            for name in sorted(fields):
                hashed.update(b"\0" + name.encode("utf-8", "surrogatepass") + b"\0" + self._value(fields[name]))
            hashed.update(b"\0\0" + self.conversation(body.conversation))
        else:
            hashed.update(b"\0" + (body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")))
        return hashed.digest()

    def kept(self, body: Sent) -> dict[str, Any]:
        """What of a body has to be the same."""
        fields = without(dict(body.fields), self._of_fields)
        if () in self._of_messages or body.conversation is None:
            return fields  # type: ignore[no-any-return]
        messages = [self._message(link) for link in newest_first(body.conversation)]
        return {**fields, "messages": messages[::-1]}

    def conversation(self, last: Conversation | None) -> bytes:
        """The key of a conversation; that of an empty one, and of one that may differ as a whole, is empty."""
        if () in self._of_messages:
            return b""
        new: list[Conversation] = []
        key = b""
        for link in newest_first(last):
            known = self._links.get(link)
            if known is not None:
                key = known
                break
            new.append(link)
        for link in reversed(new):
            key = self._links[link] = sha256(key + _encoded(self._message(link))).digest()
        return key

    def _message(self, link: Conversation) -> Any:
        """The message without what may differ."""
        here = (path[1:] for path in self._of_messages if path[0] in (None, link.length - 1))
        return without(link.message, here)

    def _value(self, value: Any) -> bytes:
        """The digest of a field. Programs send the same tools and system prompt with every call."""
        if not isinstance(value, dict | list):
            return _encoded(value)
        known = self._values.get(id(value))
        if known is None or known[0] is not value:
            known = self._values[id(value)] = (value, sha256(_encoded(value)).digest())
        return known[1]


def path_of(uri: str) -> str:
    """The path below the base URL: `/v1/messages`, whatever a gateway puts before it."""
    path = urlsplit(uri).path
    start = path.rfind("/v1/")
    return path[start:] if start > 0 else path


def betas_of(request: RecordedRequest) -> list[str]:
    """The values of the `anthropic-beta` header, sorted: they are a set."""
    values = request.headers.get("anthropic-beta", "").split(",")
    return sorted({value.strip() for value in values} - {""})


def _encoded(value: Any) -> bytes:
    return _canonical(value).encode("utf-8", "surrogatepass")
