"""The part of JSON Schema that strict tools and output formats are compiled from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._api.places import Place
from .parts import children
from .references import References

_ANY_TYPE = {"if"}
_UNSUPPORTED = {
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"} | _ANY_TYPE,
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"} | _ANY_TYPE,
    "string": {"minLength", "maxLength"} | _ANY_TYPE,
    "array": {
        "maxItems", "uniqueItems", "prefixItems", "contains", "minContains", "maxContains", "unevaluatedItems",
    } | _ANY_TYPE,
    "object": {
        "minProperties", "maxProperties", "patternProperties", "propertyNames", "dependentRequired",
        "dependentSchemas", "unevaluatedProperties",
    } | _ANY_TYPE,
    "boolean": _ANY_TYPE,
    "null": _ANY_TYPE,
}  # fmt: skip
_NOT_BESIDE_A_UNION = frozenset({"type", "properties", "required", "additionalProperties", "discriminator", "$ref"})
_TYPED = frozenset({"type", "anyOf", "allOf", "oneOf", "not", "const", "enum", "$ref"})
_COMPILED = frozenset({"properties", "items", "anyOf", "allOf", "oneOf"})
"""Where a compiled schema has others in it; definitions are looked at where they are used."""
_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"})
_ESCAPED_OR_SET = re.compile(r"\\\\|\[(?:\\.|[^\]\\])*\]")
_REGEX_FEATURES = re.compile(r"\(\?(?:[=!<]|P=)|\\[1-9bB]|\\k<")
_COUNTS = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_MOST_REPEATED = 1_000
"""The API says of a range that it is too large, but not from where on: this one is for sure."""


class Unsupported(NamedTuple):
    """What the compiler does not take: the rule, the API's text, and the steps from the schema to the keyword."""

    code: str
    text: str
    at: Place = ()


@dataclass(slots=True)
class Compilation:
    """One schema on its way through the compiler: what it counts, and where it fails."""

    root: dict[str, Any]
    optional: int = 0
    """Properties that are not required, those of a definition with every use of it."""
    unions: int = 0
    _open: list[tuple[Place, str]] = field(default_factory=list)
    _counts: dict[Place, tuple[int, int]] = field(default_factory=dict)
    _references: References = field(init=False)

    def __post_init__(self) -> None:
        self._references = References(self.root)

    def problems(self) -> Iterator[Unsupported]:
        """What is not supported, each with its place in the root; `optional` and `unions` are right when it is done."""
        self._open.append(((), "#"))
        yield from self._of(self.root, ())

    def _of(self, node: Any, at: Place) -> Iterator[Unsupported]:
        if not isinstance(node, dict):
            return
        self._count(node)
        refers = "$ref" in node
        for check in (_lone_unions,) if refers else _CHECKS:
            yield from (found._replace(at=(*at, *found.at)) for found in check(node))
        if refers:
            yield from self._reference(node["$ref"], (*at, "$ref"))
            return
        for steps, child in children(node):
            if steps[0] in _COMPILED:
                yield from self._of(child, (*at, *steps))

    def _reference(self, reference: Any, at: Place) -> Iterator[Unsupported]:
        """What is wrong with a definition is told once, what it counts is counted with every use."""
        found = self._references.target(reference)
        if found is None:
            if not str(reference).startswith("#"):
                yield Unsupported("strict_ref", f"External reference '{reference}' is not supported", at)
            return
        place, node = found
        places = [place for place, _ in self._open]
        if place in places:
            names = [*(name for _, name in self._open[places.index(place) :]), _name(reference)]
            text = f"Circular reference detected in schema definitions: {' -> '.join(names)}"
            yield Unsupported("strict_recursive", text, at)
        elif place in self._counts:
            optional, unions = self._counts[place]
            self.optional, self.unions = self.optional + optional, self.unions + unions
        else:
            before = self.optional, self.unions
            self._open.append((place, _name(reference)))
            yield from self._of(node, place)
            self._open.pop()
            self._counts[place] = self.optional - before[0], self.unions - before[1]

    def _count(self, node: dict[str, Any]) -> None:
        properties, required = node.get("properties"), node.get("required") or []
        if isinstance(properties, dict) and isinstance(required, list):
            self.optional += sum(name not in required for name in properties)
        type_ = node.get("type")
        self.unions += "anyOf" in node or (isinstance(type_, list) and len(type_) > 1)


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def is_recursive(root: dict[str, Any]) -> bool:
    """Whether a `$ref` of a schema leads back to where it stands."""
    return _leads_back(References(root), root, ((),), set())


def _leads_back(references: References, node: Any, opened: tuple[Place, ...], settled: set[Place]) -> bool:
    """Whether a `$ref` at or under `node` leads to an opened place; `settled` are those that are known not to."""
    if not isinstance(node, dict):
        return False
    within = (child for steps, child in children(node) if steps[0] not in ("$defs", "definitions"))
    if any(_leads_back(references, child, opened, settled) for child in within):
        return True
    found = references.target(node.get("$ref"))
    if found is None or found[0] in settled:
        return False
    place, definition = found
    if place in opened or _leads_back(references, definition, (*opened, place), settled):
        return True
    settled.add(place)
    return False


