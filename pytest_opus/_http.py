"""HTTP as data: what an adapter hands in and what it gets back.

Adapters turn a client's request into an `HttpRequest` and play the `Reply`; nothing in here does IO.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, overload

if TYPE_CHECKING:
    from ._ledger.problems import Problem

Default = TypeVar("Default")

SECRET_HEADERS = frozenset({"authorization", "x-api-key", "proxy-authorization", "cookie"})


class Secret(str):
    """A key. No `repr` of it, of a dict that holds it, or of pytest shows it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'...'"


class Headers(Mapping[str, str]):
    """Header fields by name, in any case, made of text or of the bytes of the wire; keys are `Secret`."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str | bytes, str | bytes]] = ()) -> None:
        self._fields = _merged(
            [
                (_lower(name), value if isinstance(value, str) else value.decode("utf-8", "replace"))
                for name, value in fields
            ]
        )

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: Default) -> str | Default: ...
    def get(self, name: str, default: object = None) -> object:
        """As of any mapping, which would raise and catch an exception for every field that is not there."""
        return self._fields.get(name.lower(), default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({self._fields!r})"


def _merged(fields: list[tuple[str, str]]) -> dict[str, str]:
    merged = dict(fields)
    if len(merged) < len(fields):
        merged = {key: ", ".join(value for name, value in fields if name == key) for key in merged}
    for key in SECRET_HEADERS:
        if key in merged:
            merged[key] = Secret(merged[key])
    return merged


@lru_cache(maxsize=256)
def _lower(name: str | bytes) -> str:
    """Every request brings the same names."""
    return (name.decode("ascii") if isinstance(name, bytes) else name).lower()


class HttpRequest(NamedTuple):
    """A request to a Messages host.

    `path` has lost the prefix of the base URL; `received` is a Unix time; `read_timeout` is how many seconds the client
    waits for bytes, `None` if for ever.
    """

    method: str
    host: str
    port: int
    path: str
    query: str
    headers: Headers
    body: bytes
    received: float
    read_timeout: float | None = None


def decoded(request: HttpRequest) -> HttpRequest:
    """The request without the content encoding of its body; one that cannot be undone is left to whoever reads it."""
    encoding = request.headers.get("content-encoding", "").lower()
    if encoding not in _WINDOW_BITS:
        return request
    for bits in _WINDOW_BITS[encoding]:
        try:
            return request._replace(body=zlib.decompress(request.body, bits))
        except zlib.error:
            pass
    return request


_GZIP, _RAW = 16 + zlib.MAX_WBITS, -zlib.MAX_WBITS
_WINDOW_BITS = {"gzip": (_GZIP,), "x-gzip": (_GZIP,), "deflate": (zlib.MAX_WBITS, _RAW)}  # some deflate without a head


class Sleep(NamedTuple):
    """Wait so many seconds."""

    seconds: float


class Failure(NamedTuple):
    """Fail as the network would, with the HTTP library's own exception.

    `exception` names its class where a recording knows it; else the usual one of the kind is meant.
    """

    kind: Literal["connect_error", "read_timeout", "disconnect"]
    message: str
    exception: str = ""


Step = bytes | Sleep | Failure
"""What an adapter does next: hand over bytes, wait, or fail."""


End = Literal["complete", "aborted", "dropped", "timeout"]


class Upstream(NamedTuple):
    """What came back from upstream, when nothing more comes.

    `body` has its content encoding undone; `exception` is the class name of what the HTTP library raised, `reason` its
    message; `first_byte` and `seconds` are counted from the request.
    """

    status: int | None
    headers: Mapping[str, str]
    body: bytes
    end: End
    first_byte: float | None
    seconds: float
    exception: str = ""
    reason: str = ""


class Forward(NamedTuple):
    """Send the request upstream, and tell `record` what came back."""

    record: Callable[[Upstream], None] | None = None


class Reply(NamedTuple):
    """An answer to give: `chunks` follow the head, which comes after `delay` seconds.

    `waits` says how many seconds come before the chunk of an index, where there are any.
    `failure` comes after the chunks, or instead of everything if `status` is `None`; `end` is how the delivery ends
    if nothing else happens. `beyond` is the problem of a client that reads on where it went away when it was recorded,
    for which it has `linger` seconds; `took` is how many a recorded answer had taken to its first byte and to its end.
    `message`, `error` and `estimated` tell the ledger what the bytes mean.
    """

    status: int | None
    headers: Mapping[str, str]
    chunks: Sequence[bytes]
    delay: float = 0.0
    waits: Mapping[int, float] = {}
    failure: Failure | None = None
    end: End = "complete"
    message: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    estimated: bool = False
    problems: Sequence[Problem] = ()
    beyond: Problem | None = None
    linger: float = 0.0
    took: tuple[float | None, float | None] = (None, None)
