"""The second line of defence, below the HTTP libraries: no connection to a Messages host that an endpoint stands for.

Programs may use clients that cannot be answered in process, and other tools may put back what they find patched.
Python tells an audit hook of every name that is looked up, every connection, and everything that `http.client` sends;
an exception of the hook keeps it from happening.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from types import ModuleType
from typing import Any

from .. import _active

Address = tuple[str, int | None]
_SERVICES = {"http": 80, "https": 443}
_HEAD = re.compile(
    rb"[A-Z]+ \S+ HTTP/1\.\d\r\n(?:\S[^\r\n]*\r\n)*?host:[ \t]*(\[[^]]*\]|[^:\s]*):?(\d*)", re.IGNORECASE
)
_installed = False
_wrappers: set[Any] = set()


class RefusedError(ConnectionRefusedError):
    """A connection to a Messages host while an endpoint stands for it."""


def guard_connections() -> None:
    """Have connections watched from now on. An audit hook stays for good; without an endpoint this one does nothing."""
    global _installed  # noqa: PLW0603 - there is one interpreter
    if not _installed:
        _installed = True
        sys.addaudithook(_audit)


def cover_aiohttp_client(module: ModuleType) -> None:
    """Watch a session of `aiohttp`: what it sends over a connection that it has kept is told to no audit hook."""
    session = module.ClientSession
    original = session._request  # noqa: SLF001 - all of its methods come through here
    if original in _wrappers:
        return

    @wraps(original)
    async def request(self: Any, method: str, str_or_url: Any, **kwargs: Any) -> Any:
        url = self._build_url(str_or_url)
        forwarded = _active.forwarded.get()  # a transport over aiohttp sends what an endpoint has let through
        if not forwarded and (refusal := _refusal((url.host or "", url.port), recordable=False)):
            raise module.ClientConnectionError(refusal)
        return await original(self, method, str_or_url, **kwargs)

    _wrappers.add(request)
    session._request = request  # noqa: SLF001


def cover_uvloop(module: ModuleType) -> None:
    """Watch the loop of `uvloop`, which looks names up and connects below Python."""
    original = module.Loop.create_connection
    if original in _wrappers:
        return

    @wraps(original)
    async def create_connection(
        self: Any, protocol_factory: Any, host: Any = None, port: Any = None, **kwargs: Any
    ) -> Any:
        _refuse(_address(host, port), recordable=True)
        return await original(self, protocol_factory, host, port, **kwargs)

    _wrappers.add(create_connection)
    module.Loop.create_connection = create_connection


def _audit(event: str, args: tuple[Any, ...]) -> None:
    addresses_of = _ADDRESSES.get(event)
    if addresses_of is not None and _active.current() is not None:
        for address in addresses_of(args):
            _refuse(address, recordable=event != "http.client.send")


def _refuse(address: Address | None, *, recordable: bool) -> None:
    if address and (refusal := _refusal(address, recordable=recordable)):
        raise RefusedError(refusal)


def _refusal(address: Address, *, recordable: bool) -> str | None:
    """Why nothing may be sent there; `recordable` unless it is known that no adapter sends it."""
    endpoint = _active.current()
    return endpoint.forbid(*address, recordable=recordable) if endpoint is not None else None


def _looked_up(args: tuple[Any, ...]) -> Iterator[Address | None]:
    host, port, *_ = args
    yield _address(host, port)


def _connected(args: tuple[Any, ...]) -> Iterator[Address | None]:
    address = args[1]
    if isinstance(address, tuple) and len(address) >= 2:
        yield _address(*address[:2])


def _sent(args: tuple[Any, ...]) -> Iterator[Address | None]:
    """Where `http.client` sends to: over a proxy it is the tunnel's end, or stands in the request alone."""
    connection, data = args
    yield _address(getattr(connection, "host", None), getattr(connection, "port", None))
    yield _address(getattr(connection, "_tunnel_host", None), getattr(connection, "_tunnel_port", None))
    if isinstance(data, bytes) and (found := _HEAD.match(data)):
        yield _address(found[1].strip(b"[]"), int(found[2] or 0) or None)


def _address(host: Any, port: Any) -> Address | None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if not isinstance(name, str):
        return None
    number = port if isinstance(port, int) else _SERVICES.get(str(port))
    return name.lower().rstrip("."), number


_ADDRESSES: dict[str, Callable[[tuple[Any, ...]], Iterator[Address | None]]] = {
    "socket.getaddrinfo": _looked_up,
    "socket.connect": _connected,
    "http.client.send": _sent,
}
