"""The summary in the terminal, and the files of `--opus-report`."""

import json
from pathlib import Path

import pytest

import pytest_opus

BUDGET = """
@pytest.mark.token_budget(100, calls=3)
def test_with_a_budget(opus):
    opus.script(turn("one", usage={"input_tokens": 60, "output_tokens": 35}))
    ask()

def test_without(opus):
    opus.script(turn("one", usage={"input_tokens": 6, "output_tokens": 3}))
    ask()
"""
PLAIN = BUDGET.replace("@pytest.mark.token_budget(100, calls=3)", "")


def summary(outcome):
    """The lines of the section, without what follows it."""
    _, found, rest = outcome.text.partition(" opus usage ")
    return [line for line in rest.splitlines()[1:] if not line.startswith("=")] if found else None


def test_a_budget_is_worth_telling(project):
    assert summary(project.run(BUDGET)) == [
        "test                            calls  tokens  budget",
        "test_it.py::test_with_a_budget      1      95  95% of 100",
    ]


def test_tests_that_only_script_are_not(project):
    assert summary(project.run(PLAIN)) is None


def test_unless_all_are_asked_for(project):
    assert summary(project.run(PLAIN, "--opus-usage=all")) == [
        "test                            calls  tokens       cost",
        "test_it.py::test_with_a_budget      1      95  $0.001175",
        "test_it.py::test_without            1       9  $0.000105",
        "2 tests                             2     104   $0.00128",
    ]


@pytest.mark.parametrize("arguments", [["-q"], ["--opus-usage=off"], ["-p", "no:terminal"]])
def test_silence(project, arguments):
    assert summary(project.run(BUDGET, *arguments)) is None


def test_no_call_no_summary(project):
    assert summary(project.run("def test_it(opus): ...", "--opus-usage=all")) is None


