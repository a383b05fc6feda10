"""`check_tools`, `check_tool_input` and `assert_tools`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from .._api.describe import clip, counted
from .._api.models import MODELS, Model, find_model
from .._api.places import Place, found_at, written
from .._api.rules import Refusal, definition_refusals
from .._ledger.problems import Problem, document
from .._script.blocks import shown
from .forms import Offered, as_tool, read
from .remarks import Remark, advice, alike, unfollowable, unusable
from .rules import ALONE, RULES, SHAPES

__all__ = ["assert_tools", "check_offered", "check_tool_input", "check_tools"]


def check_tools(tools: Any, *, strict: bool | None = None, model: str | None = None) -> list[Problem]:
    """What is wrong with tool definitions, the worst first.

    A problem's `severity` is `"error"` (the API refuses it, or no model can follow it), `"strict"` (refused where
    `strict: true` is set) or `"advice"`; its `path` points into the definition, its `code` names the rule.

    Args:
        tools: a tool or a list of tools: dicts as the API takes them, pydantic models, tools made with `@beta_tool`,
            MCP definitions; a request with tools and an output format; the path of a JSON file; or `"module:NAME"`.
        strict: judge all tools as strict (`True`), none (`False`), or those that say so (`None`).
        model: judge what belongs to this model too.

        assert check_tools(TOOLS) == []

    Raises:
        TypeError: something that is no tool; the message says what is accepted.
        ValueError: an unknown model, or a file that holds no JSON.
    """
    __tracebackhide__ = True
    return check_offered(read(tools), strict=strict, model=_model(model))


def assert_tools(tools: Any) -> None:
    """Raise an `AssertionError` that tells all problems of the tools, if there are any besides advice.

    Takes what `check_tools` takes.
    """
    __tracebackhide__ = True
    problems = check_tools(tools)
    if any(problem.severity != "advice" for problem in problems):
        headline = f"opus: {counted(len(problems), 'problem')} in tool definitions."
        raise AssertionError("\n\n".join([headline, *(problem.message for problem in problems)]))


def check_tool_input(tool: Any, input: Any) -> list[Problem]:
    """How `input` breaks the schema that the tool declares, the best match first.

    A schema that is missing, or that judges nothing where it is broken, is a problem too. The API keeps the schemas of
    its own tools, such as `bash`, to itself: an input of those is not judged.

        assert check_tool_input(RUN_TESTS, {"file": "a.test.ts"}) == []

    Args:
        tool: one tool in any of the forms that `check_tools` takes.
        input: the arguments of a call.
    """
    __tracebackhide__ = True
    wire = as_tool(tool)
    return [*_input_problems(wire, input), *_schema_problems(wire)] if _is_own(wire) else []


def _input_problems(tool: Mapping[str, Any], arguments: Any) -> Iterator[Problem]:
    from .._schema.draft import input_errors

    schema = tool.get("input_schema")
    for where, what in input_errors(schema, arguments) if isinstance(schema, dict) else ():
        yield _of_input(
            f"an input of {_label(tool)} breaks its schema: {where + ': ' if where else ''}{what}.",
            "input_breaks_schema",
            f"input{'' if where.startswith('[') or not where else '.'}{where}",
            "Mend the input or the schema.",
        )


def _schema_problems(tool: Mapping[str, Any]) -> Iterator[Problem]:
    """What of the schema judges nothing."""
    try:
        found = list(_unjudging(tool.get("input_schema"), ("input_schema",)))
    except RecursionError:
        found = [(("input_schema",), "it is nested too deeply, or holds itself")]
    for place, what in found:
        yield _of_input(
            f"an input of {_label(tool)} cannot be judged by all of its schema: {what}.",
            "schema_judges_nothing",
            written(place),
            "Mend the schema; check_tools tells all that is wrong with it.",
        )


def _unjudging(schema: Any, at: Place) -> Iterator[tuple[Place, str]]:
    """Where and why a schema, or a part of it, says nothing about a value."""
    from .._schema.draft import schema_errors

    if not isinstance(schema, dict):
        yield at, "there is none" if schema is None else f"it is {clip(_shown(schema), 60)}"
        return
    told = set()
    for place, error in schema_errors(schema):
        told.add((*at, *place))
        yield (*at, *place), error
    for remark in unfollowable(schema, at):
        if remark.at not in told:
            yield remark.at, f"it has {RULES[remark.code].broken}: {remark.detail}"


def _of_input(what: str, code: str, path: str, way_out: str) -> Problem:
    message = document(what, evidence=[f"at {path}"], nearest=None, way_out=way_out)
    return Problem(kind="tool_inputs", code=code, severity="error", message=message, path=path)


def check_offered(offered: Offered, *, strict: bool | None = None, model: Model | None = None) -> list[Problem]:
    """The problems of what was read; the same definitions are judged once."""
    whole: dict[str, Any] = {"tools": offered.tools, **offered.request}
    try:
        problems = _judged(_text(json.loads(json.dumps(whole, allow_nan=False)), strict), model)
    except (TypeError, ValueError, RecursionError):
        lost: list[Problem] = []
        carried = _carried(whole, (), lost, whole, ())
        nowhere = {problem.path for problem in lost}
        judged = _judged(_text(carried, strict), model)
        problems = (*lost, *(problem for problem in judged if problem.path not in nowhere))
    return sorted(problems, key=lambda problem: ("error", "strict", "advice").index(problem.severity))


def _text(wire: dict[str, Any], strict: bool | None) -> str:
    if strict is not None:
        wire["tools"] = [_as_strict(tool, strict) for tool in wire["tools"]]
    return json.dumps(wire)


def _model(model_id: str | None) -> Model | None:
    if model_id is None:
        return None
    known = find_model(model_id) or find_model(model_id.rpartition("/")[2].replace(".", "-"))
    if known is None:
        from .._api.rules.refusal import nearest

        hint = nearest(model_id, [model.id for model in MODELS])
        raise ValueError(f"model is {model_id!r}, which no model is called{f' ({hint})' if hint else ''}.")
    return known


def _as_strict(tool: dict[str, Any], strict: bool) -> dict[str, Any]:
    is_wrong = not isinstance(tool.get("strict"), bool | None)
    return tool if is_wrong or not _is_own(tool) else tool | {"strict": strict}


_DEEPEST = 100


def _carried(value: Any, at: Place, lost: list[Problem], whole: Any, around: tuple[int, ...]) -> Any:
    """What JSON can carry of `value`; what it cannot is a problem, and stands as null.

    Args:
        around: the ids of the objects and lists that `value` stands in.
    """
    inside = (*around, id(value))
    nested = isinstance(value, Mapping | list | tuple)
    if nested and id(value) in around:
        why = "it holds itself"
    elif nested and len(at) >= _DEEPEST:
        why = "it is nested too deeply"
    elif isinstance(value, Mapping):
        return {str(key): _carried(item, (*at, str(key)), lost, whole, inside) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        return [_carried(item, (*at, index), lost, whole, inside) for index, item in enumerate(value)]
    else:
        try:
            return json.loads(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError):
            why = _shown(value)
    lost.append(_problem(Remark("definition_not_json", at, why), {"tools": _plain_names(whole)}))
    return None


def _shown(value: Any) -> str:
    try:
        return shown(value)
    except ValueError:
        return "a number of thousands of digits"


def _plain_names(wire: Any) -> list[dict[str, Any]]:
    """The tools as far as a message names them."""
    return [{"name": name} if (name := _name(tool)) else {} for tool in wire.get("tools") or ()]


@lru_cache(maxsize=64)
def _judged(wire: str, model: Model | None) -> tuple[Problem, ...]:
    body: dict[str, Any] = json.loads(wire)
    findings = [*_definition_findings(body, model), *_advice(body["tools"])]
    return tuple(
        _of_refusal(finding, body) if isinstance(finding, Refusal) else _problem(finding, body) for finding in findings
    )


def _definition_findings(body: dict[str, Any], model: Model | None) -> Iterator[Refusal | Remark]:
    """All that is wrong with what a request offers, each cause once; advice apart."""
    told: dict[Place, set[str]] = {}
    findings: Iterator[Refusal | Remark] = chain(definition_refusals(body, model), _faults_of_ours(body))
    for finding in findings:
        codes = told.setdefault(finding.at, set())
        if finding.code not in codes and codes.isdisjoint(ALONE):
            codes.add(finding.code)
            yield finding


def _faults_of_ours(body: dict[str, Any]) -> Iterator[Remark]:
    """What the API lets pass, and nobody can use."""
    for index, tool in enumerate(body["tools"]):
        if isinstance(tool, dict):
            yield from unusable(tool, ("tools", index))
    for index, tool in _own(body["tools"]):
        yield from unfollowable(tool["input_schema"], ("tools", index, "input_schema"))
    for place in (("output_config", "format", "schema"), ("output_format", "schema")):
        schema = found_at(body, place)
        if isinstance(schema, dict):
            yield from unfollowable(schema, place)


def _advice(tools: list[Any]) -> Iterator[Remark]:
    for index, tool in _own(tools):
        yield from advice(tool, ("tools", index))
    yield from alike([_name(tool) for tool in tools])


def _name(tool: Any) -> str | None:
    name = tool.get("name") if isinstance(tool, dict) else None
    return name if isinstance(name, str) else None


def _own(tools: list[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The program's own tools, as far as they have a schema."""
    for index, tool in enumerate(tools):
        if isinstance(tool, dict) and _is_own(tool) and isinstance(tool.get("input_schema"), dict):
            yield index, tool


