"""Cassette files are replaced whole or not at all, whatever happens meanwhile."""

import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from pytest_opus._cassette import file
from pytest_opus._cassette.file import check_writable, locked, read, write
from pytest_opus._cassette.interaction import CassetteError, Interaction, Json, RecordedRequest, RecordedResponse

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")


def tape(text):
    request = RecordedRequest("GET", "https://api.anthropic.com/v1/models", {})
    return [Interaction(request, RecordedResponse(200, {}, Json({"text": text})))]


def texts(path):
    return [one.response.body.value["text"] for one in read(path).interactions]


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture
def path(tmp_path):
    """A cassette that holds the text `old`."""
    path = tmp_path / "cassettes" / "a.yaml"
    write(path, tape("old"))
    return path


def test_what_was_written_is_read(path):
    write(path, tape("new"))

    assert texts(path) == ["new"]
    assert path.read_bytes().endswith(b"\n")
    assert names(path.parent) == ["a.yaml"]


def test_no_file_is_no_cassette(tmp_path):
    assert read(tmp_path / "a.yaml") is None
    assert read(tmp_path / "no" / "a.yaml") is None


def test_a_file_without_interactions_is_never_taken_for_none(tmp_path):
    path = tmp_path / "a.yaml"
    path.touch()

    with pytest.raises(CassetteError, match="the cassette is empty"):
        read(path)


@posix
def test_a_file_keeps_its_mode_and_a_new_one_gets_that_of_the_user(path):
    path.chmod(0o640)
    write(path, tape("new"))
    old = os.umask(0o027)
    try:
        write(path.with_name("b.yaml"), tape("new"))
    finally:
        os.umask(old)

    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE(path.with_name("b.yaml").stat().st_mode) == 0o640


@posix
def test_links_stay_links(path, tmp_path):
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    folder = tmp_path / "folder"
    folder.symlink_to(path.parent, target_is_directory=True)

    write(link, tape("through the link"))
    assert (link.is_symlink(), texts(path)) == (True, ["through the link"])
    write(folder / "a.yaml", tape("through the folder"))
    assert (folder.is_symlink(), texts(path)) == (True, ["through the folder"])


def test_what_a_check_refuses_is_not_written(path):
    def refuse(text):
        assert "new" in text
        raise CassetteError("no")

    with pytest.raises(CassetteError, match="no"):
        write(path, tape("new"), refuse)
    assert texts(path) == ["old"]


def test_what_would_not_be_read_back_is_not_written(path, monkeypatch):
    monkeypatch.setattr(file, "to_text", lambda interactions: path.read_text(encoding="utf-8"))

    with pytest.raises(CassetteError) as error:
        write(path, tape("new"))
    assert str(error.value) == (
        f"{path} was not written: interaction 1 would not be read as it was recorded. "
        "This is a bug in pytest-opus; please report it with the request that caused it."
    )
    assert texts(path) == ["old"]


@pytest.mark.parametrize("what", ["directory", pytest.param("fifo", marks=posix)])
def test_what_is_no_file_is_an_error_and_stays(what, tmp_path):
    path = tmp_path / "a.yaml"
    path.mkdir() if what == "directory" else os.mkfifo(path)

    for use in (read, check_writable, lambda path: write(path, tape("new"))):
        with pytest.raises(CassetteError) as error:
            use(path)
        assert str(error.value) == f"{path} is no file. Remove it, or give the cassette another name."
    assert names(tmp_path) == ["a.yaml"]


def test_bytes_that_are_no_text_are_an_error_with_their_line(path):
    data = path.read_bytes().replace(b"old", b"ol\xff")
    path.write_bytes(data)

    with pytest.raises(CassetteError) as error:
        read(path)
    assert str(error.value) == (
        f"{path}:13: the cassette is not UTF-8: byte 0xff is no part of a character. "
        f"Bring it back (git checkout -- {path}), or delete it and record again with --opus-record=all."
    )


def test_a_checkout_with_line_ends_of_windows_is_read_as_it_was_written(path):
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert read(path).sealed
    assert texts(path) == ["old"]


def test_no_prefix_of_a_file_is_read(path):
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(CassetteError):
            read(path)
        assert path.read_bytes() == data[:length]


