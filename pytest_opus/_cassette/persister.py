"""Our files as vcrpy's storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vcr.persisters.filesystem import CassetteNotFoundError

from .file import read, write
from .interaction import CassetteError, Interaction, RecordedRequest, RecordedResponse
from .scan import Finding
from .text import Tape


class Persister:
    """Loads and saves the cassettes of vcrpy's `Cassette`, whose requests and responses are recorded ones here.

    `scan` finds secrets in the text of a file. With any the file is not written. `name` is how errors call the file.
    """

    def __init__(self, scan: Callable[[str], Sequence[Finding]], name: str = "") -> None:
        self._scan = scan
        self._name = name
        self.tape: Tape | None = None  # as it was loaded last

    def load_cassette(self, path: str | Path, serializer: Any) -> tuple[list[RecordedRequest], list[RecordedResponse]]:
        """Raises `CassetteNotFoundError` of vcrpy if there is no file, `CassetteError` if it cannot be read."""
        del serializer  # the format is our own
        self.tape = read(Path(path), self._name)
        if self.tape is None:
            raise CassetteNotFoundError
        interactions = self.tape.interactions
        return [one.request for one in interactions], [one.response for one in interactions]

    def save_cassette(self, path: str | Path, cassette_dict: Mapping[str, Sequence[Any]], serializer: Any) -> None:
        """Raises `CassetteError`, and leaves the file as it was."""
        del serializer
        pairs = zip(cassette_dict["requests"], cassette_dict["responses"], strict=True)
        name = self._name or str(path)
        write(Path(path), [Interaction(*pair) for pair in pairs], lambda text: self._check(text, name), name)

    def _check(self, text: str, name: str) -> None:
        found = self._scan(text)
        if found:
            lines = [f"  {one}" for one in found]
            message = f"{name} was not written: secrets would stand in it, at these lines of the new file."
            raise CassetteError("\n".join([message, *lines]))
