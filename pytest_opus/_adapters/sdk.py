"""Clients of the `anthropic` SDK that are wired to one endpoint, whichever HTTP library the SDK sits on."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .._endpoint import Endpoint
from .httpx import answer, answer_async

if TYPE_CHECKING:
    import anthropic


def sync_client(endpoint: Endpoint, options: dict[str, Any]) -> anthropic.Anthropic:
    sdk = _sdk("client()")
    library = _http_library(sdk.DefaultHttpxClient)

    class Transport(library.BaseTransport):  # type: ignore[misc, name-defined]
        def handle_request(self, request: Any) -> Any:
            return _claimed(answer(library, endpoint, request), request)

    return sdk.Anthropic(**{"http_client": sdk.DefaultHttpxClient(transport=Transport())} | options)  # type: ignore[no-any-return]


def async_client(endpoint: Endpoint, options: dict[str, Any]) -> anthropic.AsyncAnthropic:
    sdk = _sdk("async_client()")
    library = _http_library(sdk.DefaultAsyncHttpxClient)

    class Transport(library.AsyncBaseTransport):  # type: ignore[misc, name-defined]
        async def handle_async_request(self, request: Any) -> Any:
            return _claimed(await answer_async(library, endpoint, request), request)

    return sdk.AsyncAnthropic(**{"http_client": sdk.DefaultAsyncHttpxClient(transport=Transport())} | options)  # type: ignore[no-any-return]


def _sdk(what: str) -> Any:
    try:
        import anthropic
    except ImportError as error:
        raise ImportError(f"opus.{what} needs the SDK: pip install anthropic") from error
    return anthropic


def _http_library(client: type) -> ModuleType:
    """`httpx2` for SDK 2.x, `httpx` for older ones: the library whose client class the SDK's own derives from."""
    return next(
        sys.modules[name]
        for name in (base.__module__.partition(".")[0] for base in client.__mro__)
        if name in ("httpx", "httpx2")
    )


def _claimed(response: Any, request: Any) -> Any:
    if response is None:
        raise RuntimeError(f"opus.client() answers requests to Messages hosts; {request.url} is none")
    return response
