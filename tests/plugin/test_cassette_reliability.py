"""Cassettes are safe to keep: what is recorded is written whole or not at all, and nothing is lost in silence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

pytest.importorskip("vcr")

TWO_CALLS = """
    @pytest.mark.opus_cassette
    def test_it(opus):
        ask("one", url=BASE)
        ask("two", url=BASE)
    """


def again(taped, ending):
    """Record anew, with something that goes wrong after the first call."""
    return dedent(TWO_CALLS).replace('    ask("two"', f'    {ending}\n    ask("two"')


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("raise KeyboardInterrupt", 2),
        ("__import__('os')._exit(9)", 9),
        ("assert 0", 1),
        ("pytest.skip()", 0),
        ("pytest.exit('x')", 2),
        ("raise SystemExit", 1),
    ],
)
def test_a_recording_that_does_not_end_well_leaves_the_old_one_as_it_was(taped, ending, code):
    taped.record(TWO_CALLS)
    before = taped.path().read_bytes()

    outcome = taped.run_subprocess(again(taped, ending), "--opus-record=all")

    assert outcome.ret == code, outcome.text
    assert len(taped.seen) == 3
    assert {path: data for path, data in taped.files().items() if path.parent == taped.path().parent} == {
        taped.path(): before
    }


def test_a_module_that_cannot_be_collected_leaves_cassettes_as_they_were(taped):
    before = taped.record(TWO_CALLS)

    outcome = taped.run(dedent(TWO_CALLS) + "raise ImportError", "--opus-record=all")

    assert outcome.ret == pytest.ExitCode.INTERRUPTED
    assert taped.path().read_text(encoding="utf-8") == before


def test_an_endpoint_that_is_down_leaves_the_cassette_as_it_was(taped, monkeypatch):
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            try:
                ask("one", url=BASE)
            except Exception:
                {}
        """
    before = taped.record(source.format("raise"))
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")

    raised = taped.run(source.format("raise"), "--opus-record=all")
    swallowed = taped.run(source.format("pass"), "--opus-record=all")

    assert raised.counts == swallowed.counts == {"failed": 1}
    assert swallowed.failure == (
        "cassettes/test_it/test_it.yaml is left as it was: no request got an answer this time (ConnectError: "
        "[Errno 111] Connection refused). If that is meant, delete the file first."
    )
    assert taped.path().read_text(encoding="utf-8") == before


def test_ctrl_c_between_two_calls(taped):
    before = taped.record(TWO_CALLS)
    taped.project.write(
        'BASE = __import__("os").environ["ANTHROPIC_BASE_URL"] + "/v1/messages"\n'
        + again(taped, "__import__('time').sleep(30)")
    )
    process = subprocess.Popen([sys.executable, "-m", "pytest", "--opus-record=all"], stdout=subprocess.PIPE)
    while len(taped.seen) < 3:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=30)

    assert process.returncode == pytest.ExitCode.INTERRUPTED, text
    assert taped.path().read_text(encoding="utf-8") == before


PENDING = (
    "cassettes/test_it/test_it.yaml is not written: 1 of its requests had not been answered when the test ended. "
    "Wait for the test's tasks and threads before it ends, or cancel them."
)


def test_a_thread_that_still_waits_for_an_answer_when_the_test_ends_is_an_error(taped):
    source = """
        import threading

        @pytest.fixture
        def background(opus):
            threads = []
            yield threads
            threads[0].join()

        @pytest.mark.opus_cassette
        def test_it(opus, background):
            ask("one", url=BASE)
            background.append(threading.Thread(target=send, args=("slow",), kwargs={"url": BASE, "stream": True}))
            background[0].start()
            while len(opus.calls) < 2:
                pass
        """
    outcome = taped.run(source, "--opus-record=once")

    assert outcome.counts == {"failed": 1}
    assert outcome.failure == PENDING
    assert not taped.path().exists()


