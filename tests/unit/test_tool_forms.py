"""The forms in which tools are taken, and what is said of anything else."""

import json
import sys
from types import MappingProxyType

import pytest

from pytest_opus import check_tool_input, check_tools
from pytest_opus._tools.forms import ACCEPTED, read

SCHEMA = {"type": "object", "properties": {"file": {"type": "strin", "description": "Path."}}, "required": ["file"]}
RUN = {"name": "run_tests", "description": "Run a test file.", "input_schema": SCHEMA}
MCP = {"name": "run_tests", "description": "Run a test file.", "inputSchema": SCHEMA}
MCP_EXTRAS = {"title": "Run", "outputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}, "_meta": {}}
BROKEN = [("input_schema_invalid", "tools[0].input_schema.properties.file.type")]


def found(tools):
    return [(problem.code, problem.path) for problem in check_tools(tools)]


class Sdk:
    def to_dict(self):
        return RUN


class Dumped:
    def __init__(self, value):
        self.value = value

    def model_dump(self, *, by_alias, exclude_none, mode):
        assert (by_alias, exclude_none, mode) == (True, True, "json")
        return self.value


@pytest.mark.parametrize(
    "tools",
    [
        RUN,
        [RUN],
        (RUN,),
        iter([RUN]),
        {"run": RUN}.values(),
        MappingProxyType(RUN),
        MCP,
        [MCP | MCP_EXTRAS],
        {"tools": [MCP]},
        {"tools": [RUN], "model": "claude-opus-4-7", "messages": []},
        Sdk(),
        [Sdk()],
        Dumped(RUN),
        Dumped(MCP),
        Dumped({"tools": [MCP], "nextCursor": None}),
    ],
    ids=lambda tools: type(tools).__name__,
)
def test_forms(tools):
    assert found(tools) == BROKEN


def test_a_tuple_within_a_definition_is_a_list():
    schema = {"type": "object", "properties": {}, "required": ("file",)}

    assert found(RUN | {"input_schema": schema}) == []


@pytest.mark.parametrize("content", [RUN, [RUN], {"tools": [MCP]}])
def test_a_json_file(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tools.json"
    path.write_text(json.dumps(content), encoding="utf-8")

    assert found(path) == found(str(path)) == found("tools.json") == BROKEN


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module `my_tools` with the given source."""

    def write(source):
        (tmp_path / "my_tools.py").write_text(source, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "my_tools", raising=False)

    return write


def test_a_name_in_a_module(module):
    module(f"class Agent:\n    tools = [{RUN!r}]\nTOOLS = Agent.tools")

    assert found("my_tools:TOOLS") == found("my_tools:Agent.tools") == BROKEN


def test_a_name_that_is_not_there(module):
    module("TOOLS = []")

    with pytest.raises(AttributeError) as caught:
        check_tools("my_tools:TOOL")
    assert str(caught.value) == "my_tools has no 'TOOL' (did you mean 'TOOLS'?)."
    with pytest.raises(ModuleNotFoundError):
        check_tools("my_tolls:TOOLS")


def test_a_file_that_is_none(tmp_path):
    path = tmp_path / "tools.json"
    with pytest.raises(FileNotFoundError):
        check_tools(path)
    path.write_text("[,", encoding="utf-8")
    with pytest.raises(ValueError, match=r"tools\.json is no JSON file: "):
        check_tools(path)


def run_tests(file):
    """Run a test file."""


@pytest.mark.parametrize(
    ("tools", "says"),
    [
        (3, "tools is 3 (int), which is no tool; accepted are "),
        (None, "tools is None (NoneType), which is no tool; accepted are "),
        ("run tests", "tools is 'run tests' (str), which is no tool; accepted are "),
        (b"[]", "tools is b'[]' (bytes), which is no tool; accepted are "),
        ([RUN, 3], "tools[1] is 3 (int), which is no tool; accepted are "),
        ([RUN, [RUN]], "tools[1] is [{'name': "),
        ({"tools": [None]}, "tools[0] is None (NoneType), which is no tool; accepted are "),
    ],
)
def test_what_is_no_tool(tools, says):
    with pytest.raises(TypeError) as caught:
        check_tools(tools)

    assert str(caught.value).startswith(says)
    assert str(caught.value).endswith(f"{ACCEPTED}.")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("agent.tools", "agent.tools:NAME"),
        ("agent/tools.py", "agent.tools:NAME"),
        (__file__, None),
        ("agent/tools.py:TOOLS", "agent.tools:TOOLS"),
    ],
)
def test_a_module_without_a_name(text, meant):
    with pytest.raises(TypeError) as caught:
        check_tools(text)

    hint = f" Did you mean {meant!r}?" if meant else ""
    assert str(caught.value).endswith(f"accepted are {ACCEPTED}.{hint}")


class Dumped:
    """As tools of other libraries, and instances of any model, are."""

    def model_dump(self, **_):
        return {"name": "run_tests", "description": "Run a test file.", "args_schema": SCHEMA}


def test_an_object_that_is_no_definition():
    with pytest.raises(TypeError, match=r"^tools\[0\] is .*Dumped.* which is no tool; accepted are "):
        check_tools([Dumped()])


def test_a_plain_function():
    with pytest.raises(TypeError) as caught:
        check_tools([run_tests])

    assert str(caught.value).endswith(f"accepted are {ACCEPTED}. Decorate the function with @beta_tool.")


def test_one_tool_is_meant():
    with pytest.raises(TypeError, match=r"^one tool is expected; got 2\.$"):
        check_tool_input([RUN, RUN], {})


def test_an_output_format_is_no_tool():
    offered = read({"type": "json_schema", "schema": {}})

    assert (offered.tools, offered.request) == (
        [],
        {"output_config": {"format": {"type": "json_schema", "schema": {}}}},
    )


def test_a_pydantic_model_is_the_input_of_a_tool():
    pydantic = pytest.importorskip("pydantic")

    class RunTests(pydantic.BaseModel):
        """Run a test file."""

        file: str = pydantic.Field(description="Path of the file.", pattern="^tests/")

    (tool,) = read(RunTests).tools
    assert (tool["name"], tool["description"]) == ("RunTests", "Run a test file.")
    assert found(RunTests) == found([RunTests]) == []
    assert [problem.path for problem in check_tool_input(RunTests, {"file": "src"})] == ["input.file"]


def test_a_pydantic_model_with_a_definition():
    pydantic = pytest.importorskip("pydantic")

    class Tool(pydantic.BaseModel):
        name: str
        description: str | None = None
        schema_: dict = pydantic.Field(alias="inputSchema")

    assert found(Tool(name="run_tests", description="Run.", inputSchema=SCHEMA)) == BROKEN


def test_tools_of_the_sdk():
    anthropic = pytest.importorskip("anthropic", minversion="1.0")

    @anthropic.beta_tool
    def run(file: str) -> str:
        """Run a test file.

        Args:
            file: Path of the file.
        """
        return file

    @anthropic.beta_async_tool
    async def read_file(file: str) -> str:
        """Read a file.

        Args:
            file: Path of the file.
        """
        return file

    assert found([run, read_file]) == found(run) == []
    assert [problem.code for problem in check_tool_input(run, {})] == ["input_breaks_schema"]
