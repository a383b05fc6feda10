"""`pytest --opus-tools`: one test item per tool definition."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from ._config import verbosity

if TYPE_CHECKING:
    from ._ledger.problems import Problem
    from ._tools.forms import Offered

FOLDER = "opus_tools"


class Checked(NamedTuple):
    """A definition as an item of the run: its name, and what is wrong with it."""

    name: str
    problems: list[Problem]


class ToolItems:
    """Adds the items to a run, and tells advice at the end of a verbose one; registered where tools are named."""

    def __init__(self, checked: Sequence[Checked], *, advice_fails: bool) -> None:
        self.checked = checked
        self.advice_fails = advice_fails
        self._advice: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Leave to pytest what it can find; under xdist the workers have their own list by now."""
        session.config.args[:] = [argument for argument in session.config.args if not _is_of_tools(argument)]

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            tools: ToolCollector = ToolCollector.from_parent(collector, name=FOLDER, nodeid=FOLDER)
            tools.source = self
            report.result = [*report.result, tools]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed and report.nodeid.startswith(f"{FOLDER}::"):
            self._advice += [text for name, text in report.sections if "opus advice" in name]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._advice:
            terminalreporter.section("opus advice")
            terminalreporter.write_line("\n\n".join(self._advice))


class ToolCollector(pytest.Collector):
    source: ToolItems

    def collect(self) -> Iterator[ToolItem]:
        for checked in self.source.checked:
            item: ToolItem = ToolItem.from_parent(self, name=checked.name)
            item.problems = checked.problems
            item.advice_fails = self.source.advice_fails
            yield item


class ToolItem(pytest.Item):
    problems: Sequence[Problem]
    advice_fails: bool

    def runtest(self) -> None:
        failing = [problem for problem in self.problems if self.advice_fails or problem.severity != "advice"]
        advice = [problem.message for problem in self.problems if problem not in failing]
        if advice and verbosity(self.config) > 0:
            self.add_report_section("call", "opus advice", "\n\n".join(advice))
        if failing:
            pytest.fail("\n\n".join(problem.message for problem in failing), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.config.rootpath / FOLDER, None, self.name


def tool_items(config: pytest.Config) -> ToolItems | None:
    """The items that the options ask for, or `None`.

    Raises:
        pytest.UsageError: tools that cannot be read, or are not there.
    """
    chosen = [argument for argument in config.args if _is_of_tools(argument)]
    singled_out = not chosen and _names_files(config)
    named: list[str] = config.getoption("opus_tools") or ([] if singled_out else _of_ini(config))
    if chosen and not named:
        raise pytest.UsageError(
            f"{chosen[0]}: no tools are named; add --opus-tools PKG.MODULE:NAME, or the ini option opus_tools."
        )
    if not named:
        return None
    folders = [str(config.invocation_params.dir), str(config.rootpath)]
    checked = _distinct([found for source in named for found in _checked(source, folders)])
    return ToolItems(_chosen(checked, chosen), advice_fails=config.getoption("opus_tools_strict"))


def _is_of_tools(argument: str) -> bool:
    """Whether it is the id of one of our items, or of all."""
    return argument.startswith(f"{FOLDER}::") or (argument == FOLDER and not Path(FOLDER).exists())


def _names_files(config: pytest.Config) -> bool:
    """Whether the run is one of single files or tests."""
    return any("::" in argument or Path(argument).is_file() for argument in config.args)


def _of_ini(config: pytest.Config) -> list[str]:
    sources: list[str] = config.getini("opus_tools")
    return [str(config.rootpath / source) if source.endswith(".json") else source for source in sources]


def _chosen(checked: list[Checked], ids: list[str]) -> list[Checked]:
    """The definitions that the command line names, all of them if it names none."""
    if not ids or FOLDER in ids:
        return checked
    by_id = {f"{FOLDER}::{one.name}": one for one in checked}
    for id_ in ids:
        if id_ not in by_id:
            from ._api.rules.refusal import nearest

            hint = nearest(id_, by_id)
            raise pytest.UsageError(f"not found: {id_}{f' ({hint})' if hint else ''}")
    return [one for id_, one in by_id.items() if id_ in ids]


def _checked(source: str, folders: list[str]) -> Iterator[Checked]:
    """The definitions of one source, each with its own problems."""
    from ._tools.check import check_offered

    offered = _read(source, folders)
    if not (offered.tools or offered.request):
        raise pytest.UsageError(f"--opus-tools {source}: it holds no tools.")
    by_place: dict[str, list[Problem]] = {}
    for problem in check_offered(offered):
        by_place.setdefault(_place(problem.path), []).append(problem)
    for index, tool in enumerate(offered.tools):
        yield Checked(_name(tool), by_place.get(f"tools[{index}]", []))
    for key in offered.request:
        yield Checked(key, by_place.get(key, []))


def _place(path: str) -> str:
    """The definition that a path leads into: `tools[3]`, `output_config`."""
    head = path.partition(".")[0]
    return head[: head.index("]") + 1] if "]" in head else head


def _name(tool: dict[str, Any]) -> str:
    return str(tool.get("name") or tool.get("mcp_server_name") or tool.get("type") or "unnamed")


def _distinct(checked: list[Checked]) -> list[Checked]:
    """Every item with a name of its own."""
    seen: dict[str, int] = {}
    distinct = []
    for item in checked:
        count = seen[item.name] = seen.get(item.name, 0) + 1
        distinct.append(item if count == 1 else item._replace(name=f"{item.name}[{count}]"))
    return distinct


def _read(source: str, folders: list[str]) -> Offered:
    """The definitions; modules are found in `folders` too, as `python -m pytest` would find them."""
    from ._tools.forms import read

    sys.path[:0] = folders
    try:
        return read(source)
    except (Exception, SystemExit, pytest.skip.Exception) as error:  # noqa: BLE001 - an import may raise anything
        message = f"--opus-tools {source}: {_why(error)}"
    finally:
        for folder in folders:
            sys.path.remove(folder)
    raise pytest.UsageError(message)


def _why(error: BaseException) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    ours = place.filename.startswith((str(Path(__file__).parent), "<frozen"))
    if ours or isinstance(error, OSError):
        return str(error) or type(error).__name__
    return f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"
