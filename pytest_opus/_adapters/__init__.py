"""Adapters: between an HTTP library and the endpoint. They do IO and decide nothing."""

from __future__ import annotations

import sys
from types import ModuleType

from wrapt import register_post_import_hook

from .httpx import cover

LIBRARIES = ("httpx", "httpx2")
_awaited: set[str] = set()


def cover_libraries() -> None:
    """Wrap the transports of every HTTP library: now if it is imported already, else as soon as it is."""
    for name in LIBRARIES:
        if name in sys.modules:
            cover(sys.modules[name])
        elif name not in _awaited:
            _awaited.add(name)
            register_post_import_hook(_imported, name)


def _imported(module: ModuleType) -> None:
    _awaited.discard(module.__name__)
    cover(module)
