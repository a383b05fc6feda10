"""Which URLs belong to a Messages host, and what their path is below its base URL."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from ._environment import base_url
from ._settings import Settings

ANTHROPIC = "api.anthropic.com"
_DEFAULT_PORTS = {"http": 80, "https": 443}
served: set[int] = set()
"""The loopback ports of our own server. Requests to it go over the socket, whoever makes them."""


class Base(NamedTuple):
    """A base URL: `port` is `None` where it was not written, which stands for both default ports."""

    host: str
    port: int | None
    prefix: str


class Claim(NamedTuple):
    """A request that an endpoint answers: its path below the base URL, and whether its host was announced."""

    path: str
    known_host: bool


@lru_cache(maxsize=256)
def parse_base(url: str) -> Base:
    """The parts of `https://gateway.example:8443/anthropic`, `gateway.example:8443` or `gateway.example`.

    Raises:
        ValueError: no host can be read from `url`.
    """
    parts = urlsplit(url if "://" in url else f"//{url}")
    try:
        port = parts.port
    except ValueError:
        port = -1
    if not parts.hostname or port == -1:
        raise ValueError(f"{url!r} names no host and port; HOST, HOST:PORT or a base URL is expected")
    if port is not None and port == _DEFAULT_PORTS.get(parts.scheme):
        port = None
    return Base(parts.hostname.lower(), port, parts.path.rstrip("/"))


def bases(settings: Settings) -> Iterator[str]:
    """Base URLs of Messages hosts: Anthropic's, that of `ANTHROPIC_BASE_URL` then and now, the listed ones."""
    yield ANTHROPIC
    yield from filter(None, (settings.base_url, os.environ.get("ANTHROPIC_BASE_URL"), base_url()))
    yield from settings.hosts


def api_path(host: str, port: int, path: str, bases: Iterable[str]) -> str | None:
    """The path of a request below the first of `bases` that its host and port belong to; `None` for other hosts.

    Some clients want a base URL that ends in `/v1` and some do not.
    """
    if port in served and is_loopback(host):
        return None
    found = None
    for url in bases:
        try:
            base = parse_base(url)
        except ValueError:  # ANTHROPIC_BASE_URL may hold anything, and no other client reads it for this request
            continue
        if host == base.host and port in ((80, 443) if base.port is None else (base.port,)):
            if host == ANTHROPIC:  # it serves below no prefix: what a wrong base URL leads to is not found there either
                return path
            if path.startswith(f"{base.prefix}/v1/"):
                return path[len(base.prefix) :]
            if base.prefix.endswith("/v1") and path.startswith(f"{base.prefix}/"):
                return path[len(base.prefix) - len("/v1") :]
            found = path
    return found


def path_below_base(path: str) -> str:
    """The path of a request, whether or not the client's base URL ended in `/v1` and whether or not it adds that."""
    if path.startswith("/v1/v1/"):
        return path[len("/v1") :]
    return f"/v1{path}" if path.startswith(("/messages", "/models")) else path


def upstream_url(base: str | None, path: str) -> str:
    """Where a request to `path` goes below a base URL, which may end in `/v1`; Anthropic's own if there is none."""
    base = (base or f"https://{ANTHROPIC}").rstrip("/")
    return base.removesuffix("/v1") + path if path.startswith("/v1/") else base + path


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