def _types(node: dict[str, Any]) -> list[Any]:
    type_ = node.get("type")
    return type_ if isinstance(type_, list) else [type_]


def _known_keywords(node: dict[str, Any]) -> Iterator[Unsupported]:
    if "oneOf" in node:
        yield Unsupported("strict_keyword", "Schema type 'oneOf' is not supported", ("oneOf",))
    if "not" in node:
        yield Unsupported("strict_keyword", "Schema keyword 'not' is not supported", ("not",))


def _typed(node: dict[str, Any]) -> Iterator[Unsupported]:
    if not node:
        text = "Empty schema ({}) that accepts any JSON value is not supported. Please specify a concrete type."
        yield Unsupported("strict_untyped", text)
    elif _TYPED.isdisjoint(node):
        yield Unsupported("strict_untyped", f"Invalid schema: Schema type is missing for schema: {node}")


def _lone_unions(node: dict[str, Any]) -> Iterator[Unsupported]:
    """The API says `anyOf` of `allOf`, too."""
    union = next((key for key in ("anyOf", "allOf") if key in node), None)
    beside = sorted(_NOT_BESIDE_A_UNION & node.keys())
    if union and beside:
        yield Unsupported("strict_keyword", f"For 'anyOf', '{', '.join(beside)}' is not supported", (union,))


def _whole_intersections(node: dict[str, Any]) -> Iterator[Unsupported]:
    """Documented; the wording is ours."""
    for index, part in enumerate(node["allOf"] if isinstance(node.get("allOf"), list) else ()):
        if isinstance(part, dict) and "$ref" in part:
            yield Unsupported("strict_keyword", "For 'allOf', '$ref' is not supported", ("allOf", index, "$ref"))


def _closed_objects(node: dict[str, Any]) -> Iterator[Unsupported]:
    if "object" not in _types(node) or node.get("additionalProperties") is False:
        return
    text = "For 'object' type, 'additionalProperties' must be explicitly set to false"
    if "additionalProperties" in node:
        shown = "true" if node["additionalProperties"] is True else "object"
        text = (
            f"For 'object' type, 'additionalProperties: {shown}' is not supported. "
            "Please set 'additionalProperties' to false"
        )
    yield Unsupported("strict_open_object", text, ("additionalProperties",))


def _supported_keywords(node: dict[str, Any]) -> Iterator[Unsupported]:
    for type_ in _types(node):
        found = sorted(_UNSUPPORTED.get(type_, set()) & node.keys()) if isinstance(type_, str) else []
        if found:
            which = f"property '{found[0]}' is" if len(found) == 1 else f"properties {', '.join(found)} are"
            yield Unsupported("strict_keyword", f"For '{type_}' type, {which} not supported", (found[0],))


def _small_arrays(node: dict[str, Any]) -> Iterator[Unsupported]:
    if "array" in _types(node) and node.get("minItems") not in (None, 0, 1):
        text = "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
        yield Unsupported("strict_keyword", text, ("minItems",))


def _known_formats(node: dict[str, Any]) -> Iterator[Unsupported]:
    if "string" in _types(node) and node.get("format") not in (None, *_FORMATS):
        yield Unsupported(
            "strict_format", f"For 'string' type, format '{node['format']}' is not supported", ("format",)
        )


def _scalar_enums(node: dict[str, Any]) -> Iterator[Unsupported]:
    values = node.get("enum")
    if isinstance(values, list) and any(isinstance(value, (dict, list)) for value in values):
        yield Unsupported("strict_enum", "'enum' values must be strings, numbers, booleans or null", ("enum",))


def _simple_patterns(node: dict[str, Any]) -> Iterator[Unsupported]:
    pattern = node.get("pattern")
    if not isinstance(pattern, str):
        return
    # An escaped backslash escapes nothing, and within a set \b is no boundary.
    plain = _ESCAPED_OR_SET.sub("", pattern)
    if feature := _REGEX_FEATURES.search(plain):
        text = feature[0]
    elif any(int(count) > _MOST_REPEATED for found in _COUNTS.finditer(plain) for count in found.groups() if count):
        text = (
            "pattern is too complex for structured output: reduce the {n,m} upper bound, narrow the character class "
            "range, or avoid nesting quantified groups"
        )
    else:
        return
    yield Unsupported("strict_regex", f"Unsupported regex feature in pattern field: {text}", ("pattern",))


_CHECKS = (
    _known_keywords, _typed, _lone_unions, _whole_intersections, _closed_objects, _supported_keywords, _small_arrays,
    _known_formats, _scalar_enums, _simple_patterns,
)  # fmt: skip
