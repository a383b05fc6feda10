"""Structured outputs: the part of JSON Schema that strict tools and output formats are compiled from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .refusal import Refusal, refuse
from .request import Request, Rule, rule

__all__ = ["RULES", "is_recursive"]

_UNSUPPORTED = {
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "string": {"minLength", "maxLength"},
    "array": {"maxItems", "uniqueItems", "minContains", "maxContains"},
    "object": {"minProperties", "maxProperties", "patternProperties", "propertyNames"},
}
_REGEX_FEATURES = re.compile(r"\(\?[=!<]|\\[1-9bB]|\\k<")
_MOST_TOOLS, _MOST_OPTIONAL, _MOST_UNIONS = 20, 24, 16


@dataclass(slots=True)
class _Schema:
    """One schema on its way through the compiler: what it counts, and where it fails."""

    root: Any
    optional: int = 0
    unions: int = 0
    open_refs: list[str] = field(default_factory=list)

    def problem(self, node: Any) -> str | None:
        if not isinstance(node, dict):
            return None
        self._count(node)
        if "$ref" in node:
            return self._reference(node["$ref"])
        found = next(filter(None, (check(node) for check in _CHECKS)), None)
        return found or next(filter(None, map(self.problem, _children(node))), None)

    def _reference(self, target: Any) -> str | None:
        if not isinstance(target, str) or not target.startswith("#"):
            return f"External reference '{target}' is not supported"
        if target in self.open_refs:
            return f"Circular reference detected in schema definitions: {target.rpartition('/')[2]}"
        self.open_refs.append(target)
        found = self.problem(_resolve(self.root, target))
        self.open_refs.pop()
        return found

    def _count(self, node: dict[str, Any]) -> None:
        properties, required = node.get("properties"), node.get("required") or []
        if isinstance(properties, dict) and isinstance(required, list):
            self.optional += sum(name not in required for name in properties)
        type_ = node.get("type")
        self.unions += "anyOf" in node or (isinstance(type_, list) and len(type_) > 1)


def is_recursive(root: Any, node: Any, open_refs: tuple[str, ...] = ()) -> bool:
    """Whether a `$ref` at or under `node` leads back to itself."""
    if not isinstance(node, dict):
        return False
    target = node.get("$ref")
    if isinstance(target, str):
        return target in open_refs or is_recursive(root, _resolve(root, target), (*open_refs, target))
    return any(is_recursive(root, child, open_refs) for child in _children(node))


def _types(node: dict[str, Any]) -> list[Any]:
    type_ = node.get("type")
    return type_ if isinstance(type_, list) else [type_]


def _closed_object(node: dict[str, Any]) -> str | None:
    if "object" not in _types(node) or node.get("additionalProperties") is False:
        return None
    if "additionalProperties" not in node:
        return "For 'object' type, 'additionalProperties' must be explicitly set to false"
    shown = "true" if node["additionalProperties"] is True else "object"
    return (
        f"For 'object' type, 'additionalProperties: {shown}' is not supported. "
        "Please set 'additionalProperties' to false"
    )


def _supported_keywords(node: dict[str, Any]) -> str | None:
    for type_ in _types(node):
        found = sorted(_UNSUPPORTED.get(type_, set()) & node.keys()) if isinstance(type_, str) else []
        if len(found) == 1:
            return f"For '{type_}' type, property '{found[0]}' is not supported"
        if found:
            return f"For '{type_}' type, properties {', '.join(found)} are not supported"
    return None


def _small_arrays(node: dict[str, Any]) -> str | None:
    if "array" in _types(node) and node.get("minItems") not in (None, 0, 1):
        return "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
    return None


def _scalar_enum(node: dict[str, Any]) -> str | None:
    values = node.get("enum")
    if isinstance(values, list) and any(isinstance(value, (dict, list)) for value in values):
        return "'enum' values must be strings, numbers, booleans or null"
    return None


def _simple_pattern(node: dict[str, Any]) -> str | None:
    pattern = node.get("pattern")
    match = _REGEX_FEATURES.search(pattern) if isinstance(pattern, str) else None
    return f"Unsupported regex feature in pattern field: {match[0]}" if match else None


_CHECKS = (_closed_object, _supported_keywords, _small_arrays, _scalar_enum, _simple_pattern)


def _children(node: dict[str, Any]) -> Iterator[Any]:
    """Schemas inside a schema; definitions are looked at where they are used."""
    properties = node.get("properties")
    if isinstance(properties, dict):
        yield from properties.values()
    if "items" in node:
        yield node["items"]
    for key in ("anyOf", "allOf", "oneOf"):
        if isinstance(node.get(key), list):
            yield from node[key]


def _resolve(root: Any, target: str) -> Any:
    node = root
    for part in target.removeprefix("#").split("/"):
        if part:
            node = node.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(node, dict) else {}
    return node


def schemas_can_be_compiled(request: Request) -> Refusal | None:
    optional = unions = 0
    for path, schema in _schemas(request):
        compiled = _Schema(schema)
        problem = compiled.problem(schema)
        if problem is not None:
            return refuse("schema_not_supported", problem, path=path)
        optional += compiled.optional
        unions += compiled.unions
    return _too_many_parts(optional, unions)


def _too_many_parts(optional: int, unions: int) -> Refusal | None:
    if optional > _MOST_OPTIONAL:
        return refuse(
            "schema_too_many_optional",
            f"Schemas contains too many optional parameters ({optional}), which would make grammar compilation "
            "inefficient. Reduce the number of optional parameters in your tool schemas "
            f"(limit: {_MOST_OPTIONAL}).",
        )
    if unions > _MOST_UNIONS:
        return refuse(
            "schema_too_many_unions",
            f"Schemas contains too many parameters with union types ({unions} parameters with type arrays or anyOf). "
            "This causes exponential compilation cost. Reduce the number of nullable or union-typed parameters "
            f"(limit: {_MOST_UNIONS} parameters with unions).",
        )
    return None


def _schemas(request: Request) -> Iterator[tuple[str, Any]]:
    for index, tool in enumerate(request.offer.tools):
        if tool.get("strict") and tool.get("type") in (None, "custom"):
            yield f"tools.{index}.custom", tool["input_schema"]
    for name, format_ in request.formats():
        yield f"{name}.schema", format_["schema"]


def strict_tools_are_few(request: Request) -> Refusal | None:
    count = sum(bool(tool.get("strict")) for tool in request.offer.tools)
    if count <= _MOST_TOOLS:
        return None
    return refuse(
        "strict_tools_too_many",
        f"Too many strict tools ({count}). The maximum number of strict tools supported is {_MOST_TOOLS}. "
        "Try reducing the number of tools marked as strict.",
    )


def model_writes_formats(request: Request) -> Refusal | None:
    if request.model is None or request.model.structured_outputs or not request.formats():
        return None
    return refuse("format_unsupported", f"'{request.model_id}' does not support output format.")


RULES: tuple[Rule, ...] = (
    rule(model_writes_formats, "output_config", "output_format"),
    rule(strict_tools_are_few, "tools"),
    rule(schemas_can_be_compiled, "tools", "output_config", "output_format"),
)
