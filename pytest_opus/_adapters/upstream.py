"""Answers of the real API on their way to the program: untouched, chunk by chunk, and shown to the ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import ModuleType
from typing import Any

from .._exchange import Forwarding
from .._http import End


def watched(library: ModuleType, response: Any, forwarding: Forwarding) -> Any:
    """The response, whose body is shown to the ledger as it passes."""
    forwarding.answered(response.status_code, dict(response.headers))
    return library.Response(
        response.status_code,
        headers=response.headers,
        stream=_stream_class(library)(response, forwarding),
        extensions=response.extensions,
    )


@contextmanager
def failures_noted(library: ModuleType, ended: Callable[[End, BaseException], None]) -> Iterator[None]:
    """What is raised goes on to the program; the ledger learns how the call ended."""
    try:
        yield
    except BaseException as error:
        timed_out, broken = isinstance(error, library.TimeoutException), isinstance(error, library.TransportError)
        ended("timeout" if timed_out else "dropped" if broken else "aborted", error)
        raise


@lru_cache
def _stream_class(library: ModuleType) -> Any:
    class Body(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc, name-defined]
        """The body of an upstream response, in the chunks in which it comes."""

        def __init__(self, response: Any, forwarding: Forwarding) -> None:
            self._response = response
            self._forwarding = forwarding
            self._chunks: list[bytes] = []

        def __iter__(self) -> Iterator[bytes]:
            with failures_noted(library, self._ended):
                for chunk in self._response.stream:
                    yield self._noted(chunk)
            self._ended("complete")

        async def __aiter__(self) -> AsyncIterator[bytes]:
            with failures_noted(library, self._ended):
                async for chunk in self._response.stream:
                    yield self._noted(chunk)
            self._ended("complete")

        def _noted(self, chunk: bytes) -> bytes:
            self._chunks.append(chunk)
            self._forwarding.passed()
            return chunk

        def _ended(self, end: End, error: BaseException | None = None) -> None:
            self._forwarding.ended(end, _decoded(library, self._response.headers, self._chunks), error)

        def close(self) -> None:
            self._ended("aborted")
            self._response.stream.close()

        async def aclose(self) -> None:
            self._ended("aborted")
            await self._response.stream.aclose()

    return Body


def _decoded(library: ModuleType, headers: Any, chunks: list[bytes]) -> bytes:
    """The body without its content encoding, as far as it came."""
    if "content-encoding" not in headers:
        return b"".join(chunks)
    encoded = library.Response(200, headers={"content-encoding": headers["content-encoding"]}, content=iter(chunks))
    decoded = []
    try:
        for chunk in encoded.iter_bytes():
            decoded.append(chunk)  # noqa: PERF402 - what came before a failure counts
    except library.DecodingError:  # it broke off
        pass
    return b"".join(decoded)
