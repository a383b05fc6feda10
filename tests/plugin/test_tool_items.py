"""`pytest --opus-tools`: one item per tool."""

import re
from importlib.util import find_spec

import pytest

TOOLS = """
FILE = {"type": "string", "description": "Path."}
RUN = {
    "name": "run_tests",
    "description": "Run a test file.",
    "input_schema": {"type": "object", "properties": {"file": FILE}, "required": ["file"]},
}
READ = {"name": "read", "input_schema": {"type": "object"}}
LOST = {"name": "lost", "description": "x", "input_schema": {"type": "object", "allOf": [{"$ref": "#/$defs/A"}]}}
TOOLS = [RUN, READ, LOST]
SOUND = [RUN]
"""
LOST_PROBLEM = """
opus: tool 'lost' has a `$ref` to a definition that is not there: #/$defs/A.
  error ref_unresolvable at tools[2].input_schema.allOf[0].$ref is "#/$defs/A"
Add the definition under $defs, or mend the reference.
"""
NO_DESCRIPTION = """
opus: tool 'read' has no description.
  advice no_description at tools[1].description
Say in three or four sentences what it does, when to use it and what it returns.
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs pytest in a folder with a module of tools and, in a folder of its own, one test."""
    monkeypatch.setenv("COLUMNS", "200")
    (pytester.mkdir("agent") / "tools.py").write_text(TOOLS, encoding="utf-8")
    (pytester.mkdir("checks") / "test_it.py").write_text("def test_it(): ...", encoding="utf-8")
    loop_scope = "asyncio_default_fixture_loop_scope = function\n" if find_spec("pytest_asyncio") else ""

    def run(*arguments, ini=""):
        pytester.makeini(f"[pytest]\n{loop_scope}{ini}")
        return pytester.runpytest_inprocess(*arguments)

    return run


def ran(result):
    return [
        (report.nodeid, report.outcome)
        for report in result.reprec.getreports("pytest_runtest_logreport")
        if report.when == "call"
    ]


ITEMS = [
    ("checks/test_it.py::test_it", "passed"),
    ("opus_tools::run_tests", "passed"),
    ("opus_tools::read", "passed"),
    ("opus_tools::lost", "failed"),
]


def test_one_item_per_tool(run, lines):
    result = run("--opus-tools", "agent.tools:TOOLS")

    assert ran(result) == ITEMS
    (failed,) = [report for report in result.reprec.getreports("pytest_runtest_logreport") if report.failed]
    assert failed.longreprtext == lines(LOST_PROBLEM)
    assert "collected 4 items" in result.stdout.str()
    assert "no description" not in result.stdout.str()


def test_advice_is_told_in_a_verbose_run(run, lines):
    text = run("--opus-tools", "agent.tools:TOOLS", "-v").stdout.str()

    assert "opus_tools::lost FAILED" in text
    assert f" opus advice =\n{lines(NO_DESCRIPTION)}\n" in re.sub("=+", "=", text)


def test_advice_of_a_failing_item_stands_with_it(run):
    result = run("--opus-tools", "agent.tools:TOOLS", "-v")

    (failed,) = [report for report in result.reprec.getreports("pytest_runtest_logreport") if report.failed]
    ((_, text),) = [section for section in failed.sections if "advice" in section[0]]
    assert "advice root_combined at tools[2].input_schema.allOf" in text


def test_advice_fails_where_it_is_to(run, lines):
    result = run("--opus-tools", "agent.tools:TOOLS", "--opus-tools-strict", "-k", "read")

    assert ran(result) == [("opus_tools::read", "failed")]
    (failed,) = [report for report in result.reprec.getreports("pytest_runtest_logreport") if report.failed]
    assert failed.longreprtext == lines(NO_DESCRIPTION)


def test_several_sources_and_a_json_file(run, pytester):
    (pytester.path / "more.json").write_text(
        '{"name": "run_tests", "input_schema": {"type": "object"}}', encoding="utf-8"
    )

    result = run("--opus-tools", "agent.tools:SOUND", "--opus-tools", "more.json", "--opus-tools=agent.tools:READ")

    assert [name for name, _ in ran(result)[1:]] == [
        "opus_tools::run_tests",
        "opus_tools::run_tests[2]",
        "opus_tools::read",
    ]


def test_tools_without_a_name_and_output_formats(run, pytester):
    body = (
        '{"tools": [{"input_schema": {"type": "object"}}, {"type": "mcp_toolset", "mcp_server_name": "wiki"}], '
        '"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}'
    )
    (pytester.path / "request.json").write_text(body, encoding="utf-8")

    assert ran(run("--opus-tools", "request.json"))[1:] == [
        ("opus_tools::unnamed", "failed"),
        ("opus_tools::wiki", "passed"),
        ("opus_tools::output_config", "failed"),
    ]


def test_the_ini_file_names_tools(run):
    ini = "opus_tools =\n    agent.tools:SOUND\n    agent.tools:READ\n"

    assert [name for name, _ in ran(run(ini=ini))] == [
        "checks/test_it.py::test_it",
        "opus_tools::run_tests",
        "opus_tools::read",
    ]
    assert [name for name, _ in ran(run("checks", ini=ini))][1:] == ["opus_tools::run_tests", "opus_tools::read"]


@pytest.mark.parametrize("single", ["checks/test_it.py", "checks/test_it.py::test_it"])
def test_a_run_of_single_tests_checks_what_the_command_line_names(run, single):
    assert ran(run(single, ini="opus_tools = agent.tools:SOUND")) == [("checks/test_it.py::test_it", "passed")]
    assert len(ran(run(single, "--opus-tools", "agent.tools:SOUND"))) == 2


