"""Which cassette a test plays, and how."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from .paths import Path as JsonPath

SUFFIXES = (".yaml", ".yml", ".json")


class Choice(NamedTuple):
    """What a marker and the command line say of a cassette.

    Attributes:
        path: the file; `name` is how messages call it.
        mode: the record mode, as vcrpy names them.
        fresh: whether the file did not exist when the session began; then `once` records, whoever wrote it since.
        ignore: what of a request may differ.
        speed: how many times as fast as recorded a replay is; `None` for as fast as can be.
        command: what runs this test again, such as `pytest "tests/test_a.py::test_b"`.
        test: the id of the test where several may share the file, else "".
        repeats: whether the answers to a request are given again when all of them are used.
    """

    path: Path
    name: str
    mode: str = "none"
    fresh: bool = False
    ignore: tuple[JsonPath, ...] = ()
    speed: float | None = None
    command: str = "pytest"
    test: str = ""
    repeats: bool = False

    @property
    def records(self) -> bool:
        """Whether calls may reach the API."""
        return self.mode in ("new_episodes", "all") or (self.mode == "once" and self.fresh)
