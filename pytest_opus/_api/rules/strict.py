"""Structured outputs: the part of JSON Schema that strict tools and output formats are compiled from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .offer import Declared
from .refusal import Refusal, refuse
from .request import OfferRule, Request, offer_rule

__all__ = ["RULES", "is_recursive"]

_UNSUPPORTED = {
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "string": {"minLength", "maxLength"},
    "array": {"maxItems", "uniqueItems", "minContains", "maxContains"},
    "object": {"minProperties", "maxProperties", "patternProperties", "propertyNames"},
}
_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"})
_REGEX_FEATURES = re.compile(r"\(\?(?:[=!<]|P=)|\\[1-9bB]|\\k<")
_ESCAPED_OR_CLASS = re.compile(r"\\\\|\[(?:\\.|[^\]\\])*\]")
_MOST_TOOLS, _MOST_OPTIONAL, _MOST_UNIONS = 20, 24, 16


Place = tuple[str | int, ...]


class Unsupported(NamedTuple):
    """What the compiler of schemas does not take: the rule, the API's text, and the keyword in question."""

    code: str
    text: str
    keyword: str


@dataclass(slots=True)
class _Schema:
    """One schema on its way through the compiler: what it counts, and where it fails."""

    root: Any
    optional: int = 0
    unions: int = 0
    open_refs: list[str] = field(default_factory=list)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def problems(self, node: Any, at: Place = ()) -> Iterator[tuple[Place, Unsupported]]:
        if not isinstance(node, dict):
            return
        self._count(node)
        if "$ref" in node:
            yield from self._reference(node["$ref"], at)
            return
        for check in _CHECKS:
            found = check(node)
            if found is not None:
                yield (*at, found.keyword), found
        for step, child in _children(node):
            yield from self.problems(child, (*at, *step))

    def _reference(self, target: Any, at: Place) -> Iterator[tuple[Place, Unsupported]]:
        """What is wrong with a definition is told once, what it counts is counted with every use."""
        at = (*at, "$ref")
        if not isinstance(target, str) or not target.startswith("#"):
            yield at, Unsupported("strict_ref", f"External reference '{target}' is not supported", "$ref")
        elif target in self.open_refs:
            name = target.rpartition("/")[2]
            text = f"Circular reference detected in schema definitions: {name}"
            yield at, Unsupported("strict_recursive", text, "$ref")
        elif target in self.counts:
            optional, unions = self.counts[target]
            self.optional, self.unions = self.optional + optional, self.unions + unions
        else:
            before = self.optional, self.unions
            self.open_refs.append(target)
            yield from self.problems(_resolve(self.root, target), _steps(target))
            self.open_refs.pop()
            self.counts[target] = self.optional - before[0], self.unions - before[1]

    def _count(self, node: dict[str, Any]) -> None:
        properties, required = node.get("properties"), node.get("required") or []
        if isinstance(properties, dict) and isinstance(required, list):
            self.optional += sum(name not in required for name in properties)
        type_ = node.get("type")
        self.unions += "anyOf" in node or (isinstance(type_, list) and len(type_) > 1)


def is_recursive(root: Any, node: Any, open_refs: tuple[str, ...] = (), settled: set[str] | None = None) -> bool:
    """Whether a `$ref` at or under `node` leads back to itself; `settled` are those that are known not to."""
    settled = set() if settled is None else settled
    if not isinstance(node, dict):
        return False
    target = node.get("$ref")
    if not isinstance(target, str):
        return any(is_recursive(root, child, open_refs, settled) for _, child in _children(node))
    if target in open_refs:
        return True
    if target not in settled and is_recursive(root, _resolve(root, target), (*open_refs, target), settled):
        return True
    settled.add(target)
    return False


def _types(node: dict[str, Any]) -> list[Any]:
    type_ = node.get("type")
    return type_ if isinstance(type_, list) else [type_]


def _closed_object(node: dict[str, Any]) -> Unsupported | None:
    if "object" not in _types(node) or node.get("additionalProperties") is False:
        return None
    text = "For 'object' type, 'additionalProperties' must be explicitly set to false"
    if "additionalProperties" in node:
        shown = "true" if node["additionalProperties"] is True else "object"
        text = (
            f"For 'object' type, 'additionalProperties: {shown}' is not supported. "
            "Please set 'additionalProperties' to false"
        )
    return Unsupported("strict_open_object", text, "additionalProperties")


def _supported_keywords(node: dict[str, Any]) -> Unsupported | None:
    for type_ in _types(node):
        found = sorted(_UNSUPPORTED.get(type_, set()) & node.keys()) if isinstance(type_, str) else []
        if found:
            which = f"property '{found[0]}' is" if len(found) == 1 else f"properties {', '.join(found)} are"
            return Unsupported("strict_keyword", f"For '{type_}' type, {which} not supported", found[0])
    return None


def _small_arrays(node: dict[str, Any]) -> Unsupported | None:
    if "array" in _types(node) and node.get("minItems") not in (None, 0, 1):
        text = "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
        return Unsupported("strict_keyword", text, "minItems")
    return None


