"""Adapters: between an HTTP library and the endpoint. They do IO and decide nothing."""

from __future__ import annotations

import sys
from types import ModuleType

from wrapt import register_post_import_hook

from .below import cover_aiohttp_client, cover_uvloop, guard_connections
from .httpx import cover, cover_aiohttp

LIBRARIES = {
    "httpx": cover,
    "httpx2": cover,
    "httpx_aiohttp.transport": cover_aiohttp,
    "httpx_aiohttp.httpx2.transport": cover_aiohttp,
    "anthropic._vendor.httpx_aiohttp.transport": cover_aiohttp,
    "aiohttp.client": cover_aiohttp_client,
    "uvloop": cover_uvloop,
}
_awaited: set[str] = set()


def cover_libraries() -> None:
    """Wrap the transports of every HTTP library: now if it is imported already, else as soon as it is."""
    guard_connections()
    for name, cover_library in LIBRARIES.items():
        if name in sys.modules:
            cover_library(sys.modules[name])
        elif name not in _awaited:
            _awaited.add(name)
            register_post_import_hook(_imported, name)


def _imported(module: ModuleType) -> None:
    _awaited.discard(module.__name__)
    LIBRARIES[module.__name__](module)
