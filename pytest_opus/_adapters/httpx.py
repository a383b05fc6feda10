"""The network transports of `httpx` and of `httpx2`, its fork with the same surface, and those over aiohttp.

Each transport class is wrapped once, on first use, and stays wrapped: libraries that mock HTTP save the methods they
find and put them back later. The wrapper passes every request on at once unless an endpoint claims it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import lru_cache, partial, wraps
from types import ModuleType
from typing import Any

from .. import _active
from .._endpoint import Endpoint
from .._exchange import Exchange
from .._http import Failure, Headers, HttpRequest, Reply, Step
from .tls import share
from .upstream import failures_noted, watched

_PORTS = {"http": 80, "https": 443}
FORWARDED = "pytest_opus_forwarded"
_wrappers: set[Any] = set()


def cover(library: ModuleType) -> None:
    """Wrap the transports of `httpx` or `httpx2`; a class that is wrapped already stays as it is."""
    for name, method, wrapper in (
        ("HTTPTransport", "handle_request", _sync_wrapper),
        ("AsyncHTTPTransport", "handle_async_request", _async_wrapper),
    ):
        transport = getattr(library, name, None)
        if transport is not None:  # else the library is half imported, and the next endpoint covers it
            _cover_class(library, transport, method, wrapper)


def cover_aiohttp(module: ModuleType) -> None:
    """Wrap a transport with the surface of `httpx` that sends over aiohttp; `module.httpx` is the library it serves."""
    wrapper = partial(_async_wrapper, disconnect="ReadError")
    _cover_class(module.httpx, module.AiohttpTransport, "handle_async_request", wrapper)


def _cover_class(library: ModuleType, transport: Any, method: str, wrapper: Callable[[ModuleType, Any], Any]) -> None:
    """Have all instances, those that there are and new ones, be of a covered class of their own.

    Another library may mock the method of the class at any time, before or after; what it puts there is then asked
    about the requests that no endpoint claims, in whichever order the two came.
    """
    _wrap(transport, method, lambda original: wrapper(library, original))
    if transport.__init__ in _wrappers:
        return

    def as_it_is_now(self: Any, request: Any) -> Any:
        return getattr(transport, method)(self, request)

    covered = type(transport.__name__, (transport,), {method: wrapper(library, as_it_is_now)})

    def init_wrapper(original: Any) -> Any:
        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it is put into a class that exists
            share(library, args, kwargs)
            original(self, *args, **kwargs)
            if type(self) is transport:  # a class derived by the program keeps the last word
                self.__class__ = covered

        return __init__

    _wrap(transport, "__init__", init_wrapper)
    for referrer in gc.get_referrers(transport):  # once per class: clients may be as old as their module
        if type(referrer) is transport:
            referrer.__class__ = covered


def _wrap(transport: Any, name: str, wrapper: Callable[[Any], Any]) -> None:
    original = getattr(transport, name)
    if original not in _wrappers:
        replacement = wraps(original)(wrapper(original))
        _wrappers.add(replacement)
        setattr(transport, name, replacement)


def _sync_wrapper(library: ModuleType, original: Any) -> Any:
    def handle_request(transport: Any, request: Any) -> Any:
        endpoint = None if FORWARDED in request.extensions else _active.current()
        if endpoint is None:
            return original(transport, request)
        host, port, path = _address(request)
        claim = endpoint.claim(host, port, path, request.headers)
        if claim is None:
            return original(transport, request)
        asked = _http_request(request, host, port, claim.path, request.read())
        exchange = endpoint.handle(asked, known_host=claim.known_host)
        if isinstance(exchange, Exchange):
            return _play_reply(library, request, exchange)
        request.extensions = {**request.extensions, FORWARDED: True}
        with failures_noted(library, exchange.failed):
            return watched(library, original(transport, request), exchange)

    return handle_request


def _async_wrapper(library: ModuleType, original: Any, *, disconnect: str = "") -> Any:
    """`disconnect` names the exception by which the transport tells of it, if it is not the usual one."""

    async def handle_async_request(transport: Any, request: Any) -> Any:
        endpoint = None if FORWARDED in request.extensions else _active.current()
        if endpoint is None:
            return await original(transport, request)
        host, port, path = _address(request)
        claim = endpoint.claim(host, port, path, request.headers)
        if claim is None:
            return await original(transport, request)
        asked = _http_request(request, host, port, claim.path, await request.aread())
        exchange = endpoint.handle(asked, known_host=claim.known_host)
        if isinstance(exchange, Exchange):
            exchange.reply = _told_as(exchange.reply, disconnect)
            return await _play_reply_async(library, request, exchange)
        request.extensions = {**request.extensions, FORWARDED: True}
        token = _active.forwarded.set(True)
        try:
            with failures_noted(library, exchange.failed):
                return watched(library, await original(transport, request), exchange)
        finally:
            _active.forwarded.reset(token)

    return handle_async_request


def _told_as(reply: Reply, disconnect: str) -> Reply:
    failure = reply.failure
    if failure is None or failure.kind != "disconnect" or failure.exception:
        return reply
    return reply._replace(failure=failure._replace(exception=disconnect))


def bound_transport(library: ModuleType, endpoint: Endpoint) -> Any:
    """A transport of the library that reaches `endpoint` and nothing else, whichever endpoint is active."""

    class Transport(library.BaseTransport, library.AsyncBaseTransport):  # type: ignore[misc, name-defined]
        def handle_request(self, request: Any) -> Any:
            return _play_reply(library, request, _exchange(endpoint, request, request.read()))

        async def handle_async_request(self, request: Any) -> Any:
            return await _play_reply_async(library, request, _exchange(endpoint, request, await request.aread()))

    return Transport()


def _exchange(endpoint: Endpoint, request: Any, body: bytes) -> Any:
    host, port, path = _address(request)
    claim = endpoint.claim(host, port, path, request.headers)
    below = claim.path if claim and claim.known_host else path[max(path.find("/v1/"), 0) :]
    return endpoint.handle(_http_request(request, host, port, below, body))


def _play_reply(library: ModuleType, request: Any, exchange: Exchange) -> Any:
    for _ in _play(library, exchange.head()):
        pass
    return _response(library, request, exchange)


async def _play_reply_async(library: ModuleType, request: Any, exchange: Exchange) -> Any:
    async for _ in _play_async(library, exchange, exchange.head()):
        pass
    return _response(library, request, exchange)


def _address(request: Any) -> tuple[str, int, str]:
    url = request.url
    return url.host, url.port or _PORTS.get(url.scheme, 0), url.path


def _http_request(request: Any, host: str, port: int, path: str, body: bytes) -> HttpRequest:
    return HttpRequest(
        method=request.method,
        host=host,
        port=port,
        path=path,
        query=request.url.query.decode("ascii"),
        headers=Headers(request.headers.raw),
        body=body,
        received=time.time(),
        read_timeout=request.extensions.get("timeout", {}).get("read"),
    )


def _response(library: ModuleType, request: Any, exchange: Exchange) -> Any:
    return library.Response(
        exchange.reply.status,
        headers=exchange.reply.headers,
        stream=_stream_class(library)(exchange),
        request=request,
        extensions={"http_version": b"HTTP/1.1"},
    )


def _exception(library: ModuleType, failure: Failure) -> Exception:
    usual = {"connect_error": "ConnectError", "read_timeout": "ReadTimeout", "disconnect": "RemoteProtocolError"}
    recorded: Any = getattr(library, failure.exception, None) if failure.exception else None
    if isinstance(recorded, type) and issubclass(recorded, library.TransportError):
        return recorded(failure.message)  # type: ignore[no-any-return]
    return getattr(library, usual[failure.kind])(failure.message)  # type: ignore[no-any-return]


def _play(library: ModuleType, steps: Iterator[Step]) -> Iterator[bytes]:
    """The bytes of the steps; waits are slept, failures raised."""
    for step in steps:
        if isinstance(step, bytes):
            yield step
        elif isinstance(step, Failure):
            raise _exception(library, step)
        else:
            time.sleep(step.seconds)


async def _play_async(library: ModuleType, exchange: Exchange, steps: Iterator[Step]) -> AsyncIterator[bytes]:
    """As `_play()`; a task that is cancelled while it waits aborts the exchange."""
    for step in steps:
        if isinstance(step, bytes):
            yield step
        elif isinstance(step, Failure):
            raise _exception(library, step)
        else:
            from anyio import sleep

            try:
                await sleep(step.seconds)
            except BaseException:
                exchange.abort()
                raise


@lru_cache
def _stream_class(library: ModuleType) -> Any:
    class Body(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc, name-defined]
        """The body of a reply; sync and async clients read the same object."""

        def __init__(self, exchange: Exchange) -> None:
            self._exchange = exchange

        def __iter__(self) -> Iterator[bytes]:
            return _play(library, self._exchange.body())

        def __aiter__(self) -> AsyncIterator[bytes]:
            return _play_async(library, self._exchange, self._exchange.body())

        def close(self) -> None:
            self._exchange.abort()

        async def aclose(self) -> None:
            self._exchange.abort()

    return Body
