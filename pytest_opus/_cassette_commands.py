"""`pytest-opus cassettes`: look at cassettes before they are committed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import Any

from ._api.describe import counted
from ._cassette.choice import SUFFIXES
from ._cassette.interaction import CassetteError


def add_commands(commands: Any) -> None:
    """Add `cassettes` to the subcommands of `pytest-opus`."""
    cassettes = commands.add_parser(
        "cassettes", help="check and format cassettes", description="Work with the files of recorded calls."
    )
    actions = cassettes.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser(
        "check",
        help="look for secrets and damage",
        description="Exit with 1 if a cassette holds a secret, is damaged, or was edited and not formatted since.",
    )
    form = actions.add_parser(
        "format",
        help="write cassettes anew, without secrets",
        description="Write cassettes that were edited in the format of this plugin, scrubbed. Those that vcrpy wrote "
        "are only rewritten where the file itself is named: the tool that reads them may still be in use.",
    )
    for action, run in ((check, check_files), (form, format_files)):
        action.add_argument(
            "paths", nargs="*", type=Path, default=[Path()], metavar="PATH", help="a cassette, or a folder to search"
        )
        action.set_defaults(run=lambda chosen, run=run: run(chosen.paths))


def check_files(paths: Iterable[Path]) -> int:
    """1 if there is something to say against a cassette, 2 if there is no such file, else 0."""
    from ._cassette.file import read
    from ._cassette.scan import inspect, scan
    from ._recording import machine_scrubber

    scrubber = machine_scrubber()
    files, interactions, faults = 0, 0, 0
    for path in _files(paths):
        files += 1
        found = []
        try:
            tape = read(path)
        except CassetteError as error:
            found.append(str(error))
        else:
            if tape is None:
                return _missing(path)
            interactions += len(tape.interactions)
            findings = scan(scrubber, path.read_text(encoding="utf-8"))
            found += [f"{path}: {finding}" for finding in findings]
            known = {finding.kind for finding in findings}
            if tape.foreign:
                known.add("request id")  # other tools store it, and it opens nothing
            for number, (interaction, line) in enumerate(zip(tape.interactions, tape.lines, strict=False), 1):
                within = [finding for finding in inspect(scrubber, interaction) if finding.kind not in known]
                found += [f"{path}:{line}: interaction {number}: {finding}" for finding in within]
            if not tape.sealed and not tape.foreign:
                found.append(f"{path} was edited. If that is meant: pytest-opus cassettes format {quote(str(path))}")
        faults += bool(found)
        _print(*found)
    verdict = f"{faults} with faults" if faults else "all good"
    _print(f"{counted(files, 'cassette')}, {counted(interactions, 'interaction')}: {verdict}")
    return int(faults > 0)


def format_files(paths: Iterable[Path]) -> int:
    """1 if a cassette could not be written, 2 if there is no such file, else 0."""
    from ._recording import rewrite_cassette

    faults = 0
    named = list(paths)
    for path in _files(named):
        try:
            rewritten = rewrite_cassette(path, foreign=path in named)
        except CassetteError as error:
            faults += 1
            _print(str(error))
        else:
            if rewritten is None:
                return _missing(path)
            _print(*([f"{path}: written anew"] if rewritten else []))
    return int(faults > 0)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves; of a folder, those below one of the name `cassettes`, and whatever has our format."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(path.rglob("*")):
            if file.suffix in SUFFIXES and file.is_file() and _is_cassette(file):
                yield file


def _is_cassette(file: Path) -> bool:
    from ._cassette.text import FORMAT

    if "cassettes" in file.resolve().parent.parts:
        return True
    with suppress(OSError), file.open("rb") as opened:
        return opened.read(len(FORMAT)) == FORMAT.encode()
    return False


def _missing(path: Path) -> int:
    print(f"{path}: there is no such file", file=sys.stderr)  # noqa: T201 - this is the output of the command
    return 2


def _print(*lines: str) -> None:
    for line in lines:
        print(line)  # noqa: T201 - this is the output of the command
