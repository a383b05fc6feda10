"""Who may import what: the core knows no pytest, no HTTP library, no event loop and no thread."""

import ast
from pathlib import Path

import pytest

import pytest_opus

ROOT = Path(pytest_opus.__file__).parent
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
CORE = ("_api", "_cassette", "_script", "_ledger", "_judges", "_responders", "_schema", "_tools")
IO = {
    "pytest",
    "_pytest",
    "httpx",
    "httpx2",
    "aiohttp",
    "anthropic",
    "anyio",
    "asyncio",
    "trio",
    "socket",
    "ssl",
    "threading",
    "uvicorn",
}
ONLY = {
    "aiohttp": "_adapters",
    "anyio": "_adapters",
    "genai_prices": "_ledger/prices.py",
    "httpx": "_adapters",
    "httpx2": "_adapters",
    "jsonschema": "_schema",
    "jsonschema_specifications": "_schema",
    "referencing": "_schema",
    "vcr": "_cassette",
    "uvicorn": "_adapters/loopback.py",
    "regress": "_schema",
    "wrapt": "_adapters",
    "yaml": "_cassette",
}
COUNTED_FROM_ANY_THREAD = (Path("_ledger/ledger.py"), Path("_api/headers.py"), Path("_responders/recorded.py"))
PYTEST = {
    "plugin.py",
    "_cassette_marks.py",
    "_config.py",
    "_marks.py",
    "_report/collect.py",
    "_report/limit.py",
    "_sharing.py",
    "_tool_items.py",
    "_verdict.py",
}


def imports(path):
    """Every absolute import of a module, wherever it stands: `(top level name, names taken from it)`."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], set()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0], {alias.name for alias in node.names}


def relative_imports(path):
    """The modules of the package that a module imports at its top level, and those only for type checkers."""
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            package = path.parts[: len(path.parts) - node.level]
            for alias in [None] if node.module else node.names:
                yield "/".join((*package, *(node.module or alias.name).split(".")))


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[0] in CORE], ids=str)
def test_the_core_does_no_io(path):
    forbidden = {name for name, _ in imports(path)} & IO

    if path in COUNTED_FROM_ANY_THREAD:
        (taken,) = [names for name, names in imports(path) if name == "threading"]
        assert taken <= {"Lock", "RLock", "get_ident"}
        forbidden -= {"threading"}
    assert forbidden == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_heavy_library_is_imported_in_one_place(path):
    for name, _ in imports(path):
        assert name not in ONLY or str(path).startswith(ONLY[name]), f"{path} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_pytest_is_known_to_the_plugin_only(path):
    knows = "pytest" in {name for name, _ in imports(path)}

    assert knows == (str(path) in PYTEST)


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[0] in CORE], ids=str)
def test_the_core_imports_no_adapter_and_no_plugin(path):
    upper = (
        "_adapters",
        "_endpoint",
        "_opened",
        "_active",
        "_environment",
        "_exchange",
        "plugin",
        "_config",
        "_marks",
        "_verdict",
    )

    assert [name for name in relative_imports(path) if name.startswith(upper)] == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[0] == "_api"], ids=str)
def test_the_facts_of_the_api_rest_on_nothing_else(path):
    others = [name for name in relative_imports(path) if not name.startswith("_api") and name != "_http"]

    assert others == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_private_parts_of_pytest_are_not_imported(path):
    assert "_pytest" not in {name for name, _ in imports(path)}


def test_the_modules_are_found():
    assert {"plugin.py", "_endpoint.py"} <= set(map(str, MODULES))
    assert len(MODULES) > 50
