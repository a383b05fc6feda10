"""The forms in which a program may hold its tools, and the wire form of each."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from .._script.blocks import shown

__all__ = ["ACCEPTED", "Offered", "as_tool", "read"]

ACCEPTED = (
    "a tool, or a list of tools: dicts as the API takes them, pydantic models, tools made with @beta_tool, MCP "
    "definitions; a request with tools; the path of a JSON file that holds them; or 'module:NAME'"
)
_TELLING = ("input_schema", "inputSchema", "type", "tools", "output_config", "output_format")
"""What tells a definition, or a request with some, from other objects: one of these it has."""
_MCP_ONLY = ("outputSchema", "annotations", "title", "icons", "execution", "_meta", "meta")


class Offered(NamedTuple):
    """What is to be checked, as it goes over the wire."""

    tools: list[Any]
    request: Mapping[str, Any] = {}
    """The fields of a request that declare further schemas: `output_config`, `output_format`."""


def read(tools: Any) -> Offered:
    """The wire form of tools in any form.

    Raises:
        TypeError: something that is no tool.
        ValueError, OSError, ImportError, AttributeError: a file or a name that cannot be read.
    """
    if isinstance(tools, Path):
        return read(_file(tools))
    if isinstance(tools, str):
        return read(_named(tools) if _is_name(tools) else _file(_path(tools)))
    if _is_one(tools):
        return _one(_wire(tools, "the tool"))
    if isinstance(tools, Iterable) and not isinstance(tools, bytes | bytearray):
        return Offered([_wire(tool, f"tools[{index}]") for index, tool in enumerate(tools)])
    raise _no_tool("tools", tools)


def as_tool(tool: Any) -> dict[str, Any]:
    """The wire form of the one tool that `tool` is.

    Raises:
        TypeError: it is none, or it is several.
    """
    offered = read(tool).tools
    if len(offered) != 1:
        raise TypeError(f"one tool is expected; got {len(offered)}.")
    found: dict[str, Any] = offered[0]
    return found


def _one(wire: dict[str, Any]) -> Offered:
    if wire.get("type") == "json_schema" or ("schema" in wire and "name" not in wire):
        return Offered([], {"output_config": {"format": wire}})
    formats = {key: wire[key] for key in ("output_config", "output_format") if isinstance(wire.get(key), dict)}
    if isinstance(wire.get("tools"), list) and wire.get("type") != "mcp_toolset":
        return Offered([_wire(tool, f"tools[{index}]") for index, tool in enumerate(wire["tools"])], formats)
    return Offered([], formats) if formats else Offered([wire])


def _is_one(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        or callable(value)
        or any(callable(getattr(value, name, None)) for name in ("to_dict", "model_dump"))
    )


def _wire(tool: Any, where: str) -> dict[str, Any]:
    """One definition as a dict."""
    if isinstance(tool, Mapping):
        return _from_mcp(tool)
    if isinstance(tool, type) and hasattr(tool, "model_json_schema"):
        return _from_model(tool)
    if callable(getattr(tool, "to_dict", None)):
        dumped = tool.to_dict()
    elif callable(getattr(tool, "model_dump", None)):
        dumped = tool.model_dump(by_alias=True, exclude_none=True, mode="json")
    else:
        raise _no_tool(where, tool)
    if not isinstance(dumped, Mapping) or not any(key in dumped for key in _TELLING):
        raise _no_tool(where, tool)
    return _from_mcp(dumped)


def _from_mcp(tool: Mapping[str, Any]) -> dict[str, Any]:
    if "inputSchema" not in tool or "input_schema" in tool:
        return dict(tool)
    kept = {key: value for key, value in tool.items() if key not in _MCP_ONLY and value is not None}
    return {"input_schema" if key == "inputSchema" else key: value for key, value in kept.items()}


def _from_model(model: Any) -> dict[str, Any]:
    """The tool whose input is a pydantic model: its name, docstring and fields."""
    schema = model.model_json_schema()
    description = schema.pop("description", None)
    return {"name": model.__name__, **({"description": description} if description else {}), "input_schema": schema}


def _no_tool(where: str, value: Any, way_out: str = "") -> TypeError:
    if callable(value) and not isinstance(value, type):
        way_out = "Decorate the function with @beta_tool."
    text = f"{where} is {shown(value)}, which is no tool; accepted are {ACCEPTED}."
    return TypeError(f"{text} {way_out}" if way_out else text)


def _is_name(text: str) -> bool:
    """Whether it reads `package.module:NAME`."""
    module, colon, name = text.rpartition(":")
    return bool(colon) and all(map(str.isidentifier, (*module.split("."), *name.split("."))))


def _path(text: str) -> Path:
    path = Path(text)
    if path.suffix == ".py" or (path.suffix != ".json" and not path.is_file()):
        raise _no_tool("tools", text, _meant(text))
    return path


def _meant(text: str) -> str:
    """How a module, or the path of one, is to be written."""
    module, _, name = text.partition(":")
    meant = f"{module.removesuffix('.py').replace('/', '.')}:{name or 'NAME'}"
    return f"Did you mean {meant!r}?" if _is_name(meant) else ""


def _file(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"{path} is no JSON file: {error}.") from None


def _named(text: str) -> Any:
    module, _, name = text.rpartition(":")
    found: Any = import_module(module)
    for part in name.split("."):
        if not hasattr(found, part):
            raise AttributeError(f"{module} has no {name!r}{_nearest(part, vars(sys.modules[module]))}.")
        found = getattr(found, part)
    return found


def _nearest(name: str, known: Iterable[str]) -> str:
    from .._api.rules.refusal import nearest

    hint = nearest(name, [word for word in known if not word.startswith("_")])
    return f" ({hint})" if hint else ""