def test_live_calls_are_worth_telling(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script(turn("one", usage={"input_tokens": 60, "output_tokens": 35}))
            ask()
            opus.calls[0].live = True
        """)

    assert summary(outcome) == [
        "test                 calls  tokens       cost",
        "test_it.py::test_it      1      95  $0.001175",
        "The API answered 1 call: 95 tokens, $0.001175.",
    ]


def test_the_largest_of_many_are_listed(project):
    many = """
        @pytest.mark.token_budget(1_000)
        @pytest.mark.parametrize("n", range(25))
        def test_it(opus, n):
            opus.script(turn("one", usage={"input_tokens": n, "output_tokens": 1}))
            ask()
        """

    assert summary(project.run(many))[1:] == [
        *(
            f"test_it.py::test_it[{n}]".ljust(23) + f"      1  {n + 1:6}  {(n + 1) // 10}% of 1,000"
            for n in range(5, 25)
        ),
        "... and 5 more               5      15",
        "25 tests                    25     325",
    ]
    assert len(summary(project.run(many, "-v"))) == 27


def test_colours(project):
    outcome = project.run(BUDGET.replace("(100,", "(94,"), "--color=yes")

    outcome.stdout.fnmatch_lines(["*\x1b[31mtest_it.py::test_with_a_budget      1      95  101% of 94\x1b[0m*"])


def test_xdist(project):
    pytest.importorskip("xdist")
    outcome = project.run_subprocess(BUDGET, "-n2", "--opus-usage=all")

    assert sorted(summary(outcome)) == [
        "2 tests                             2     104   $0.00128",
        "test                            calls  tokens       cost  budget",
        "test_it.py::test_with_a_budget      1      95  $0.001175  95% of 100",
        "test_it.py::test_without            1       9  $0.000105",
    ]


def test_files(project, lines):
    outcome = project.run(BUDGET, "-q", "--opus-report=out/a.json", "--opus-report=a.md")
    report = json.loads((project.pytester.path / "out/a.json").read_text())

    assert outcome.ret == 0
    assert (report["schema"], report["version"]) == ("pytest-opus-report", 1)
    assert report["sum"]["tokens"] == 104
    first, second = report["tests"]
    assert (first["nodeid"], first["outcome"], first["models"]) == (
        "test_it.py::test_with_a_budget",
        "passed",
        ["claude-opus-4-7"],
    )
    assert first["budget"] == [
        {"limit": "total", "used": "95", "most": "100", "percent": 95},
        {"limit": "calls", "used": "1", "most": "3", "percent": 33},
    ]
    assert (first["last"]["cost"], second["last"]["cost"]) == ("0.001175", "0.000105")
    assert first["transcript"].splitlines()[-1] == '  < text "one"'
    assert (project.pytester.path / "a.md").read_text() == lines("""
        ## Usage of the Messages API

        2 tests, 2 calls, 104 tokens, $0.00128.

        | test | outcome | calls | tokens | cost | budget |
        |---|---|---:|---:|---:|---|
        | test\\_it.py::test\\_with\\_a\\_budget | passed | 1 | 95 | $0.001175 | total: 95% of 100<br>calls: 33% of 3 |
        | test\\_it.py::test\\_without | passed | 1 | 9 | $0.000105 |  |
        """) + "\n"


def test_the_file_keeps_to_its_schema(project):
    jsonschema = pytest.importorskip("jsonschema")
    project.run(
        """
        @pytest.mark.token_budget(10, cost=1, phases={"a": 0.5}, task_budget=True)
        def test_over(opus):
            opus.script("one", rate_limited(), "never")
            with opus.phase("a"):
                send(), send()
            opus.calls[0].live = True

        @pytest.mark.opus_effort
        def test_effort(opus, opus_effort):
            opus.script(turn("one", model="my-model", usage={"input_tokens": 1, "output_tokens": 1}))
            send(output_config={"effort": opus_effort})
            opus.calls[0].recorded = True
        """,
        "--opus-report=a.json",
        "--opus-budget=1",
        "--opus-budget-usd=9",
    )
    path = Path(pytest_opus.__file__).parent / "_report" / "report.schema.json"
    schema = json.loads(path.read_text())
    report = json.loads((project.pytester.path / "a.json").read_text())

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(report, schema)
    assert report["tests"][0]["problems"] == ["opus: 1 of 3 scripted turns was never asked for."]


def test_outcomes(project):
    project.run(
        """
        @pytest.fixture
        def broken_setup(opus):
            opus.otherwise("one")
            ask()
            raise RuntimeError

        @pytest.fixture
        def broken_teardown(opus):
            yield
            raise RuntimeError

        @pytest.fixture
        def answers(opus):
            opus.otherwise("one")
            ask()

        def test_setup(broken_setup): ...
        def test_teardown(answers, broken_teardown): ...
        def test_passes(answers): ...
        def test_fails(answers): assert 0
        def test_skips(answers): pytest.skip("later")
        """,
        "--opus-report=a.json",
    )
    report = json.loads((project.pytester.path / "a.json").read_text())

    assert {test["nodeid"].rpartition("test_")[2]: test["outcome"] for test in report["tests"]} == {
        "setup": "error",
        "teardown": "error",
        "passes": "passed",
        "fails": "failed",
        "skips": "skipped",
    }


def test_reruns(project):
    pytest.importorskip("pytest_rerunfailures")
    outcome = project.run(
        """
        attempts = []

        @pytest.mark.token_budget(100)
        def test_it(opus):
            opus.script(turn("one", usage={"input_tokens": 60, "output_tokens": 35}))
            ask()
            attempts.append(1)
            assert len(attempts) == 3
        """,
        "--reruns=3",
        "--opus-report=a.json",
    )
    (test,) = json.loads((project.pytester.path / "a.json").read_text())["tests"]

    assert (test["outcome"], test["attempts"], test["last"]["tokens"], test["all_attempts"]["tokens"]) == (
        "passed",
        3,
        95,
        285,
    )
    assert summary(outcome) == [
        "test                 calls  tokens  budget",
        "test_it.py::test_it      3     285  95% of 100",
        "1 test ran more than once; what every attempt used is counted.",
    ]


def test_a_file_that_cannot_be_written(project):
    (project.pytester.path / "taken").write_text("")
    outcome = project.run(BUDGET, "--opus-report=taken/a.json")

    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stdout.fnmatch_lines(["opus: the report *taken/a.json cannot be written: *"])


def test_nothing_is_collected_where_nobody_asks(pytester):
    pytester.makepyfile(
        """
        def test_it(request):
            assert request.config.pluginmanager.get_plugin("opus-collector") is None
        """
    )

    assert pytester.runpytest_inprocess("-q").ret == 0


def test_reruns_that_end_badly_without_a_call(project):
    pytest.importorskip("pytest_rerunfailures")
    project.run(
        """
        attempts = []

        def test_it(opus):
            opus.otherwise("one")
            attempts.append(1)
            if len(attempts) == 1:
                ask()
            assert 0
        """,
        "--reruns=2",
        "--opus-report=a.json",
    )
    (test,) = json.loads((project.pytester.path / "a.json").read_text())["tests"]

    assert (test["outcome"], test["attempts"]) == ("failed", 3)


def test_collecting_alone_leaves_the_report(project):
    project.run(BUDGET, "--opus-report=a.json")
    before = (project.pytester.path / "a.json").read_text()
    project.run(BUDGET, "--opus-report=a.json", "--collect-only")

    assert (project.pytester.path / "a.json").read_text() == before


@pytest.mark.parametrize("arguments", [[], ["-n1"]])
def test_members_of_enumerations_and_odd_names(project, arguments):
    pytest.importorskip("xdist")
    outcome = project.run(
        """
        from enum import StrEnum
        from http import HTTPStatus

        class Level(StrEnum):
            LOW = "low"

        class Part(StrEnum):
            PLAN = "plan"

        @pytest.mark.opus_effort(Level.LOW)
        @pytest.mark.token_budget(9_999)
        def test_it(opus, opus_effort):
            opus.otherwise("one")
            with opus.phase(Part.PLAN):
                ask(output_config={"effort": opus_effort})
            with opus.phase("\\ud800"):
                ask(output_config={"effort": opus_effort})

        def test_errors(opus):
            opus.script(api_error(HTTPStatus.NOT_FOUND))
            ask()
        """,
        "--opus-report=a.json",
        *arguments,
    )
    tests = json.loads((project.pytester.path / "a.json").read_text())["tests"]

    assert outcome.counts == {"passed": 2}
    assert [call["phase"] for call in tests[0]["calls"]] == ["plan", "?"]
    assert tests[0]["effort"] == "low"
