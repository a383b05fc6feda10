"""What a judge says: the API's answer to a request that it would not take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Refusal", "nearest", "refuse"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request: the text of the API, and a hint of ours for the developer.

    `path` is the API's, with the names of union members; `at` leads to the place in the body itself.
    """

    message: str
    code: str
    path: str = ""
    status: int = 400
    type: str = "invalid_request_error"
    details: dict[str, Any] | None = None
    hint: str = ""
    at: tuple[str | int, ...] = ()


def refuse(code: str, text: str, *, path: str = "", hint: str = "", at: Sequence[str | int] = ()) -> Refusal:
    """A refusal whose message starts with its path, as most do."""
    return Refusal(f"{path}: {text}" if path else text, code, path=path, hint=hint, at=tuple(at))


def nearest(word: object, known: Iterable[str]) -> str:
    """`did you mean 'max_tokens'?`, or nothing."""
    from difflib import get_close_matches

    found = get_close_matches(str(word), list(known), n=1, cutoff=0.7)
    return f"did you mean {found[0]!r}?" if found else ""