def _known_format(node: dict[str, Any]) -> Unsupported | None:
    if "string" in _types(node) and node.get("format") not in (None, *_FORMATS):
        text = f"For 'string' type, format '{node['format']}' is not supported"
        return Unsupported("strict_format", text, "format")
    return None


def _scalar_enum(node: dict[str, Any]) -> Unsupported | None:
    values = node.get("enum")
    if isinstance(values, list) and any(isinstance(value, (dict, list)) for value in values):
        return Unsupported("strict_enum", "'enum' values must be strings, numbers, booleans or null", "enum")
    return None


def _simple_pattern(node: dict[str, Any]) -> Unsupported | None:
    pattern = node.get("pattern")
    # An escaped backslash escapes nothing, and within a class \b is no boundary.
    match = _REGEX_FEATURES.search(_ESCAPED_OR_CLASS.sub("", pattern)) if isinstance(pattern, str) else None
    if match is None:
        return None
    return Unsupported("strict_regex", f"Unsupported regex feature in pattern field: {match[0]}", "pattern")


_CHECKS = (_closed_object, _supported_keywords, _small_arrays, _known_format, _scalar_enum, _simple_pattern)


def _children(node: dict[str, Any]) -> Iterator[tuple[Place, Any]]:
    """Schemas inside a schema; definitions are looked at where they are used."""
    properties = node.get("properties")
    if isinstance(properties, dict):
        yield from ((("properties", name), child) for name, child in properties.items())
    if "items" in node:
        yield ("items",), node["items"]
    for key in ("anyOf", "allOf", "oneOf"):
        if isinstance(node.get(key), list):
            yield from (((key, index), child) for index, child in enumerate(node[key]))


def _steps(target: str) -> tuple[str, ...]:
    """The steps of an internal `$ref`."""
    parts = target.removeprefix("#").split("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts if part)


def _resolve(root: Any, target: str) -> Any:
    node = root
    for part in _steps(target):
        node = node.get(part, {}) if isinstance(node, dict) else {}
    return node


def schemas_can_be_compiled(request: Request) -> Iterator[Refusal]:
    """Each schema is in the subset, and all of them together are within the limits."""
    optional, unions = _Count(_MOST_OPTIONAL), _Count(_MOST_UNIONS)
    for declared in _compiled(request):
        schema = _Schema(declared.schema)
        for place, (code, text, _) in schema.problems(declared.schema):
            yield refuse(code, text, path=declared.path, at=(*declared.at, *place))
        optional.add(schema.optional, declared.at)
        unions.add(schema.unions, declared.at)
    if optional.over is not None:
        yield refuse(
            "strict_optional_too_many",
            f"Schemas contains too many optional parameters ({optional.total}), which would make grammar compilation "
            "inefficient. Reduce the number of optional parameters in your tool schemas "
            f"(limit: {_MOST_OPTIONAL}).",
            at=optional.over,
        )
    if unions.over is not None:
        yield refuse(
            "strict_unions_too_many",
            f"Schemas contains too many parameters with union types ({unions.total} parameters with type arrays or "
            "anyOf). This causes exponential compilation cost. Reduce the number of nullable or union-typed parameters "
            f"(limit: {_MOST_UNIONS} parameters with unions).",
            at=unions.over,
        )


@dataclass(slots=True)
class _Count:
    """A sum over all schemas, and the schema with which it went over the limit."""

    limit: int
    total: int = 0
    over: Place | None = None

    def add(self, number: int, at: Place) -> None:
        self.total += number
        if self.over is None and self.total > self.limit:
            self.over = at


def _compiled(request: Request) -> Iterator[Declared]:
    """The schemas of strict tools and of output formats."""
    yield from (declared for declared in request.offer.custom() if declared.tool.get("strict"))
    yield from (declared for declared in request.declared() if not declared.tool)


def strict_tools_are_few(request: Request) -> Iterator[Refusal]:
    strict = [index for index, tool in enumerate(request.offer.tools) if tool.get("strict")]
    if len(strict) > _MOST_TOOLS:
        yield refuse(
            "strict_tools_too_many",
            f"Too many strict tools ({len(strict)}). The maximum number of strict tools supported is {_MOST_TOOLS}. "
            "Try reducing the number of tools marked as strict.",
            at=("tools", strict[_MOST_TOOLS], "strict"),
        )


def model_writes_formats(request: Request) -> Iterator[Refusal]:
    if request.model is not None and not request.model.structured_outputs and request.formats():
        at = request.formats()[0][0].split(".")
        yield refuse("format_unsupported", f"'{request.model_id}' does not support output format.", at=at)


RULES: tuple[OfferRule, ...] = (
    offer_rule(model_writes_formats, "output_config", "output_format"),
    offer_rule(strict_tools_are_few, "tools"),
    offer_rule(schemas_can_be_compiled, "tools", "output_config", "output_format"),
)
