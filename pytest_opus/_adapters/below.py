"""The second line of defence, below the HTTP libraries: no connection to a Messages host that an endpoint stands for.

Programs may use clients that cannot be answered in process, and other tools may put back what they find patched.
Python tells an audit hook of every name that is looked up, every connection, and everything that `http.client` sends;
an exception of the hook keeps it from happening.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from .. import _active

Address = tuple[str, int | None]
_SERVICES = {"http": 80, "https": 443}
_installed = False


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
    if getattr(original, "__wrapped__", None) is not None:
        return

    @wraps(original)
    async def request(self: Any, method: str, str_or_url: Any, **kwargs: Any) -> Any:
        url = self._build_url(str_or_url)
        if refusal := _refusal((url.host or "", url.port)):
            raise module.ClientConnectionError(refusal)
        return await original(self, method, str_or_url, **kwargs)

    session._request = request  # noqa: SLF001


def _audit(event: str, args: tuple[Any, ...]) -> None:
    address_of = _ADDRESSES.get(event)
    if address_of is None:
        return
    address = address_of(args)
    if address and (refusal := _refusal(address)):
        raise RefusedError(refusal)


def _refusal(address: Address) -> str | None:
    """Why nothing may be sent there."""
    endpoint = _active.current()
    return endpoint.forbid(*address) if endpoint is not None else None


def _looked_up(args: tuple[Any, ...]) -> Address | None:
    host, port, *_ = args
    return _address(host, port)


def _connected(args: tuple[Any, ...]) -> Address | None:
    address = args[1]
    return _address(*address[:2]) if isinstance(address, tuple) and len(address) >= 2 else None


def _sent(args: tuple[Any, ...]) -> Address | None:
    return _address(getattr(args[0], "host", None), getattr(args[0], "port", None))


def _address(host: Any, port: Any) -> Address | None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if not isinstance(name, str):
        return None
    number = port if isinstance(port, int) else _SERVICES.get(str(port))
    return name.lower().rstrip("."), number


_ADDRESSES: dict[str, Callable[[tuple[Any, ...]], Address | None]] = {
    "socket.getaddrinfo": _looked_up,
    "socket.connect": _connected,
    "http.client.send": _sent,
}
