"""The marker `opus_cassette` and `endpoint(cassette=...)`: names, places, and what several markers say together."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

pytest.importorskip("vcr")


def files():
    return sorted(path.as_posix() for path in Path().rglob("*.yaml"))


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("('/')", "@pytest.mark.opus_cassette: '/' cannot be the name of a cassette."),
        ("('..')", "@pytest.mark.opus_cassette: '..' cannot be the name of a cassette."),
        ("('a\\0b')", "@pytest.mark.opus_cassette: 'a\\x00b' cannot be the name of a cassette."),
        ("(name=1)", "@pytest.mark.opus_cassette takes one positional argument, a name; got (1,)."),
        ("(ignore=None)", "@pytest.mark.opus_cassette: ignore is None; a list of paths is expected."),
        ("(ignore=3)", "@pytest.mark.opus_cassette: ignore is 3; a list of paths is expected."),
    ],
)
@pytest.mark.parametrize("mode", ["none", "once"])
def test_impossible_names_and_paths_fail_that_test_alone(project, upstream, marker, message, mode):
    source = f"@pytest.mark.opus_cassette{marker}\ndef test_it(): pass\n\ndef test_other(): pass\n"
    outcome = project.run(source, f"--opus-record={mode}")

    assert outcome.counts == {"errors": 1, "passed": 1}
    assert outcome.failure == message


def test_a_name_may_be_given_as_a_keyword_and_hold_spaces_and_folders(taped):
    source = """
        @pytest.mark.opus_cassette(name="a b/c d")
        def test_it(opus):
            ask("Hi", url=BASE)
        """
    assert taped.run(source, "--opus-record=once").counts == {"passed": 1}
    assert files() == ["cassettes/test_it/a b/c d.yaml"]
    assert taped.run(source).counts == {"passed": 1}


def test_the_closest_marker_wins_key_by_key(taped):
    source = """
        import unittest

        pytestmark = pytest.mark.opus_cassette(ignore=["metadata"])
        STAMP = {}

        @pytest.mark.opus_cassette("named")
        class TestIt:
            @pytest.mark.parametrize("number", ["1", pytest.param("2", marks=pytest.mark.opus_cassette("two"))])
            def test_it(self, number):
                assert ask(number, url=BASE, metadata=STAMP).endswith(number)

        class Case(unittest.TestCase):
            def test_case(self):
                for number in "34":
                    with self.subTest(number=number):
                        assert ask(number, url=BASE, metadata=STAMP).endswith(number)
        """
    recorded = taped.run(dedent(source).replace("{}", "{'user_id': '1'}"), "--opus-record=once")
    assert recorded.counts["passed"] >= 3
    assert files() == [f"cassettes/test_it/{name}.yaml" for name in ("Case.test_case", "named", "two")]

    replayed = taped.run(dedent(source).replace("{}", "{'user_id': '2'}"))
    assert (replayed.counts, replayed.ret) == (recorded.counts, 0)
    assert len(taped.seen) == 4


SHARED = """
    @pytest.mark.opus_cassette("../shared")
    def test_{0}(opus):
        ask("{0}", url=BASE)
        ask("both", url=BASE)
    """


def test_tests_of_several_modules_may_share_a_cassette(taped):
    taped.run(SHARED.format("other"))
    Path("test_it.py").rename("test_other.py")
    here = SHARED.format("here")
    assert taped.run(here, "--opus-record=once").counts == {"passed": 2}
    assert files() == ["cassettes/shared.yaml"]

    for arguments, passed in (([], 2), (["-n2"], 2), (["test_it.py"], 1), (["test_other.py"], 1)):
        outcome = taped.run(here, *arguments)
        assert (outcome.counts["passed"], outcome.ret) == (passed, 0), outcome.text

    outcome = taped.run(dedent(here).replace('    ask("here", url=BASE)\n', ""), "test_it.py")
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED
    assert (
        "opus: cassettes/shared.yaml: of 3 interactions none of the 1 tests that share it asked for: " in outcome.text
    )


def test_a_request_that_is_sent_twice_is_recorded_twice_beside_what_the_cassette_holds(taped):
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            for name in {!r}:
                ask(name, url=BASE)
        """
    taped.record(source.format("a"))
    assert taped.run(source.format("abb"), "--opus-record=new_episodes").counts == {"passed": 1}
    assert len(taped.seen) == 3

    assert taped.run(source.format("abb")).counts == {"passed": 1}
    assert len(taped.seen) == 3


