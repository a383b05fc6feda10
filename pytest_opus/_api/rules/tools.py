"""The list of tools, judged once, and the choice among them, judged with every request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from .refusal import Refusal, nearest, refuse
from .request import OfferRule, Request, Rule, offer_rule, rule

__all__ = ["CHOICE_RULES", "RULES", "SCHEMA_RULES"]


def names_are_unique(request: Request) -> Iterator[Refusal]:
    seen: set[str] = set()
    for index, tool in enumerate(request.offer.tools):
        name = tool.get("name")
        if not isinstance(name, str):
            continue
        if name in seen:
            hint, at = f"{name!r} is there twice", ("tools", index, "name")
            yield refuse("tool_names_duplicate", "Tool names must be unique.", path="tools", hint=hint, at=at)
        seen.add(name)


def some_tool_is_loaded(request: Request) -> Iterator[Refusal]:
    tools = request.offer.tools
    if tools and all(map(_is_deferred, tools)):
        yield refuse(
            "tools_all_deferred",
            "At least one tool must have defer_loading=false. All tools cannot be deferred.",
            hint="leave a tool search tool undeferred",
            at=("tools", 0, "defer_loading"),
        )


def _is_deferred(tool: dict[str, Any]) -> bool:
    return bool(tool.get("defer_loading"))


def deferred_tools_are_not_cached(request: Request) -> Iterator[Refusal]:
    for index, tool in enumerate(request.offer.tools):
        if _is_deferred(tool) and tool.get("cache_control") is not None:
            yield refuse(
                "deferred_tool_cached",
                f"Tool '{tool.get('name')}' cannot have both defer_loading=true and cache_control set. "
                "Tools with defer_loading cannot use prompt caching.",
                at=("tools", index, "cache_control"),
            )


def domains_are_allowed_or_blocked(request: Request) -> Iterator[Refusal]:
    """A web tool takes one of the two lists."""
    for index, tool in enumerate(request.offer.tools):
        if tool.get("allowed_domains") and tool.get("blocked_domains"):
            yield refuse(
                "domains_allowed_and_blocked",
                "Cannot specify both `allowed_domains` and `blocked_domains`.",
                path=f"tools.{index}.{tool['type']}",
                at=("tools", index, "blocked_domains"),
            )


def model_takes_the_tools(request: Request) -> Iterator[Refusal]:
    """The 5.5 line takes the computer toolset, no longer the dated computer tools."""
    if request.model is None or request.model.computer_tools:
        return
    tools = enumerate(request.offer.tools)
    dated = {index: tool["type"] for index, tool in tools if str(tool.get("type")).startswith("computer_20")}
    if dated:
        yield refuse(
            "tool_type_unsupported",
            f"'{request.model_id}' does not support tool types: {', '.join(dated.values())}. "
            "Did you mean one of computer_toolset_20260801?",
            at=("tools", next(iter(dated)), "type"),
        )


def schemas_are_json_schema(request: Request) -> Iterator[Refusal]:
    """The schemas of custom tools and output formats are JSON Schema draft 2020-12."""
    for declared in request.declared():
        for place, error in _schema_errors(declared.schema):
            yield refuse(
                "input_schema_invalid" if declared.tool else "format_schema_invalid",
                "JSON schema is invalid. It must match JSON Schema draft 2020-12 "
                "(https://json-schema.org/draft/2020-12). Learn more about tool use at "
                "https://docs.claude.com/en/docs/tool-use.",
                path=declared.path,
                hint=error,
                at=(*declared.at, *place),
            )


def examples_fit_their_schema(request: Request) -> Iterator[Refusal]:
    """Each of the `input_examples` is an input that the tool's own schema allows."""
    for declared in request.offer.custom():
        for index, example in enumerate(declared.tool.get("input_examples") or ()):
            from pytest_opus._schema.draft import input_error

            error = input_error(declared.schema, example)
            if error is not None:
                yield refuse(
                    "input_example_invalid",
                    f"Input example does not match the input schema: {': '.join(filter(None, error))}",
                    path=f"{declared.path}.input_examples.{index}",
                    at=(*declared.at[:-1], "input_examples", index),
                )


def _schema_errors(schema: dict[str, Any]) -> tuple[tuple[tuple[str | int, ...], str], ...]:
    # The two keys that the API types itself may be null there.
    typed = {key: value for key, value in schema.items() if value is not None or key not in ("properties", "required")}
    return _draft_errors(json.dumps(typed))


