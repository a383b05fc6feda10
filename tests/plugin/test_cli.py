"""The command `pytest-opus compare`."""

from importlib.metadata import entry_points

import pytest

from pytest_opus._cli import main

SPEND = """
@pytest.mark.parametrize("n", [1, 2])
def test_it(opus, n):
    opus.script(turn("one", usage={"input_tokens": TOKENS, "output_tokens": 0}))
    ask()
"""


@pytest.fixture
def reports(project, monkeypatch):
    """Two reports of the same tests, the second of which use 11% more."""
    for name, tokens in (
        ("old", "100"),
        ("new", "1_11"),
    ):  # Python may run the old bytecode of a file of the same length
        project.run(SPEND.replace("TOKENS", tokens), "-q", f"--opus-report={name}.json")
    monkeypatch.chdir(project.pytester.path)


@pytest.mark.parametrize(("bound", "code"), [([], 0), (["--max-ratio", "1.11"], 0), (["--max-ratio=1.1"], 1)])
def test_the_exit_code_tells_whether_the_bound_was_kept(reports, capsys, bound, code):
    assert main(["compare", "old.json", "new.json", *bound]) == code

    out = capsys.readouterr().out.splitlines()
    assert out[-1 if not bound else 3].split() == [
        "sum",
        "of",
        "2",
        "tests",
        "200",
        "222",
        "1.11x",
        "$0.001",
        "$0.00111",
        "1.11x",
    ]


def test_a_report_that_is_smaller_is_fine(reports):
    assert main(["compare", "new.json", "old.json", "--max-ratio", "1"]) == 0


def test_a_bound_that_judges_nothing_does_not_hold(project, monkeypatch, capsys):
    monkeypatch.chdir(project.pytester.path)
    for name in ("old", "newer"):
        source = SPEND.replace("TOKENS", "9").replace("test_it", f"test_{name}")
        project.run(source, f"--opus-report={name}.json")
    capsys.readouterr()

    assert main(["compare", "old.json", "newer.json", "--max-ratio", "2"]) == 1
    assert capsys.readouterr().out.startswith("The reports have no test in common.")


def test_costs_are_those_of_the_runs_that_wrote_the_reports(project, monkeypatch, capsys):
    monkeypatch.chdir(project.pytester.path)
    for name, price in (("old", "4"), ("new", "8")):
        project.run(
            SPEND.replace('"one"', '"one", model="my-model"').replace("TOKENS", "1_000"),
            f"--opus-report={name}.json",
            ini=f"opus_prices = my-model input={price} output=20",
        )

    assert main(["compare", "old.json", "new.json"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[4:] == [
        "2,000",
        "2,000",
        "1.00x",
        "$0.008",
        "$0.016",
        "2.00x",
    ]


WRONG = {
    ("old.json", "none.json"): "argument NEW.json: none.json cannot be read: No such file or directory",
    (
        "bad.json",
        "old.json",
    ): "argument OLD.json: bad.json cannot be compared: it is not a report that --opus-report has written",
    ("part.json", "old.json"): "argument OLD.json: part.json cannot be compared: a part of it is missing",
    (
        "old.json",
        "old.json",
        "--max-ratio=0",
    ): "argument --max-ratio: '0' is no ratio; a number above 0, such as 1.1, is expected",
    (
        "old.json",
        "old.json",
        "--max-ratio=x",
    ): "argument --max-ratio: 'x' is no ratio; a number above 0, such as 1.1, is expected",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_arguments(reports, project, capsys, arguments):
    (project.pytester.path / "bad.json").write_text("{}")
    (project.pytester.path / "part.json").write_text('{"schema": "pytest-opus-report", "version": 1}')
    with pytest.raises(SystemExit) as caught:
        main(["compare", *arguments])

    assert caught.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"pytest-opus compare: error: {WRONG[arguments]}"


def test_the_command_is_installed():
    scripts = [script for script in entry_points(group="console_scripts") if script.name == "pytest-opus"]
    if not scripts:
        pytest.skip("the installed package is older than its entry point")

    assert {script.load() for script in scripts} == {main}
