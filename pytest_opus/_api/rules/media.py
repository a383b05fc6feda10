"""Bytes of images and documents: what their first bytes tell."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from typing import Any

__all__ = ["decoded_head", "dimensions", "image_kind", "is_base64", "is_placeholder", "longest_side"]

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


def is_placeholder(data: str) -> bool:
    """`<base64 removed ...>`: a recording or a log left the bytes out, so nothing can be said about them."""
    return data.startswith("<")


def is_base64(data: str) -> bool:
    return len("".join(data.split())) % 4 == 0 and _BASE64.fullmatch(data) is not None


def decoded_head(data: str, size: int) -> bytes:
    """About the first `size` bytes."""
    text = "".join(data[: size * 2].split())[: -(-size // 3) * 4]
    try:
        return binascii.a2b_base64(text[: len(text) // 4 * 4])
    except binascii.Error:
        return b""


def image_kind(head: bytes) -> str | None:
    """The media type of an image by its signature."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for signature, kind in _KINDS if head.startswith(signature)), None)


def longest_side(source: dict[str, Any]) -> int:
    """The longest side of an image in pixels, 0 if it cannot be told."""
    if source.get("type") != "base64" or is_placeholder(source["data"]):
        return 0
    size = 65_536 if source["media_type"] == "image/jpeg" else 64
    return max(dimensions(decoded_head(source["data"], size)) or (0,))


def dimensions(head: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG, GIF or WebP by its first bytes."""
    measure = _MEASURES.get(image_kind(head) or "")
    try:
        return measure(head) if measure else None
    except IndexError:
        return None


def _png(head: bytes) -> tuple[int, int] | None:
    return (_big(head[16:20]), _big(head[20:24])) if len(head) >= 24 else None


def _gif(head: bytes) -> tuple[int, int] | None:
    return (_little(head[6:8]), _little(head[8:10])) if len(head) >= 10 else None


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """The frame header (SOF) stands behind segments that tell their own length."""
    at = 2
    while head[at] == 0xFF:
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            frame = head[at + 5 : at + 9]
            return (_big(frame[2:4]), _big(frame[:2])) if len(frame) == 4 else None
        at += 2 + _big(head[at + 2 : at + 4])
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    """Lossy, lossless and extended files hold the size in three ways."""
    if len(head) < 30:
        return None
    if head[12:16] == b"VP8 ":
        return _little(head[26:28]) & 0x3FFF, _little(head[28:30]) & 0x3FFF
    if head[12:16] == b"VP8L":
        bits = _little(head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return _little(head[24:27]) + 1, _little(head[27:30]) + 1


_MEASURES: dict[str, Callable[[bytes], tuple[int, int] | None]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
