"""The loopback server: one for all endpoints of the process that listen, run by uvicorn in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread, current_thread
from typing import NamedTuple

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from .._endpoint import Endpoint
from .._environment import base_url_set
from .._hosts import served
from .._settings import in_session
from .asgi import Application, Mount
from .proxy import Proxy

_THREAD = "pytest-opus server"
_BACKLOG = 2048  # as many clients may knock at once
_SEND_BUFFER = 64 * 1024  # else the system swallows a long stream whole, and nobody sees that its client left
_IDLE_SECONDS = 3600  # a tool of an agent may take its time between two requests on one connection
_ROUNDS = 16  # of the loop: more than there are from the end of a connection to the note of it on its call
_GRACE_SECONDS = 1  # connections are broken off when the server stops; what is left then is cancelled


class _Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """Uvicorn's own, which tells the application by which connection a request came."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.app_state = {"transport": transport}
        self.access_log = False  # here and not in its options, which mute any other uvicorn of the process too

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is told even where a forked process holds the connection too."""
        with suppress(OSError):
            self.transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        super().connection_lost(exc)


class Server(uvicorn.Server):
    """Uvicorn until it is told to stop; it listens when this is made, and answers as soon as its thread runs.

    `answered` is called after each request, in the thread of the server.

    Raises:
        OSError: the address cannot be listened at.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, answered: Callable[[], None] = lambda: None) -> None:
        self._socket = _listener(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._proxy = Proxy()
        self._app = Application(self._proxy, answered)
        config = uvicorn.Config(
            self._app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            workers=1,
            log_config=None,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        super().__init__(config)
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._thread = Thread(target=self._run, name=_THREAD, daemon=True)
        self._thread.start()
        served.add(self.port)

    @property
    def is_used(self) -> bool:
        return bool(self._app.mounts)

    def mount(self, path: str, endpoint: Endpoint) -> None:
        """Have `endpoint` answer the requests below `/path`; the empty path stands for the whole server."""
        self._app.mounts[path] = Mount(endpoint)

    def unmount(self, path: str) -> None:
        """Answer nothing below the path any more, and break off what is on its way."""
        mount = self._app.mounts.pop(path)
        self._app.ended[path] = mount.endpoint.name
        self._loop.call_soon_threadsafe(mount.hang_up)

    def settle(self) -> None:
        """Wait until what clients have done so far is noted: their requests, and that they went away."""
        if current_thread() is self._thread or not self._thread.is_alive():
            return
        settled = Event()

        def go_on(rounds: int) -> None:
            if rounds:
                self._loop.call_soon(go_on, rounds - 1)
            else:
                settled.set()

        with suppress(RuntimeError):  # it has stopped
            self._loop.call_soon_threadsafe(go_on, _ROUNDS)
            settled.wait(_GRACE_SECONDS)

    def stop(self) -> None:
        """End, with all connections."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        served.discard(self.port)

    def _run(self) -> None:
        log = logging.getLogger("uvicorn.error")
        log.addFilter(_tells)
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self.serve([self._socket]))
        finally:
            log.removeFilter(_tells)

    async def main_loop(self) -> None:
        await self._end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)
        await self._proxy.close()


def _tells(record: logging.LogRecord) -> bool:
    """That this server starts and stops is no news for the log of a test; that of another uvicorn is."""
    return record.levelno >= logging.WARNING or record.threadName != _THREAD


def _listener(host: str, port: int) -> socket.socket:
    # With the protocol named, asyncio switches Nagle's algorithm off, which else costs each answer some 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it means something else
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)  # each connection inherits it
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


_lock = Lock()
_shared: Server | None = None


def _forget() -> None:
    """A forked process has the server in its memory, but not the thread in which it runs."""
    global _lock, _shared
    _lock, _shared = Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class Listening(NamedTuple):
    """Where an endpoint listens, and how to wait until it has seen what clients did so far."""

    url: str
    settle: Callable[[], None]


@contextmanager
def listening(endpoint: Endpoint) -> Iterator[Listening]:
    """Have the endpoint listen, below a path that nobody can guess; its URL is `ANTHROPIC_BASE_URL` then.

    The server is started for the first endpoint. It stays until the pytest session ends, or, outside of one, until no
    endpoint listens any more.
    """
    global _shared  # noqa: PLW0603 - one server per process
    token = secrets.token_hex(16)
    with _lock:
        _shared = server = _shared or Server()
        server.mount(token, endpoint)
    url = f"http://127.0.0.1:{server.port}/{token}"
    try:
        with base_url_set(url):
            yield Listening(url, server.settle)
    finally:
        server.unmount(token)
        if not in_session():
            stop_unused()


def stop_unused() -> None:
    """Stop the server, unless an endpoint listens."""
    global _shared
    with _lock:
        if _shared is None or _shared.is_used:
            return
        server, _shared = _shared, None
    server.stop()
