"""Ids that look like the API's and are the same in every run of a test."""

from __future__ import annotations

from hashlib import sha256
from itertools import count

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Ids:
    """Counts up per prefix: `toolu_01`, 16 characters drawn from the seed, and a number of 6 digits."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._kinds: dict[str, tuple[str, count[int]]] = {}

    def new(self, prefix: str) -> str:
        start, numbers = self._kinds.get(prefix) or self._kinds.setdefault(prefix, (self._start(prefix), count(1)))
        return f"{start}{next(numbers):06d}"

    def _start(self, prefix: str) -> str:
        digest = sha256(f"{self._seed}/{prefix}".encode()).digest()
        return prefix + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:16])
