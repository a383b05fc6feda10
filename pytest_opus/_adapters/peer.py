"""The client of one request, as an ASGI application sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from .._exchange import Exchange
from .._http import Sleep, Step

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

T = TypeVar("T")

_AT_A_STRETCH = 8  # chunks that are sent together; then other connections have their turn


class Gone(Exception):  # noqa: N818
    """The client is not there any more."""


class Peer:
    """The client of one request, at the other end of the connection."""

    def __init__(self, transport: asyncio.Transport, receive: Receive, send: Send) -> None:
        self.transport = transport
        self._receive = receive
        self._send = send

    async def body(self) -> bytes:
        pieces = []
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Gone
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        if self.transport.is_closing():
            raise Gone
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def give(self, data: bytes, *, more: bool = True) -> None:
        """Some of the body, the last of it if there is no `more`."""
        await self._send({"type": "http.response.body", "body": data, "more_body": more})
        if more and self.transport.is_closing():
            await self._left()
            raise Gone

    async def wait(self, seconds: float | None) -> None:
        """Wait, for ever if need be, while the client is there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._left()
                raise Gone

    async def hang_up(self) -> None:
        """Close the connection as it is; what was sent arrives."""
        self.transport.close()
        await self._left()

    async def meanwhile(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work as long as the client is there."""
        task, watcher = asyncio.ensure_future(work), asyncio.ensure_future(self._left())
        try:
            await asyncio.wait((task, watcher), return_when=asyncio.FIRST_COMPLETED)
            if watcher.done() and self.transport.is_closing():
                task.cancel()
            await asyncio.wait((task,))
        finally:
            watcher.cancel()
            task.cancel()
        if not task.cancelled():
            task.result()

    async def unless_gone(self, answer: asyncio.Future[T]) -> T:
        """What the future brings, as long as the client waits for it."""
        watcher = asyncio.ensure_future(self._left())
        try:
            await asyncio.wait((answer, watcher), return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise Gone
            return answer.result()
        finally:
            watcher.cancel()
            answer.cancel()

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def play(exchange: Exchange, peer: Peer) -> None:
    """Give the client what the endpoint decided. Waits and failures are real ones here."""
    reply = exchange.reply
    try:
        for before in exchange.head():
            await _endure(before, peer)
        await peer.start(reply.status or 0, [(name.encode(), value.encode()) for name, value in reply.headers.items()])
        ready: list[bytes] = []
        for step in exchange.body():
            if isinstance(step, bytes):
                ready.append(step)
                if len(ready) < _AT_A_STRETCH and len(step) > 1:  # who cuts a stream into bytes wants them one by one
                    continue
            if ready:
                await peer.give(b"".join(ready))
                ready.clear()
            await _endure(step, peer)
        await peer.give(b"".join(ready), more=False)
    except BaseException:
        exchange.abort()
        raise


async def _endure(step: Step, peer: Peer) -> None:
    if isinstance(step, bytes):
        await asyncio.sleep(0)
        return
    if isinstance(step, Sleep):
        await peer.wait(step.seconds)
        return
    if step.kind == "read_timeout":
        await peer.wait(None)
    await peer.hang_up()
    raise Gone