@posix
def test_a_full_disk_leaves_the_old_file(path):
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = path.read_bytes()
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(CassetteError) as error:
            write(path, tape("new" * 100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert str(error.value) == f"{path} could not be written: File too large. It is as it was before."
    assert path.read_bytes() == before
    assert names(path.parent) == ["a.yaml"]


def test_a_path_that_can_be_written_is_left_as_it_is(path, tmp_path):
    check_writable(path)
    check_writable(tmp_path / "new" / "folder" / "b.yaml")

    assert texts(path) == ["old"]
    assert names(path.parent) == ["a.yaml"]
    assert names(tmp_path) == ["cassettes"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is a file system that nobody can write to")
def test_a_file_system_that_is_read_only_is_known_before_the_first_call():
    with pytest.raises(CassetteError) as error:
        check_writable(Path("/proc/cassettes/a.yaml"))
    assert str(error.value).startswith("/proc/cassettes/a.yaml cannot be written: ")
    assert str(error.value).endswith(". Nothing was sent. Make the folder writable, or run without --opus-record.")


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_the_user_may_not_write_is_known_before_the_first_call(path, what):
    target = path if what == "file" else path.parent
    mode = target.stat().st_mode
    target.chmod(0o500 if what == "folder" else 0o400)
    try:
        with pytest.raises(CassetteError, match="cannot be written"):
            check_writable(path)
    finally:
        target.chmod(mode)


def test_a_file_where_a_folder_should_be_is_an_error(path):
    with pytest.raises(CassetteError, match="cannot be written: Not a directory"):
        check_writable(path / "b.yaml")
    with pytest.raises(CassetteError, match="could not be written"):
        write(path / "b.yaml", tape("new"))
    assert texts(path) == ["old"]


def dead_process():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@posix
def test_what_a_killed_process_left_is_removed_by_the_next_write(path):
    left = path.with_name(f".opus-{dead_process()}-0.tmp")
    others = [
        path.with_name(name) for name in (f".opus-{os.getppid()}-0.tmp", ".opus-notes.tmp", f".opus-{2**70}-0.tmp")
    ]
    for one in (left, *others):
        one.touch()

    write(path, tape("new"))

    assert names(path.parent) == sorted([path.name, *(one.name for one in others)])


KILLED = """
import os, sys
from pathlib import Path
from pytest_opus._cassette.file import _replace

path, *versions = map(Path, sys.argv[1:])
data = [version.read_bytes() for version in versions]
for _ in sys.stdin:
    writer = os.fork()
    if not writer:
        while True:
            for one in data:
                _replace(path, one)
    print(writer, flush=True)
    os.waitpid(writer, 0)
"""


@posix
def test_a_writer_that_is_killed_leaves_the_old_or_the_new_file(tmp_path):
    versions = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for version in versions:
        write(version, tape(version.stem * 2_000_000))
    wanted = {version.read_bytes() for version in versions}
    path = tmp_path / "cassettes" / "a.yaml"
    write(path, tape("first"))
    wanted.add(path.read_bytes())
    chance = random.Random(60)
    torn = left = 0
    command = [sys.executable, "-c", KILLED, str(path), *map(str, versions)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        for _ in range(60):
            print(file=parent.stdin, flush=True)
            writer = int(parent.stdout.readline())
            time.sleep(chance.uniform(0.001, 0.05))
            os.kill(writer, signal.SIGKILL)
            torn += path.read_bytes() not in wanted
            left += len(names(path.parent)) > 1
        parent.stdin.close()

    write(path, tape("last"))
    assert torn == 0
    assert left, "no writer was killed while it wrote"
    assert names(path.parent) == ["a.yaml"]


HOLDER = """
import sys
from pathlib import Path
from pytest_opus._cassette.file import locked

with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_lock_keeps_others_out_and_ends_with_its_process(path):
    taken = threading.Event()

    def take():
        with locked(path):
            taken.set()

    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "locked\n"
        waiting = threading.Thread(target=take)
        waiting.start()
        assert not taken.wait(0.2)
        with locked(path.with_name("b.yaml")):
            holder.kill()
        waiting.join(20)
    assert taken.is_set()
    assert names(path.parent) == ["a.yaml"]


def test_writers_that_merge_under_the_lock_lose_nothing_and_leave_nothing(path, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def add(text):
        with locked(path):
            write(path, [*read(path).interactions, *tape(text)])

    threads = [threading.Thread(target=add, args=[str(number)]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(texts(path)) == sorted(["old", *map(str, range(8))])
    assert names(tmp_path) == ["cassettes"]


def test_a_lock_that_cannot_be_taken_is_an_error(path, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))

    with (
        pytest.raises(CassetteError, match=r"^The lock .* cannot be taken: No such file or directory\. Set TMPDIR to"),
        locked(path),
    ):
        pass
