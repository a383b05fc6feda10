"""HTTP as data: what an adapter hands in and what it gets back.

Adapters turn a client's request into an `HttpRequest` and play the `Reply`; nothing in here does IO.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._ledger.problems import Problem

SECRET_HEADERS = frozenset({"authorization", "x-api-key", "proxy-authorization", "cookie"})


class Headers(Mapping[str, str]):
    """Header fields by name, in any case; `repr` hides keys, so that no failure message shows one."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        merged: dict[str, str] = {}
        for name, value in fields:
            key = name.lower()
            merged[key] = f"{merged[key]}, {value}" if key in merged else value
        self._fields = merged

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        shown = {name: "..." if name in SECRET_HEADERS else value for name, value in self.items()}
        return f"Headers({shown!r})"


@dataclass(frozen=True)
class HttpRequest:
    """A request to a Messages host. `path` has lost the prefix of the base URL; `received` is a Unix time."""

    method: str
    host: str
    port: int
    path: str
    query: str
    headers: Headers
    body: bytes
    received: float

    @cached_property
    def json(self) -> Any:
        """The body as a JSON value.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.body, parse_constant=_no_json)


def _no_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes of a body, delivered after `wait` seconds."""

    data: bytes
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to give: `chunks` follow the head, which comes after `delay` seconds.

    `message`, `events`, `error` and `estimated` tell the ledger what the bytes mean: for a stream `events[i]` is what
    `chunks[i]` carries.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Sequence[Chunk]
    delay: float = 0.0
    message: dict[str, Any] | None = None
    events: Sequence[dict[str, Any]] | None = None
    error: dict[str, Any] | None = None
    estimated: bool = False
    problems: Sequence[Problem] = field(default=())
