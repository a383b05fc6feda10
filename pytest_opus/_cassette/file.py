"""Cassette files: read whole or not at all, replaced whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from .damage import decoded
from .interaction import CassetteError, Interaction
from .same import first_difference
from .text import Tape, from_text, to_text

_TEMPORARY = re.compile(r"\.opus-(\d+)-\d+\.tmp")
_serial = count()


def read(path: Path, name: str = "") -> Tape | None:
    """What the cassette at `path` holds; `None` if there is no such file. Raises `CassetteError`.

    Here and below, `name` is how errors call the file, if not by its path.
    """
    name = name or str(path)
    try:
        _check_kind(path, name)
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CassetteError(f"{name} cannot be read: {_reason(error)}.") from None
    return from_text(decoded(data, name), name)


def write(
    path: Path, interactions: Sequence[Interaction], check: Callable[[str], None] | None = None, name: str = ""
) -> None:
    """Replace the cassette at `path`, or leave everything as it is and raise `CassetteError`.

    `check` sees the text that would be written, and raises to prevent it.
    """
    name = name or str(path)
    text = to_text(interactions)
    number = first_difference(interactions, from_text(text, name).interactions)
    if number is not None:
        raise CassetteError(
            f"{name} was not written: interaction {number} would not be read as it was recorded. "
            "This is a bug in pytest-opus; please report it with the request that caused it."
        )
    if check is not None:
        check(text)
    try:
        _check_kind(path, name)
        _replace(Path(os.path.realpath(path)), text.encode())
    except OSError as error:
        raise CassetteError(f"{name} could not be written: {_reason(error)}. It is as it was before.") from None


def check_writable(path: Path, name: str = "") -> None:
    """Raise `CassetteError` if a cassette could not be written to `path`; to know it before calls are paid for."""
    name = name or str(path)
    try:
        _check_kind(path, name)
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(0, "it is read-only")
        folder = Path(os.path.realpath(path)).parent
        while not folder.exists():
            folder = folder.parent
        with suppress(FileNotFoundError):
            (folder / path.name).stat()  # whose name may be too long
        probe = _temporary(folder)
        os.close(_created(probe))
        probe.unlink()
    except OSError as error:
        raise CassetteError(
            f"{name} cannot be written: {_reason(error)}. Nothing was sent. "
            "Make the folder writable, or run without --opus-record."
        ) from None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes and threads from the cassette at `path` until the end of the block.

    The lock ends with its process. It stands beside the temporary files of the system, so that none is left in a
    repository.
    """
    key = hashlib.sha256(os.path.realpath(path).encode(errors="surrogateescape")).hexdigest()[:24]
    user = os.getuid() if sys.platform != "win32" else ""
    lock = Path(tempfile.gettempdir(), f"pytest-opus-{user}-{key}.lock")
    descriptor = _opened(lock)
    _lock(descriptor)
    while not _is_at(descriptor, lock):  # whoever had the lock has removed its file
        os.close(descriptor)
        descriptor = _opened(lock)
        _lock(descriptor)
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            lock.unlink()
        os.close(descriptor)


def _opened(lock: Path) -> int:
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise CassetteError(
            f"The lock {lock} cannot be taken: {_reason(error)}. Set TMPDIR to another folder."
        ) from None


def _is_at(descriptor: int, lock: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), lock.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        while True:
            with suppress(OSError):  # it gives up after ten seconds
                return msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _check_kind(path: Path, name: str) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.stat().st_mode):
            raise CassetteError(f"{name} is no file. Remove it, or give the cassette another name.")


def _replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file: whoever reads it, even after a crash, finds the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path.parent)
    temporary = _temporary(path.parent)
    try:
        with open(_created(temporary), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _temporary(folder: Path) -> Path:
    return folder / f".opus-{os.getpid()}-{next(_serial)}.tmp"


def _created(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)


def _sync_folder(folder: Path) -> None:
    """Make the new name last; Windows does so by itself."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of processes that were killed."""
    for entry in folder.iterdir():
        found = _TEMPORARY.fullmatch(entry.name)
        if found and not _is_alive(int(found[1])):
            with suppress(OSError):
                entry.unlink()


def _is_alive(process: int) -> bool:
    if process == os.getpid() or sys.platform == "win32":  # Windows removes no file that is open
        return process == os.getpid()
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
