"""What may have happened to a cassette file since it was written, and what to do about it."""

from __future__ import annotations

import re

from .interaction import CassetteError

_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: |$)", re.MULTILINE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def damaged(name: str, line: int, problem: str, cure: str = "") -> CassetteError:
    """The error for a cassette that cannot be read; `problem` is the rest of a sentence about it."""
    restore = f"Bring it back (git checkout -- {name}), or delete it and record again with --opus-record=all."
    return CassetteError(f"{name}:{line}: {problem}. {cure or restore}")


def check_text(text: str, name: str) -> None:
    """Raise `CassetteError` for what no program writes into a cassette."""
    if not text.strip():
        raise damaged(name, 1, "the cassette is empty: writing it was interrupted, or it was emptied since")
    if found := _CONTROL.search(text):
        problem = f"the cassette holds the character U+{ord(found[0]):04X}, which no cassette has"
        raise damaged(name, _line(text, found.start()), problem)
    if found := _CONFLICT.search(text):
        cure = "Resolve the conflict by taking one side whole (git checkout --ours or --theirs), or delete the file "
        cure += "and record again with --opus-record=all."
        raise damaged(name, _line(text, found.start()), "the cassette holds a merge conflict", cure)


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
