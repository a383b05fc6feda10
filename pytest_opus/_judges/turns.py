"""Could the API have answered this request with this turn?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from .._api.objects import blocks_of, object_at, offered_tools, tool_names
from .._script.blocks import Block, InvalidInput

_TOOLS_IN_MESSAGES = ("mid-conversation-tool-changes-", "inline-tools-")


class Finding(NamedTuple):
    """One thing wrong with a turn; `nearest` and `way_out` complete the failure message.

    `serveable`: the turn could be served all the same, if its kind is switched off.
    """

    kind: str
    code: str
    what: str
    nearest: str | None
    way_out: str
    path: str = ""
    serveable: bool = True


def impossible(content: Sequence[Block], body: Mapping[str, Any], betas: Sequence[str] = ()) -> Iterator[Finding]:
    """Calls that the request rules out: of tools it does not offer, or against its `tool_choice`."""
    calls = [block for block in content if block["type"] == "tool_use"]
    if not calls:
        return
    choice = object_at(body, "tool_choice")
    names = tool_names(body)
    # Members of a toolset and of MCP servers have no definition in the request; with some betas, messages add tools.
    open_ended = any("name" not in tool for tool in offered_tools(body)) or any(
        beta.startswith(_TOOLS_IN_MESSAGES) for beta in betas
    )
    for block in calls:
        if block["name"] not in names and not (open_ended or "toolset_name" in block):
            yield _not_offered(block["name"], names)
    if choice.get("type") == "none":
        yield Finding(
            "impossible_turns",
            "tool_choice_none",
            f"calls {calls[0]['name']!r}, but the request says tool_choice none",
            None,
            "Answer in text, or let the program offer the choice.",
        )
    if choice.get("type") == "tool":
        for block in calls:
            if block["name"] != choice.get("name"):
                yield Finding(
                    "impossible_turns",
                    "not_the_forced_tool",
                    f"calls {block['name']!r}, but tool_choice forces {choice.get('name')!r}",
                    f"tool_use({choice.get('name')!r}, ...)",
                    "Script a call of the forced tool.",
                )
    if len(calls) > 1 and choice.get("disable_parallel_tool_use"):
        yield Finding(
            "impossible_turns",
            "parallel_calls",
            f"calls {len(calls)} tools at once, but the request sets disable_parallel_tool_use",
            "one turn per call",
            "Script the calls as turns of their own.",
        )


def _not_offered(name: str, names: list[str]) -> Finding:
    near = get_close_matches(name, names, n=1)
    offered = f"it offers {', '.join(names)}" if names else "it offers no tools"
    return Finding(
        "impossible_turns",
        "tool_not_offered",
        f"calls {name!r}, which the request does not offer ({offered})",
        f"tool_use({near[0]!r}, ...)" if near else None,
        "Script a tool that the program offers, or let the program offer this one.",
    )


def broken_inputs(message: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[Finding]:
    """Inputs that the schema declared by the program forbids, unless written `invalid=True`.

    The last call of a message that `max_tokens` cut off may be incomplete.
    """
    content: Sequence[Block] = blocks_of(message.get("content"))  # gateways answer all sorts
    if message.get("stop_reason") == "max_tokens":
        content = content[:-1]
    schemas = {
        tool["name"]: tool["input_schema"]
        for tool in offered_tools(body)
        if "input_schema" in tool and isinstance(tool.get("name"), str)
    }
    for index, block in enumerate(content):
        name = block.get("name")
        if block.get("type") != "tool_use" or isinstance(block, InvalidInput) or name not in schemas:
            continue
        from .._schema.draft import input_error

        schema = schemas[name]
        if error := input_error(schema, block.get("input")):
            where, what = error
            yield Finding(
                "tool_inputs",
                "input_breaks_schema",
                f"gives {name!r} an input that its schema forbids: {where + ': ' if where else ''}{what}",
                _declared(schema),
                "Mend the input, or write tool_use(..., invalid=True) if the program is to get a wrong one.",
                f"content[{index}].input{'.' + where if where else ''}",
            )


def _declared(schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required") or ())
    properties = schema.get("properties") or {}
    parts = [f"{name}{'' if name in required else '?'}: {_kind(part)}" for name, part in properties.items()]
    return f"the schema declares {', '.join(parts)}" if parts else "the schema declares no properties"


def _kind(schema: Any) -> str:
    if not isinstance(schema, Mapping):
        return "any"
    if "enum" in schema:
        return "|".join(map(repr, schema["enum"]))
    kind = schema.get("type", "any")
    return kind if isinstance(kind, str) else "|".join(map(str, kind))
