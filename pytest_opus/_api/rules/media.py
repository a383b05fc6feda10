"""Bytes of images and documents: what their first bytes tell."""

from __future__ import annotations

import binascii
from collections.abc import Callable
from typing import Any

__all__ = ["decoded_head", "dimensions", "image_kind", "is_base64", "is_placeholder", "scaled", "size_of"]

_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


def is_placeholder(data: str) -> bool:
    """`<base64 removed ...>`: a recording or a log left the bytes out, so nothing can be said about them."""
    return data.startswith("<")


def is_base64(data: str) -> bool:
    """Line breaks and missing padding are overlooked."""
    text = "".join(data.split())
    try:
        binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except ValueError:
        return False
    return True


def decoded_head(data: str, size: int) -> bytes:
    """About the first `size` bytes."""
    text = "".join(data[: size * 2].split())[: -(-size // 3) * 4]
    try:
        return binascii.a2b_base64(text[: len(text) // 4 * 4])
    except ValueError:
        return b""


def image_kind(head: bytes) -> str | None:
    """The media type of an image by its signature."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for signature, kind in _KINDS if head.startswith(signature)), None)


def size_of(source: dict[str, Any]) -> tuple[int, int] | None:
    """Width and height of an image in pixels, if they can be told."""
    if source.get("type") != "base64" or is_placeholder(source["data"]):
        return None
    # The frame header of a JPEG stands behind its metadata.
    return dimensions(decoded_head(source["data"], 65_536 if source["media_type"] == "image/jpeg" else 64))


def scaled(width: int, height: int, edge: int, patches: int) -> tuple[int, int]:
    """The size to which an image is brought: so many pixels a side and patches of 28 pixels at most."""
    long, short = max(width, height), min(width, height)
    if long <= edge and -(-long // 28) * -(-short // 28) <= patches:
        return width, height
    for columns in range(edge // 28, 0, -1):
        other = max(1, round(columns * 28 * short / long))
        if columns * -(-other // 28) <= patches:
            return (columns * 28, other) if width >= height else (other, columns * 28)
    return width, height


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