def _is_own(tool: Mapping[str, Any]) -> bool:
    return tool.get("type") in (None, "custom")


def _of_refusal(refusal: Refusal, body: Any) -> Problem:
    meant = refusal.hint.startswith("did you mean")
    detail = "" if meant else refusal.hint
    told = Remark(refusal.code, refusal.at, detail or _named(refusal, body), refusal.hint if meant else "")
    return _problem(told, body, [f"the API answers: {refusal.message}"])


def _named(refusal: Refusal, body: Any) -> str:
    """What the first line is to name, where the rule itself does not."""
    if refusal.code in ("union_tag_invalid", "string_pattern", "string_too_long"):
        return clip(json.dumps(found_at(body, refusal.at)), 60)
    return f"`{written(_within(refusal.at))}`" if refusal.code in SHAPES | {"strict_keyword"} else ""


def _within(at: Place) -> Place:
    """The steps from the definition on."""
    return at[1:] if at[0] == "output_format" else at[2:]


def _problem(remark: Remark, body: Any, evidence: Iterable[str] = ()) -> Problem:
    rule, path, value = RULES[remark.code], written(remark.at), found_at(body, remark.at)
    standing = "" if value is None or isinstance(value, dict | list) else f" is {clip(json.dumps(value), 60)}"
    detail = f": {remark.detail}" if remark.detail else ""
    return Problem(
        kind="tool_schemas",
        code=rule.code,
        severity=rule.weight,
        message=document(
            f"{_subject(remark.at, body)} has {rule.broken}{detail}.",
            evidence=[f"{rule.weight} {rule.code} at {path}{standing}", *evidence],
            nearest=remark.hint or None,
            way_out=rule.way_out,
        ),
        path=path,
    )


def _subject(at: Place, body: Any) -> str:
    """`tool 'run_tests'`, or where the schema stands."""
    if at[:1] == ("tools",) and len(at) > 1:
        tool = found_at(body, at[:2])
        return _label(tool if isinstance(tool, dict) else {})
    return written(at[: len(at) - len(_within(at))])


def _label(tool: Mapping[str, Any]) -> str:
    name = tool.get("name") or tool.get("mcp_server_name") or tool.get("type")
    return f"tool {name!r}" if isinstance(name, str) else "a tool without a name"