def test_an_endpoint_writes_its_cassette_where_it_was_opened(taped):
    source = """
        def test_it(monkeypatch, tmp_path):
            with endpoint(cassette="tapes/agent"):
                ask("Hi", url=BASE)
                monkeypatch.chdir(tmp_path)
        """
    assert taped.run(source, "--opus-record=once").counts == {"passed": 1}
    assert files() == ["tapes/agent.yaml"]


@pytest.mark.parametrize("name", ["", ".", "..", "/"])
def test_an_endpoint_says_which_name_a_file_cannot_have(project, name):
    outcome = project.run(f"def test_it():\n    with endpoint(cassette={name!r}):\n        pass\n")

    assert f"ValueError: endpoint(): {name!r} cannot be the name of a cassette." in outcome.failure


@pytest.mark.parametrize("mode", ["none", "once"])
def test_a_folder_in_the_place_of_a_cassette_is_told_by_its_name(taped, mode):
    taped.path().mkdir(parents=True)
    outcome = taped.run("@pytest.mark.opus_cassette\ndef test_it(): pass\n", f"--opus-record={mode}")

    assert outcome.counts == {"errors": 1}
    assert outcome.failure == (
        "cassettes/test_it/test_it.yaml is no file. Remove it, or give the cassette another name."
    )


def test_a_torn_cassette_is_told_by_its_name_as_a_shell_takes_it(taped):
    source = "@pytest.mark.opus_cassette('a b')\ndef test_it(): ask(url=BASE)\n"
    assert taped.run(source, "--opus-record=once").counts == {"passed": 1}
    path = taped.path("a b")
    path.write_text(path.read_text(encoding="utf-8")[:400], encoding="utf-8")

    outcome = taped.run(source)
    assert outcome.failure.startswith("cassettes/test_it/a b.yaml:")
    assert "Bring it back (git checkout -- 'cassettes/test_it/a b.yaml'), or delete it" in outcome.failure


def test_a_name_that_is_too_long_is_told_before_a_call_is_paid_for(taped):
    source = f"@pytest.mark.opus_cassette('{'x' * 300}')\ndef test_it(): ask(url=BASE)\n"
    outcome = taped.run(source, "--opus-record=once")

    assert outcome.counts == {"errors": 1}
    assert ".yaml cannot be written: File name too long. Nothing was sent." in outcome.failure
    assert taped.seen == []


def test_a_cassette_beside_the_working_directory_is_named_from_there(taped, monkeypatch):
    source = "@pytest.mark.opus_cassette\ndef test_it(): ask(url=BASE)\n"
    taped.project.write(source.replace("url=BASE", ""))
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    outcome = taped.project.pytester.runpytest_inprocess("--rootdir=..", "../test_it.py")

    assert "there is no ../cassettes/test_it/test_it.yaml." in outcome.stdout.str()


def test_endpoints_of_one_session_add_to_each_others_cassette(taped):
    source = """
        @pytest.mark.parametrize("name", {!r})
        def test_it(name):
            with endpoint(cassette="tapes/agent", unused_interactions="off"):
                ask(name, url=BASE)
                ask("both", url=BASE)
        """
    for mode in ("once", "all"):
        taped.seen.clear()
        assert taped.run(source.format("ab"), f"--opus-record={mode}").counts == {"passed": 2}
        assert [one["body"]["messages"][0]["content"] for one in taped.seen] == ["a", "both", "b"]
        assert taped.run(source.format("ab")).counts == {"passed": 2}
        assert taped.run(source.format("abc"), "--opus-record=once").counts == {"passed": 2, "failed": 1}
    assert len(taped.seen) == 3