WORKERS = pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["alone", "xdist"])


@WORKERS
def test_selected_by_id(run, workers):
    if workers:
        pytest.importorskip("xdist")
    tools = ("--opus-tools", "agent.tools:TOOLS")

    assert ran(run(*tools, "opus_tools::read", *workers)) == [ITEMS[2]]
    assert sorted(ran(run(*tools, "opus_tools::lost", "opus_tools::run_tests", *workers))) == [ITEMS[3], ITEMS[1]]
    assert sorted(ran(run(*tools, "checks/test_it.py::test_it", "opus_tools::lost", *workers))) == [ITEMS[0], ITEMS[3]]
    assert sorted(ran(run(*tools, "opus_tools", *workers))) == sorted(ITEMS[1:])


def test_selected_by_id_from_the_ini_file(run, pytester, monkeypatch):
    ini = "opus_tools = agent.tools:TOOLS"

    assert ran(run("opus_tools::lost", ini=ini)) == [ITEMS[3]]
    assert ran(run("opus_tools::lost", "--lf", ini=ini)) == [ITEMS[3]]
    monkeypatch.chdir(pytester.path / "agent")
    assert ran(run("opus_tools::lost", "-k", "lost", ini=ini)) == [ITEMS[3]]


@WORKERS
@pytest.mark.parametrize(
    ("id_", "ini", "says"),
    [
        ("opus_tools::reed", "opus_tools = agent.tools:TOOLS", "not found: opus_tools::reed (did you mean 'opus_tools::read'?)"),
        ("opus_tools::read", "", "opus_tools::read: no tools are named; add --opus-tools PKG.MODULE:NAME, or the ini option opus_tools."),
    ],
)  # fmt: skip
def test_an_id_that_is_not_there(run, id_, ini, says, workers):
    if workers:
        pytest.importorskip("xdist")
    result = run(id_, *workers, ini=ini)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: {says}" in result.stderr.str()


def test_selected_by_name(run):
    assert ran(run("--opus-tools", "agent.tools:TOOLS", "-k", "run_tests")) == [ITEMS[1]]
    assert ran(run("--opus-tools", "agent.tools:TOOLS", "-k", "opus_tools")) == ITEMS[1:]


def test_only_collected(run):
    result = run("--opus-tools", "agent.tools:TOOLS", "--collect-only", "-q")

    assert [line for line in result.outlines if "::" in line] == [name for name, _ in ITEMS]


def test_the_last_failed(run):
    run("--opus-tools", "agent.tools:TOOLS", "-p", "cacheprovider")

    assert ran(run("--opus-tools", "agent.tools:TOOLS", "--lf")) == [ITEMS[3]]


def test_no_other_test_is_needed(run, pytester):
    (pytester.path / "checks" / "test_it.py").unlink()

    result = run("--opus-tools", "agent.tools:SOUND")
    assert (ran(result), result.ret) == ([("opus_tools::run_tests", "passed")], 0)


def test_without_the_terminal(run):
    result = run("--opus-tools", "agent.tools:TOOLS", "-p", "no:terminal")

    assert (ran(result), result.ret) == (ITEMS, 1)


def test_under_xdist(run):
    pytest.importorskip("xdist")
    result = run("--opus-tools", "agent.tools:TOOLS", "-v", "-n2")

    assert sorted(ran(result)) == sorted(ITEMS)
    assert "advice no_description at tools[1].description" in result.stdout.str()


def test_nothing_is_added_to_other_runs(run):
    assert ran(run()) == ITEMS[:1]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("agent.tolls:TOOLS", "No module named 'agent.tolls'"),
        ("agent.tools:TOOL", "agent.tools has no 'TOOL' (did you mean 'TOOLS'?)."),
        (
            "agent.tools",
            "tools is 'agent.tools' (str), which is no tool; accepted are *'module:NAME'. Did you mean 'agent.tools:NAME'?",
        ),
        ("agent.tools:FILE.get", "the tool is *, which is no tool; accepted are *"),
        ("none.json", "[[]Errno 2] No such file or directory: 'none.json'"),
        ("broken:TOOLS", "ModuleNotFoundError: No module named 'boto4' (*broken.py:1)"),
        ("leaves:TOOLS", "SystemExit: 3 (*leaves.py:2)"),
    ],
)
@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["alone", "xdist"])
def test_what_cannot_be_read_is_a_usage_error(run, pytester, source, says, workers):
    if workers:
        pytest.importorskip("xdist")
    (pytester.path / "broken.py").write_text("import boto4", encoding="utf-8")
    (pytester.path / "leaves.py").write_text("import sys\nsys.exit(3)", encoding="utf-8")

    result = run("--opus-tools", source, *workers)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --opus-tools {source}: {says}"])


def test_the_import_leaves_the_path_as_it_was(run):
    import sys

    before = list(sys.path)
    run("--opus-tools", "agent.tools:SOUND")

    assert sys.path == before


def test_modules_and_files_are_found_from_another_folder(run, pytester, monkeypatch):
    (pytester.path / "read.json").write_text('{"name": "read", "input_schema": {"type": "object"}}', encoding="utf-8")
    monkeypatch.chdir(pytester.path / "agent")
    named = [name for name, _ in ran(run("--opus-tools", "agent.tools:SOUND", "--opus-tools", "tools:READ"))]
    listed = [name for name, _ in ran(run(ini="opus_tools =\n  agent.tools:SOUND\n  read.json"))]

    assert named == listed == ["opus_tools::run_tests", "opus_tools::read"]
