"""Secrets within base64 and hexadecimal digits."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .spans import Span, merged, replaced

_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}+={0,2}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")
_PRINTABLE = re.compile(rb"[\t\n\r -~]{8}")
_TO_STANDARD = str.maketrans("-_", "+/")
_TO_URL_SAFE = str.maketrans("+/", "-_")


class _Coded(NamedTuple):
    """What a run of characters stands for, and how to write it again."""

    decoded: bytes
    encode: Callable[[bytes], str]


def spans(text: str, find: Callable[[str], Iterator[Span]]) -> Iterator[Span]:
    """Runs of base64 or of hexadecimal digits that hold what `find` finds in texts: encoded anew, without it.

    So what stays can still be decoded, and is the same whichever secret stood there.
    """
    for run in _RUN.finditer(text):
        for coded in _readings(run[0]):
            if _PRINTABLE.search(coded.decoded):
                plain = coded.decoded.decode("latin-1")
                if found := merged(find(plain)):
                    best = max(found, key=lambda span: span.rank)
                    instead = coded.encode(replaced(plain, found).encode("latin-1"))
                    yield Span(*run.span(), instead, best.kind, best.rank)
                    break


def _readings(run: str) -> Iterator[_Coded]:
    """A run may begin with up to three characters that are not of the code: nobody knows where the code begins."""
    if _HEXADECIMAL.fullmatch(run):
        for skipped in (0, 1):
            end = skipped + (len(run) - skipped) // 2 * 2
            yield _hexadecimal(run[:skipped], run[skipped:end], run[end:])
    padded = run.endswith("=")
    url_safe = "-" in run or "_" in run
    digits = run.rstrip("=").translate(_TO_STANDARD)
    for skipped in range(4):
        end = len(digits) - ((len(digits) - skipped) % 4 == 1)  # one character alone is no byte
        yield _base64(run[:skipped], digits[skipped:end], run[end : len(digits)], padded=padded, url_safe=url_safe)


def _hexadecimal(before: str, digits: str, after: str) -> _Coded:
    return _Coded(bytes.fromhex(digits), lambda data: before + data.hex() + after)


def _base64(before: str, digits: str, after: str, *, padded: bool, url_safe: bool) -> _Coded:
    def encode(data: bytes) -> str:
        code = b64encode(data).decode()
        code = code.translate(_TO_URL_SAFE) if url_safe else code
        return before + (code if padded else code.rstrip("=")) + after

    return _Coded(b64decode(digits + "=" * (-len(digits) % 4)), encode)
