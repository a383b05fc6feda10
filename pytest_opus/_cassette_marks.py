"""Which cassette a test plays: its marker, its file, and the record mode of the run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from shlex import quote

import pytest

from ._cassette.choice import Choice, cassette_file
from ._cassette.paths import Path as JsonPath
from ._cassette.paths import parse_path
from ._config import SETTINGS
from ._marks import farthest_first

MARKER = "opus_cassette"
FRESH = pytest.StashKey[set[Path]]()
"""The cassettes that did not exist when the session began."""

_FORBIDDEN = re.compile(r"[^A-Za-z0-9._,=+@()\[\]-]+")
_LONGEST = 120


def choice_of(item: pytest.Item) -> Choice | None:
    """The cassette that the item's `opus_cassette` markers ask for; `None` without one.

    Raises:
        ValueError: a wrong argument.
    """
    marks = farthest_first(item, MARKER)
    if not marks:
        return None
    name, ignore = _arguments(marks)
    if name is None and item.get_closest_marker("vcr") and item.config.pluginmanager.hasplugin("recording"):
        raise ValueError(
            "@pytest.mark.opus_cassette: pytest-recording would write the cassette of @pytest.mark.vcr to the same "
            'file; give ours a name: @pytest.mark.opus_cassette("messages").'
        )
    path = _path(item, name)
    settings, config = item.config.stash[SETTINGS], item.config
    fresh = config.stash.get(FRESH, set())
    return Choice(
        path=path,
        name=_shown(path, config),
        mode=settings.record,
        fresh=path in fresh or not os.path.lexists(path),
        ignore=ignore,
        speed=settings.replay_speed,
        command=f"pytest {quote(_node_id(item))}",
        test=item.nodeid if name else "",
    )


def note_fresh(session: pytest.Session) -> None:
    """Remember which cassettes do not exist yet: a test that shares one may find it written by another."""
    paths = {path for item in session.items if (path := cassette_path(item))}
    session.config.stash[FRESH] = {path for path in paths if not os.path.lexists(path)}


def cassette_path(item: pytest.Item) -> Path | None:
    """The file of the item's cassette; `None` without one, and with wrong arguments, which fail the test in setup."""
    marks = farthest_first(item, MARKER)
    with suppress(ValueError):
        return _path(item, _arguments(marks)[0]) if marks else None
    return None


def _path(item: pytest.Item, name: str | None) -> Path:
    """`cassettes/<module>/<test>.yaml` beside the test's module; a name stands for the test's."""
    folder = item.path.parent / "cassettes" / item.path.stem
    if name is None:
        return folder / f"{_file_name(item.nodeid.partition('::')[2])}.yaml"
    return Path(os.path.normpath(folder / cassette_file(name)))  # `../shared` is one file for all modules


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


def _arguments(marks: Iterable[pytest.Mark]) -> tuple[str | None, tuple[JsonPath, ...]]:
    """What the markers say, key by key; the last of them has the last word."""
    name: str | None = None
    ignore: tuple[JsonPath, ...] = ()
    for mark in marks:
        if len(mark.args) + ("name" in mark.kwargs) > 1:
            raise ValueError(f"@pytest.mark.opus_cassette takes one positional argument, a name; got {mark.args!r}.")
        unknown = mark.kwargs.keys() - {"name", "ignore"}
        if unknown:
            raise ValueError(
                f"@pytest.mark.opus_cassette: unknown argument {min(unknown)!r}; it takes a name and ignore."
            )
        if mark.args or "name" in mark.kwargs:
            name = _name(mark.args[0] if mark.args else mark.kwargs["name"])
        if "ignore" in mark.kwargs:
            ignore = _ignored(mark.kwargs["ignore"])
    return name, ignore


def _name(name: object) -> str | None:
    if not (name is None or (isinstance(name, str) and name.strip())):
        raise ValueError(f"@pytest.mark.opus_cassette takes one positional argument, a name; got {(name,)!r}.")
    if name is not None:
        try:
            cassette_file(name)
        except ValueError as error:
            raise ValueError(f"@pytest.mark.opus_cassette: {error}.") from None
    return name


def _ignored(paths: object) -> tuple[JsonPath, ...]:
    if not isinstance(paths, list | tuple | set | frozenset) or not all(isinstance(path, str) for path in paths):
        raise ValueError(f"@pytest.mark.opus_cassette: ignore is {paths!r}; a list of paths is expected.")
    try:
        return tuple(map(parse_path, paths))
    except ValueError as error:
        raise ValueError(f"@pytest.mark.opus_cassette: {error}.") from None


def _shown(path: Path, config: pytest.Config) -> str:
    """The path as people read it: from where pytest was started, or whole if it is elsewhere."""
    inside = any(path.is_relative_to(folder) for folder in (config.invocation_params.dir, config.rootpath))
    return Path(os.path.relpath(path, config.invocation_params.dir)).as_posix() if inside else str(path)


def _node_id(item: pytest.Item) -> str:
    """The id of the test as the command line takes it where pytest was started."""
    _, separator, test = item.nodeid.partition("::")
    try:
        path = os.path.relpath(item.path, item.config.invocation_params.dir)
    except ValueError:  # on another drive
        path = str(item.path)
    return f"{path}{separator}{test}"
