"""Requests that came over the socket, on their way to the real API and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import httpx

from .._environment import base_url
from .._exchange import Exchange, Forwarding
from .._hosts import upstream_url
from .._http import HttpRequest
from .._responders.elsewhere import unreachable
from .httpx import FORWARDED
from .peer import Peer, play
from .upstream import failures_noted, watched

# They belong to one connection, and this one has two.
_HOP_BY_HOP = {
    b"connection",
    b"host",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
    b"expect",
}
_KNOWN_ENCODINGS = (b"gzip", b"deflate", b"identity")
_TIMEOUTS = {"connect": 30.0, "read": None, "write": None, "pool": None}  # the client has its own

Fields = list[tuple[bytes, bytes]]


class Proxy:
    """Sends requests on to the base URL from before the server set its own; used in the thread of the server."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    async def relay(
        self, forwarding: Forwarding, request: HttpRequest, fields: Fields, body: bytes, peer: Peer
    ) -> None:
        """Give the client what the upstream answers, in the chunks in which it comes; the ledger sees them first.

        `fields` and `body` are what the client sent, before anybody read it.
        """
        url = upstream_url(base_url(), request.path)
        try:
            with failures_noted(httpx, forwarding.failed):
                response = await self._send(request, url, fields, body)
        except httpx.TransportError as error:
            await play(Exchange(unreachable(url, error), None, None), peer)
            return
        response = watched(httpx, response, forwarding)
        try:
            await peer.start(response.status_code, passed_on(response.headers.raw))
            await _pass_body(response, peer)
        except httpx.TransportError:
            await peer.hang_up()
        finally:
            await response.aclose()

    async def _send(self, request: HttpRequest, url: str, fields: Fields, body: bytes) -> httpx.Response:
        if self._client is None:
            self._client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None))
        outgoing = httpx.Request(
            request.method,
            httpx.URL(url, query=request.query.encode("latin-1") or None),
            headers=list(_readable(passed_on(fields))),
            content=body,
            extensions={FORWARDED: True, "timeout": _TIMEOUTS},
        )
        return await self._client.send(outgoing, stream=True)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


def _readable(fields: Fields) -> Iterator[tuple[bytes, bytes]]:
    """The fields of a request, such that the answer comes in no encoding that is not always known here."""
    for name, value in fields:
        if name.lower() == b"accept-encoding":
            encodings = [item.strip() for item in value.split(b",")]
            kept = [item for item in encodings if item.partition(b";")[0].strip() in _KNOWN_ENCODINGS]
            yield name, b", ".join(kept) or b"identity"
        else:
            yield name, value


async def _pass_body(response: Any, peer: Peer) -> None:
    """A body of known length is complete for the client with its last byte, and must be so for the ledger by then."""
    if "content-length" in response.headers:
        await peer.give(b"".join([chunk async for chunk in response.stream]), more=False)
        return
    async for chunk in response.stream:
        await peer.give(chunk)
    await peer.give(b"", more=False)


def passed_on(fields: Iterable[tuple[bytes, bytes]]) -> Fields:
    """The header fields that are meant for the far end."""
    return [(name, value) for name, value in fields if name.lower() not in _HOP_BY_HOP]
