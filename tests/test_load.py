"""Loading costs nothing: what is heavy comes in when a test first needs it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_opus

HEAVY = [
    "aiohttp",
    "anthropic",
    "anyio",
    "genai_prices",
    "httpx",
    "httpx2",
    "jsonschema",
    "pydantic",
    "referencing",
    "regress",
    "uvicorn",
    "vcr",
    "wrapt",
    "yaml",
]
ROOT = Path(pytest_opus.__file__).parent


def loaded_after(code, *modules):
    """Which of `modules` a fresh interpreter holds after `code`."""
    program = f"{code}\nimport sys\nprint(*(name for name in {modules!r} if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()[-1].split()


@pytest.mark.parametrize("name", ["pytest_opus", "pytest_opus.plugin"])
def test_importing_it_imports_nothing_heavy(name):
    assert loaded_after(f"import pytest; import {name}", *HEAVY) == []


def test_importing_the_package_does_not_import_pytest():
    assert loaded_after("import pytest_opus", "pytest") == []


@pytest.fixture
def run_alone(pytester, monkeypatch):
    """Runs pytest in a process of its own, with no other plugin."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return lambda *args: pytester.runpytest_subprocess("-p", "pytest_opus.plugin", *args)


@pytest.fixture
def loaded_in_test(pytester, run_alone):
    """Which heavy modules a pytest run holds at the end of a test."""

    def run(test):
        pytester.makepyfile(
            f"""
            import sys
            {test}

            def test_last():
                print("HEAVY", *(name for name in {HEAVY!r} if name in sys.modules))
            """
        )
        result = run_alone("-s")
        assert result.ret == 0
        (line,) = [line for line in result.outlines if "HEAVY" in line]
        return line.partition("HEAVY")[2].split()

    return run


POST = """
            def post(**more):
                import httpx
                body = {"model": "claude-opus-4-7", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
                headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
                url = "https://api.anthropic.com/v1/messages"
                return httpx.post(url, json=body | more, headers=headers)
"""
TOOLS = '[{"name": "a", "input_schema": {"type": "object"}}]'


def test_a_test_without_the_fixture(loaded_in_test):
    assert loaded_in_test("def test_it(): ...") == []


def test_a_test_that_asks_for_the_fixture_and_makes_no_call(loaded_in_test):
    assert set(loaded_in_test("def test_it(opus): ...")) <= {"wrapt"}


def test_a_call_without_tools(loaded_in_test):
    held = loaded_in_test(
        POST
        + """
            def test_it(opus):
                opus.script("one")
                assert post().status_code == 200
                assert opus.usage.total_tokens > 0
"""
    )

    assert not {"jsonschema", "referencing", "genai_prices", "pydantic", "anthropic", "httpx2"} & set(held)
    assert "httpx" in held


def test_a_call_of_a_tool_brings_json_schema_and_a_cost_brings_prices(loaded_in_test):
    held = loaded_in_test(
        POST
        + f"""
            def test_it(opus):
                opus.script({{"type": "tool_use", "name": "a"}})
                assert post(tools={TOOLS}).status_code == 200
                assert opus.usage.cost
"""
    )

    assert {"jsonschema", "genai_prices"} <= set(held)


def test_all_is_sorted_and_is_the_lazy_map():
    assert pytest_opus.__all__ == sorted(pytest_opus.__all__)
    assert list(pytest_opus._HOME) == pytest_opus.__all__


def test_all_is_what_a_type_checker_sees():
    tree = ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    seen = {alias.asname or alias.name: "." * node.level + node.module for node in block.body for alias in node.names}

    assert seen == pytest_opus._HOME


@pytest.mark.parametrize("name", pytest_opus.__all__)
def test_every_name_imports(name):
    value = getattr(pytest_opus, name)

    assert vars(pytest_opus)[name] is value
    assert value.__doc__
    assert name in dir(pytest_opus)


def test_every_name_imports_with_the_core_dependencies_only():
    blocked = "import sys\nfor name in ('anthropic', 'aiohttp', 'vcr', 'uvicorn', 'pydantic'): sys.modules[name] = None"

    assert loaded_after(f"{blocked}\nfrom pytest_opus import *", "pytest_opus._endpoint") == ["pytest_opus._endpoint"]


def test_a_name_that_does_not_exist():
    with pytest.raises(AttributeError) as caught:
        _ = pytest_opus.Nope

    assert str(caught.value) == "module 'pytest_opus' has no attribute 'Nope'"


def test_the_version_is_the_installed_one():
    from importlib.metadata import version

    assert pytest_opus.__version__ == version("pytest-opus")


def test_no_fixture_is_automatic(pytester, run_alone):
    pytester.makepyfile(
        """
        def test_it(request):
            assert request.fixturenames == ["request"]
        """
    )

    assert run_alone().ret == 0


def test_the_fixture_is_documented(run_alone):
    result = run_alone("--fixtures")

    result.stdout.fnmatch_lines(["opus -- *plugin.py:*", "    A fake Messages API for this test; script its turns *"])
