"""The ASGI application behind the loopback server: any client is answered by the endpoint whose path it asks.

The server tells in `scope["state"]["transport"]` by which connection a request came, since ASGI has no word for
breaking one off.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from weakref import WeakSet

from .. import _active
from .._endpoint import Endpoint
from .._exchange import Exchange, Forwarding
from .._hosts import ANTHROPIC, path_below_base
from .._http import Headers, HttpRequest, Reply
from .._responders.elsewhere import PATHLESS, late, pathless, unforeseen
from .peer import Gone, Message, Peer, Receive, Send, play
from .proxy import Proxy


class Mount:
    """An endpoint on the server, and the connections by which it was asked."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.transports: WeakSet[asyncio.Transport] = WeakSet()

    def hang_up(self) -> None:
        """Break off all connections; in the thread of the server."""
        for transport in list(self.transports):
            transport.abort()


class Application:
    """Endpoints by the first part of their path; the one under the empty path gets whatever no other one claims."""

    def __init__(self, proxy: Proxy, answered: Callable[[], None]) -> None:
        self.mounts: dict[str, Mount] = {}
        self.ended: dict[str, str] = {}  # the names of endpoints by paths that were theirs
        self._proxy = proxy
        self._answered = answered

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        peer = Peer(scope["state"]["transport"], receive, send)
        with suppress(Gone):
            await self._serve(scope, peer)
        self._answered()

    async def _serve(self, scope: Message, peer: Peer) -> None:
        body = await peer.body()
        first, below = _split(scope["path"])
        is_known = first in self.mounts or first in self.ended
        mount = self.mounts.get(first if is_known else "")
        request = _http_request(scope, path_below_base(below if is_known else scope["path"]), body)
        if mount is None:
            await play(Exchange(self._lost(request, first), None, None), peer)
            return
        mount.transports.add(peer.transport)
        answer = await _answer(mount.endpoint, request, peer)
        if isinstance(answer, Exchange):
            await play(answer, peer)
        else:
            await peer.meanwhile(self._proxy.relay(answer, request, scope["headers"], body, peer))

    def _lost(self, request: HttpRequest, first: str) -> Reply:
        """The answer to a request that belongs to no test, which whoever could miss it is told."""
        if first in self.ended:
            reply = late(request, self.ended[first])
            _active.stray += reply.problems
            return reply
        for mount in list(self.mounts.values()):
            mount.endpoint.missed(request, PATHLESS)
        return pathless(request)


def _split(path: str) -> tuple[str, str]:
    """The first part of a path, and what follows it."""
    first, _, rest = path[1:].partition("/")
    return first, f"/{rest}"


def _http_request(scope: Message, path: str, body: bytes) -> HttpRequest:
    return HttpRequest(
        method=scope["method"],
        host=ANTHROPIC,  # which the server stands for
        port=443,
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=Headers(scope["headers"]),
        body=body,
        received=time.time(),
    )


Answer = Exchange | Forwarding


async def _answer(endpoint: Endpoint, request: HttpRequest, peer: Peer) -> Answer:
    """What the endpoint answers. Functions of the test may take their time, and so run in a thread of their own."""
    if not endpoint.calls_functions:
        return _handled(endpoint, request)
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Answer] = loop.create_future()

    def settle(found: Answer) -> None:
        if not answer.done():
            answer.set_result(found)
        elif isinstance(found, Exchange):  # the client went away before
            found.abort()

    def handle() -> None:
        found = _handled(endpoint, request)
        with suppress(RuntimeError):  # the server has stopped meanwhile
            loop.call_soon_threadsafe(settle, found)

    Thread(target=handle, name="pytest-opus turn", daemon=True).start()
    return await peer.unless_gone(answer)


def _handled(endpoint: Endpoint, request: HttpRequest) -> Answer:
    """What the endpoint answers, whatever a function of the test raises: no client waits for ever."""
    try:
        return endpoint.handle(request)
    except BaseException as error:  # noqa: BLE001 - a KeyboardInterrupt, say
        reply = unforeseen(request, None, error)
        _active.stray += reply.problems
        return Exchange(reply, None, None)
