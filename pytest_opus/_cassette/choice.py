"""Which cassette a test plays, and how."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import NamedTuple

from .paths import Path as JsonPath

SUFFIXES = (".yaml", ".yml", ".json")


def cassette_file(name: str | PathLike[str]) -> Path:
    """The file of that name, which need not end in `.yaml`.

    Raises:
        ValueError: there can be no file of that name.
    """
    path = Path(name)
    if path.name in ("", "..") or "\0" in str(path):
        raise ValueError(f"{str(name)!r} cannot be the name of a cassette")
    return path if path.suffix in SUFFIXES else path.with_name(f"{path.name}.yaml")


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
