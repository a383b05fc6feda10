"""Secrets within base64 and hexadecimal digits."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator

from .spans import Span, merged, replaced

Find = Callable[[str], Iterable[Span]]

# Long lines of base64 go on in the next line.
_RUN = re.compile(r"[A-Za-z0-9+/_-]{11,}+(?:(?=\r?\n)(?<=[A-Za-z0-9+/]{60})\r?\n[A-Za-z0-9+/]++)*+={0,2}")
# Four digits stand for three bytes; of ASCII text the first three digits are of few.
_ASCII = re.compile(r"(?:[I-Za-f][C-HS-Xi-nyz0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]){2}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{16,}+")
_ASCII_HEXADECIMAL = re.compile(r"(?:[2-7][0-9a-fA-F]){8}")
_PRINTABLE = re.compile(rb"[\t\n\r -~]{8,}+")
_TO_STANDARD = str.maketrans("-_", "+/", "\r\n")
_TO_URL_SAFE = str.maketrans("+/", "-_")


def spans(text: str, find: Find) -> Iterator[Span]:
    """Runs of base64 or of hexadecimal digits that hold what `find` finds in texts: encoded anew, without it.

    So what stays can still be decoded, and is the same whichever secret stood there.
    """
    for run in _RUN.finditer(text):
        if _ASCII.search(run[0]):
            yield from _base64(run, find)
        if _ASCII_HEXADECIMAL.search(run[0]):
            yield from _hexadecimal(run, find)


def _hexadecimal(run: re.Match[str], find: Find) -> Iterator[Span]:
    for digits in _HEXADECIMAL.finditer(run[0]):
        for skipped in (0, 1):
            end = len(digits[0]) - (len(digits[0]) - skipped) % 2
            data = bytes.fromhex(digits[0][skipped:end])
            if found := list(_printable(data, find)):
                start = run.start() + digits.start() + skipped
                yield _span(start, start + end - skipped, _without(data, found).hex(), found)
                break


def _base64(run: re.Match[str], find: Find) -> Iterator[Span]:
    """A run may begin with up to three characters that are not of the code: its look tells where the code begins."""
    digits = run[0].rstrip("=").translate(_TO_STANDARD)
    for skipped in sorted({match.start() % 4 for match in _ASCII.finditer(digits)}):
        end = len(digits) - ((len(digits) - skipped) % 4 == 1)  # one character alone is no byte
        data = b64decode(digits[skipped:end] + "=" * (-(end - skipped) % 4))
        if found := list(_printable(data, find)):
            code = b64encode(_without(data, found)).decode()
            if len(digits) % 4 and not run[0].endswith("="):  # whoever wrote it does not pad
                code = code.rstrip("=")
            code = digits[:skipped] + code + digits[end:]
            if "-" in run[0] or "_" in run[0]:
                code = code.translate(_TO_URL_SAFE)
            yield _span(*run.span(), code, found)
            return


def _printable(data: bytes, find: Find) -> Iterator[Span]:
    """What `find` finds in the parts of `data` that are text."""
    for part in _PRINTABLE.finditer(data):
        for span in merged(find(part[0].decode())):
            yield span._replace(start=span.start + part.start(), end=span.end + part.start())


def _without(data: bytes, spans: Iterable[Span]) -> bytes:
    return replaced(data.decode("latin-1"), spans).encode("latin-1", "replace")


def _span(start: int, end: int, instead: str, found: Iterable[Span]) -> Span:
    best = max(found, key=lambda span: span.rank)
    return Span(start, end, instead, best.kind, best.rank)
