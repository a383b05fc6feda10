"""The README and the examples do what they say."""

import configparser
import re
import shlex
import sys
from inspect import signature
from itertools import pairwise
from pathlib import Path

import pytest

import pytest_opus

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
EXAMPLES = sorted({path.parent.name for path in (ROOT / "examples").glob("*/test_*.py")})


def blocks(language):
    return [block for name, block in BLOCKS if name == language]


def name_of(block, default):
    """The file that a block is to be saved as, from its first line."""
    named = re.match(r"# (\w+\.py)\n", block)
    return named[1] if named else default


AGENT = next(block for block in blocks("python") if name_of(block, "") == "agent.py")
OUTPUTS = {  # block -> what its run prints, for a block of code that is followed by an output
    code: output
    for (language, code), (following, output) in pairwise(BLOCKS)
    if (language, following) == ("python", "text")
}
RECORDED = next(block for block in blocks("python") if "opus_cassette" in block)
TESTS = [block for block in blocks("python") if block not in (AGENT, RECORDED)]
TEST_NAMES = [re.search(r"def (test_\w+)", block)[1] for block in TESTS]


@pytest.fixture
def folder(pytester, monkeypatch):
    """An empty project. Its output is 80 columns wide and plain."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PY_COLORS", "0")
    pytester.makeini("[pytest]\n")
    return pytester


def save(folder, block):
    name = name_of(block, "test_block.py")
    (folder.path / name).write_text(block, encoding="utf-8")
    return name


def run(folder, *arguments):
    with pytest.MonkeyPatch.context() as patch:
        for file in folder.path.glob("*.py"):  # of our own tests, one may have the same name
            patch.delitem(sys.modules, file.stem, raising=False)
        return folder.runpytest("-p", "no:asyncio", "-p", "no:cacheprovider", *arguments)


@pytest.mark.parametrize("block", TESTS, ids=TEST_NAMES)
def test_a_block_runs_as_it_stands(folder, block):
    anthropic = pytest.importorskip("anthropic")
    if "output_config" in block and "output_config" not in signature(anthropic.resources.Messages.create).parameters:
        pytest.skip("the client does not know output_config yet")
    if "from agent import" in block:
        save(folder, AGENT)

    result = run(folder, save(folder, block))

    result.assert_outcomes(**{"failed" if block in OUTPUTS else "passed": block.count("def test_")})


def test_the_first_block_needs_no_other_file(folder):
    pytest.importorskip("anthropic")
    assert README.index(TESTS[0]) < README.index(AGENT)
    save(folder, TESTS[0])
    run(folder).assert_outcomes(passed=1)


def test_a_cassette_is_recorded_and_replayed_as_told(folder, monkeypatch):
    pytest.importorskip("anthropic", minversion="2.0")
    pytest.importorskip("vcr")
    monkeypatch.delenv("CI", raising=False)
    save(folder, AGENT)
    name = save(folder, RECORDED)
    with pytest_opus.serve(unused_turns="off") as api:
        usage = {"input_tokens": 790, "output_tokens": 48}
        api.script(pytest_opus.turn(pytest_opus.tool_use("run_tests", {"file": "a.test.ts"}), usage=usage))
        api.otherwise(pytest_opus.turn("All tests pass now.", usage={"input_tokens": 870, "output_tokens": 9}))
        folder.runpytest_subprocess(name, "--opus-record=once").assert_outcomes(passed=1)
    assert (folder.path / "cassettes/test_agent/test_agent.yaml").exists()
    run(folder, name).assert_outcomes(passed=1)

    save(folder, RECORDED.replace("this bug", "that bug"))
    result = run(folder, name)
    result.assert_outcomes(failed=1)
    assert OUTPUTS.get(RECORDED) in f"{result.stdout}\n"


@pytest.mark.parametrize("block", OUTPUTS.keys() - {RECORDED}, ids=lambda block: name_of(block, None))
def test_a_failure_looks_as_it_is_shown(folder, block):
    pytest.importorskip("anthropic")
    save(folder, AGENT)

    result = run(folder, save(folder, block))

    assert OUTPUTS[block] in f"{result.stdout}\n"


@pytest.mark.parametrize("block", blocks("ini"))
def test_the_ini_file_is_accepted(folder, block):
    folder.makeini(block)
    folder.makepyfile("def test_starts(opus): pass")
    run(folder, "--strict-config").assert_outcomes(passed=1)


def test_every_ini_option_is_told(folder):
    options = set(re.findall(r"^  (opus_\w+) ", str(run(folder, "--help").stdout), re.MULTILINE))
    told = set(re.findall(r"opus_\w+", README))
    kinds = {f"opus_{kind}" for kind in re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)}
    assert options - told - kinds == set()


def test_every_rule_about_tools_is_told():
    from pytest_opus._tools.rules import markdown

    assert "\n".join(markdown()) in README


def test_every_exported_function_is_told():
    assert [name for name in pytest_opus.__all__ if name.islower() and f"{name}(" not in README] == []


def test_commands_name_environments_that_exist():
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini")
    commands = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]
    for command in commands:
        words = shlex.split(command)
        if "-e" in words:
            assert f"testenv:{words[words.index('-e') + 1]}" in tox
    assert sum("tox run" in command for command in commands) == 2


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_passes(folder, name):
    pytest.importorskip("anthropic", minversion="2.0")
    if name == "claude_code":
        pytest.importorskip("claude_agent_sdk")
    folder.copy_example(name)
    result = run(folder)
    assert result.ret == 0
    assert result.parseoutcomes().keys() == {"passed"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_run_by_tox(name):
    assert f"pytest examples/{name}\n" in (ROOT / "tox.ini").read_text(encoding="utf-8")
