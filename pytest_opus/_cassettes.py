"""Which cassette a test plays: its marker, its file, and the record mode of the run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from shlex import quote

import pytest

from ._cassette.choice import SUFFIXES, Choice
from ._cassette.paths import parse_path
from ._config import SETTINGS

MARKER = "opus_cassette"
FRESH = pytest.StashKey[set[Path]]()
"""The cassettes that did not exist when the session began."""

_FORBIDDEN = re.compile(r"[^A-Za-z0-9._,=+@()\[\]-]+")
_LONGEST = 120


def choice_of(item: pytest.Item) -> Choice | None:
    """The cassette that the closest `opus_cassette` marker asks for; `None` without one.

    Raises:
        ValueError: a wrong argument.
    """
    mark = item.get_closest_marker(MARKER)
    if mark is None:
        return None
    name, ignore = _arguments(mark)
    if name is None and item.get_closest_marker("vcr") and item.config.pluginmanager.hasplugin("recording"):
        raise ValueError(
            "@pytest.mark.opus_cassette: pytest-recording would write the cassette of @pytest.mark.vcr to the same "
            'file; give ours a name: @pytest.mark.opus_cassette("messages").'
        )
    path = cassette_path(item, name)
    settings, config = item.config.stash[SETTINGS], item.config
    fresh = config.stash.get(FRESH, set())
    return Choice(
        path=path,
        name=_shown(path, config),
        mode=settings.record,
        fresh=path in fresh or not os.path.lexists(path),
        ignore=tuple(map(parse_path, ignore)),
        speed=settings.replay_speed,
        command=f"pytest {quote(_node_id(item))}",
        test=item.nodeid if name else "",
    )


def note_fresh(session: pytest.Session) -> None:
    """Remember which cassettes do not exist yet: a test that shares one may find it written by another."""
    fresh = session.config.stash.setdefault(FRESH, set())
    for item in session.items:
        if mark := item.get_closest_marker(MARKER):
            path = cassette_path(item, mark.args[0] if mark.args else None)
            if not os.path.lexists(path):
                fresh.add(path)


def cassette_path(item: pytest.Item, name: object) -> Path:
    """`cassettes/<module>/<test>.yaml` beside the test's module; a name stands for the test's."""
    folder = item.path.parent / "cassettes" / item.path.stem
    if isinstance(name, str):
        path = folder / name
        return path if path.suffix in SUFFIXES else path.with_name(f"{path.name}.yaml")
    return folder / f"{_file_name(item.nodeid.partition('::')[2])}.yaml"


def _file_name(test: str) -> str:
    """The id of a test within its module as the name of a file, which no other test has on any file system.

    Where characters must be replaced, or names would differ in nothing but case, a hash tells them apart.
    """
    name = test.replace("::", ".")
    plain = _FORBIDDEN.sub("-", name)[:_LONGEST]
    parameters = plain.partition("[")[2]
    if plain == name and parameters == parameters.lower():
        return plain
    return f"{plain}-{sha256(test.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _arguments(mark: pytest.Mark) -> tuple[str | None, Iterable[str]]:
    name, *more = mark.args or (None,)
    if more or not (name is None or (isinstance(name, str) and name.strip())):
        raise ValueError(f"@pytest.mark.opus_cassette takes one positional argument, a name; got {mark.args!r}.")
    unknown = mark.kwargs.keys() - {"ignore"}
    if unknown:
        raise ValueError(f"@pytest.mark.opus_cassette: unknown argument {min(unknown)!r}; it takes a name and ignore.")
    ignore = mark.kwargs.get("ignore", ())
    if isinstance(ignore, str) or not all(isinstance(path, str) for path in ignore):
        raise ValueError(f"@pytest.mark.opus_cassette: ignore is {ignore!r}; a list of paths is expected.")
    for path in ignore:
        try:
            parse_path(path)
        except ValueError as error:
            raise ValueError(f"@pytest.mark.opus_cassette: {error}.") from None
    return name, ignore


def _shown(path: Path, config: pytest.Config) -> str:
    """The path as people read it: from where pytest was started, or from the root of the project."""
    for folder in (config.invocation_params.dir, config.rootpath):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return str(path)


def _node_id(item: pytest.Item) -> str:
    """The id of the test as the command line takes it where pytest was started."""
    _, separator, test = item.nodeid.partition("::")
    try:
        path = os.path.relpath(item.path, item.config.invocation_params.dir)
    except ValueError:  # on another drive
        path = str(item.path)
    return f"{path}{separator}{test}"
