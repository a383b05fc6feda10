"""Ids that look like the API's and are the same in every run of a test."""

from __future__ import annotations

from collections import defaultdict
from hashlib import sha256
from itertools import count

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Ids:
    """Counts up per prefix: `ids.new("toolu_01")` gives `toolu_01` and 22 characters drawn from seed and number."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._numbers: defaultdict[str, count[int]] = defaultdict(lambda: count(1))

    def new(self, prefix: str) -> str:
        number = next(self._numbers[prefix])
        digest = sha256(f"{self._seed}/{prefix}{number}".encode()).digest()
        return prefix + "".join([_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:22]])
