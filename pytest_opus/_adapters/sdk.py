"""Clients of the `anthropic` SDK that are wired to one endpoint, whichever HTTP library the SDK sits on."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .._endpoint import Endpoint
from .._environment import FAKE_KEY
from .httpx import bound_transport

if TYPE_CHECKING:
    import anthropic


def sync_client(endpoint: Endpoint, options: dict[str, Any]) -> anthropic.Anthropic:
    sdk = _sdk("client()")
    if endpoint.forwards:
        return sdk.Anthropic(**options)  # type: ignore[no-any-return]
    transport = bound_transport(http_library(sdk.DefaultHttpxClient), endpoint)
    wired = {"api_key": FAKE_KEY, "http_client": sdk.DefaultHttpxClient(transport=transport)}
    return sdk.Anthropic(**wired | options)  # type: ignore[no-any-return]


def async_client(endpoint: Endpoint, options: dict[str, Any]) -> anthropic.AsyncAnthropic:
    sdk = _sdk("async_client()")
    if endpoint.forwards:
        return sdk.AsyncAnthropic(**options)  # type: ignore[no-any-return]
    transport = bound_transport(http_library(sdk.DefaultAsyncHttpxClient), endpoint)
    wired = {"api_key": FAKE_KEY, "http_client": sdk.DefaultAsyncHttpxClient(transport=transport)}
    return sdk.AsyncAnthropic(**wired | options)  # type: ignore[no-any-return]


def _sdk(what: str) -> Any:
    try:
        import anthropic
    except ImportError as error:
        raise ImportError(f"opus.{what} needs the SDK: pip install anthropic") from error
    return anthropic


def http_library(client: type) -> ModuleType:
    """`httpx2` for SDK 2.x, `httpx` for older ones: the library whose client class the SDK's own derives from."""
    roots = (base.__module__.partition(".")[0] for base in client.__mro__)
    return next(sys.modules[name] for name in roots if name in ("httpx", "httpx2"))