def test_a_task_that_still_waits_for_an_answer_when_the_test_ends_is_an_error(taped):
    pytest.importorskip("pytest_asyncio")
    source = """
        import asyncio
        import httpx

        @pytest.mark.asyncio
        @pytest.mark.opus_cassette
        async def test_it(opus):
            async def call():
                async with httpx.AsyncClient() as client:
                    return await client.post(BASE, headers=headers(), json=body("slow", stream=True))

            ask("one", url=BASE)
            tasks.append(asyncio.create_task(call()))
            while len(opus.calls) < 2:
                await asyncio.sleep(0.01)

        tasks = []
        """
    outcome = taped.run(source, "--opus-record=once")

    assert outcome.counts == {"failed": 1}
    assert outcome.failure == PENDING
    assert not taped.path().exists()


def test_a_call_of_a_finalizer_is_too_late_to_be_recorded(taped):
    source = """
        @pytest.fixture
        def after(opus):
            yield
            ask("late", url=BASE)

        @pytest.mark.opus_cassette
        def test_it(opus, after):
            ask("one", url=BASE)
        """
    outcome = taped.run(source, "--opus-record=once")

    assert outcome.counts == {"passed": 1, "errors": 1}
    assert outcome.failure.splitlines() == [
        "opus: call 2 came after the end of the test: cassettes/test_it/test_it.yaml was written without it.",
        '  call 2: model claude-opus-4-7, 1 message, the last: user text "late"',
        "Make the call within the test, or give the fixture that makes it a cassette of its own: "
        'pytest_opus.endpoint(cassette="...").',
    ]
    assert len(taped.seen) == 1
    outcome = taped.run(source)
    assert outcome.counts == {"passed": 1, "errors": 1}
    assert outcome.failure.startswith("opus: call 2 is not in the cassette")


def test_two_threads_with_two_cassettes(taped):
    source = """
        import threading

        def play(name, barrier, told):
            with endpoint(cassette=name) as opus:
                barrier.wait()
                told[name] = [ask(f"{name} {place}", url=BASE).partition(": ")[2] for place in range(5)]
                barrier.wait()
                assert len(opus.calls) == 5

        def test_it():
            barrier, told = threading.Barrier(2), {}
            threads = [threading.Thread(target=play, args=(name, barrier, told)) for name in "ab"]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
            assert told == {name: [f"you said {name} {place}" for place in range(5)] for name in "ab"}
        """
    assert taped.run(source, "--opus-record=once").counts == {"passed": 1}
    for name, other in ("ab", "ba"):
        text = Path(f"{name}.yaml").read_text(encoding="utf-8")
        assert text.count("- request:") == 5
        assert f"{other} 0" not in text
    assert taped.run(source).counts == {"passed": 1}
    assert len(taped.seen) == 10


def a_directory(path):
    path.unlink()
    path.mkdir()


def a_pipe(path):
    path.unlink()
    os.mkfifo(path)


def without_its_end(path):
    path.write_bytes(path.read_bytes()[:-40])


def empty(path):
    path.write_bytes(b"")


def in_conflict(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[5:5] = ["<<<<<<< HEAD", "=======", ">>>>>>> other"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def no_text(path):
    path.write_bytes(path.read_bytes().replace(b"one", b"\xff\xfe"))


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes", "all"])
@pytest.mark.parametrize("damage", [a_directory, a_pipe, without_its_end, empty, in_conflict, no_text])
def test_what_is_no_whole_cassette_is_an_error_before_anything_is_sent_and_stays_as_it_is(taped, damage, mode):
    taped.record(TWO_CALLS)
    damage(taped.path())
    before = taped.path().read_bytes() if taped.path().is_file() else None

    outcome = taped.run(TWO_CALLS, f"--opus-record={mode}")

    assert outcome.counts == {"errors": 1}
    assert str(taped.path()) in outcome.failure
    assert len(taped.seen) == 2
    assert (taped.path().read_bytes() if taped.path().is_file() else None) == before
