"""What may have happened to a cassette file since it was written, and what to do about it."""

from __future__ import annotations

from shlex import quote

from .interaction import CassetteError

_CONFLICT = ("\n<<<<<<<", "\n|||||||", "\n=======", "\n>>>>>>>")
"""Marks of git, at the beginning of a line. Whatever a cassette holds is indented."""


def damaged(name: str, line: int, problem: str, cure: str = "") -> CassetteError:
    """The error for a cassette that cannot be read; `problem` is the rest of a sentence about it."""
    restore = f"Bring it back (git checkout -- {quote(name)}), or delete it and record again with --opus-record=all."
    return CassetteError(f"{name}:{line}: {problem}. {cure or restore}")


def check_text(text: str, name: str) -> None:
    """Raise `CassetteError` for what no program writes into a cassette."""
    if not text.strip():
        raise damaged(name, 1, "the cassette is empty: writing it was interrupted, or it was emptied since")
    if "\0" in text:
        raise damaged(name, _line(text, text.index("\0")), "the cassette holds zero bytes: its text was lost")
    lines = f"\n{text}"
    places = [place for mark in _CONFLICT if (place := lines.find(mark)) >= 0]
    if places:
        cure = (
            "Resolve the conflict by taking one side whole (git checkout --ours or --theirs), "
            "or delete the file and record again with --opus-record=all."
        )
        raise damaged(name, _line(text, min(places)), "the cassette holds a merge conflict", cure)


def decoded(data: bytes, name: str) -> str:
    """The text of a file. Raises `CassetteError` where it is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"the cassette is not UTF-8: byte 0x{data[error.start]:02x} is no part of a character"
        raise damaged(name, line, problem) from None


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