@lru_cache(maxsize=4096)
def _draft_errors(schema: str) -> tuple[tuple[tuple[str | int, ...], str], ...]:
    """A check that costs up to some milliseconds, made once for the tools that all tests of a suite offer."""
    from pytest_opus._schema.draft import schema_errors

    return tuple(schema_errors(json.loads(schema)))


RULES: tuple[OfferRule, ...] = (
    offer_rule(names_are_unique, "tools"),
    offer_rule(some_tool_is_loaded, "tools"),
    offer_rule(deferred_tools_are_not_cached, "tools"),
    offer_rule(domains_are_allowed_or_blocked, "tools"),
    offer_rule(model_takes_the_tools, "tools"),
)
SCHEMA_RULES: tuple[OfferRule, ...] = (
    offer_rule(schemas_are_json_schema, "tools", "output_config", "output_format"),
    offer_rule(examples_fit_their_schema, "tools"),
)


def choice_needs_tools(request: Request) -> Refusal | None:
    """A tool choice needs tools, those of MCP servers or of an earlier message of the thread included."""
    offer = request.offer
    if request.tool_choice in (None, "none") or offer.tools or offer.is_open or request.continues:
        return None
    if request.history.after.of("definition"):
        return None
    return refuse("tool_choice_without_tools", "tool_choice may only be specified while providing tools.")


def chosen_tool_exists(request: Request) -> Refusal | None:
    if request.tool_choice != "tool" or request.continues:
        return None
    name = request.body["tool_choice"]["name"]
    known = request.offer.names.union(request.history.after.of("definition"))
    if name in known or request.offer.is_open:
        return None
    return refuse("tool_choice_unknown", f"Tool '{name}' not found in provided tools", hint=nearest(name, known))


def chosen_tool_is_called_directly(request: Request) -> Refusal | None:
    """A forced tool must be one that the model may call itself."""
    if request.tool_choice != "tool":
        return None
    name = request.body["tool_choice"]["name"]
    tool = next((tool for tool in request.offer.tools if tool.get("name") == name), {})
    callers = tool.get("allowed_callers")
    if not callers or "direct" in callers:
        return None
    return refuse(
        "tool_choice_not_direct",
        f"tool_choice: Tool '{name}' cannot be forced, as its allowed_callers do not include 'direct'.",
    )


def model_takes_forced_choice(request: Request) -> Refusal | None:
    if not request.forces_tools:
        return None
    if request.thinking == "enabled":
        return refuse("forced_tool_with_thinking", "Thinking may not be enabled when tool_choice forces tool use.")
    if request.model is None or request.model.forced_tools:
        return None
    return refuse(
        "forced_tool_unsupported",
        'tool_choice: type "tool" and "any" are not supported for this model.',
        hint="use tool_choice auto and say in the prompt which tool to call",
    )


def references_are_offered(request: Request) -> Refusal | None:
    """A `tool_reference` in the history names a tool that is there."""
    history, offer = request.history, request.offer
    references = history.after.of("reference")
    if not references or offer.is_open or request.continues:
        return None
    unknown = set(references).difference(offer.names, history.after.of("definition"))
    if not unknown:
        return None
    name = min(unknown)
    return refuse(
        "tool_reference_unknown",
        f"Tool reference '{name}' not found in available tools",
        hint=nearest(name, offer.names),
    )


def references_stand_alone(request: Request) -> Refusal | None:
    """A result that loads tools holds nothing else."""
    for turn, position, block in request.history.blocks("tool_result"):
        inner = block.get("content")
        types = {part["type"] for part in inner} if isinstance(inner, list) else set()
        if "tool_reference" in types and len(types) > 1:
            return refuse(
                "tool_reference_mixed",
                "Tool definitions/code execution functions cannot be mixed with other content",
                path=turn.path(position),
            )
    return None


CHOICE_RULES: tuple[Rule, ...] = (
    rule(choice_needs_tools, "tool_choice"),
    rule(chosen_tool_exists, "tool_choice"),
    rule(chosen_tool_is_called_directly, "tool_choice"),
    rule(model_takes_forced_choice, "tool_choice"),
    rule(references_are_offered, "messages"),
    rule(references_stand_alone, "tool_reference"),
)
