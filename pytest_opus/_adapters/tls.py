"""The TLS context that faked clients share.

Loading the certificates takes some 20 ms, which no faked request needs. The shared context is the library's own default
and verifies as always; a transport that asks for anything else gets its own.
"""

from __future__ import annotations

import os
from functools import lru_cache
from types import ModuleType
from typing import Any

from .. import _active


def share(library: ModuleType, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
    """While an endpoint is open, put the shared context into the options of a transport that asks for the default."""
    wants_default = not arguments and options.get("verify", True) is True and options.get("cert") is None
    if wants_default and _active.current() is not None:
        trust_env = options.get("trust_env", True)
        sources = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")) if trust_env else ()
        options["verify"] = _default_context(library, trust_env, sources)


@lru_cache
def _default_context(
    library: ModuleType,
    trust_env: bool,
    sources: tuple[str | None, ...],  # noqa: ARG001 - other certificates make another context
) -> Any:
    return library.create_ssl_context(trust_env=trust_env)
