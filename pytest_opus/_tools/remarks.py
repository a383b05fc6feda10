"""What we say of definitions that the API itself takes: what no model can follow, and what is unwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .._api.describe import clip
from .._api.places import Place
from .._api.tokens import tool_tokens
from .._schema.parts import parts
from .._schema.patterns import is_python_only, pattern_error

__all__ = ["Remark", "advice", "alike", "unfollowable", "unusable"]

_LARGE = 2_000
_DEFINITIONS = ("$defs", "definitions")


class Remark(NamedTuple):
    """One thing to say of a definition: the rule, the place, and what there is to tell besides the rule itself."""

    code: str
    at: Place
    detail: str = ""
    hint: str = ""


def unusable(tool: Mapping[str, Any], at: Place) -> Iterator[Remark]:
    """Fields with which a tool, one of the API included, cannot be used."""
    if tool.get("allowed_callers") == []:
        yield Remark("callers_none", (*at, "allowed_callers"))
    for field in ("allowed_domains", "blocked_domains"):
        domains = tool.get(field)
        for index, domain in enumerate(domains if isinstance(domains, list) else ()):
            if isinstance(domain, str) and not _is_domain(domain):
                yield Remark("domain_invalid", (*at, field, index), repr(domain))


def _is_domain(text: str) -> bool:
    """Whether a path after it is the only thing beside the host."""
    host = text.partition("/")[0]
    return bool(host) and "://" not in text and not any(sign in host for sign in "*: @")


def unfollowable(schema: Any, at: Place) -> Iterator[Remark]:
    """References that lead nowhere and patterns that are none."""
    from .._schema.references import References

    references = References(schema)
    for place, part in parts(schema, at):
        reference = part.get("$ref")
        if isinstance(reference, str) and references.target(reference) is None:
            yield _lost(reference, schema, (*place, "$ref"))
        for steps, pattern in _patterns(part):
            if error := pattern_error(pattern):
                yield Remark("pattern_invalid", (*place, *steps), error)


def _patterns(part: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """The regular expressions in a schema, each with the steps to it."""
    if isinstance(part.get("pattern"), str):
        yield ("pattern",), part["pattern"]
    yield from ((("patternProperties", key), key) for key in _named(part, "patternProperties") if isinstance(key, str))


def _lost(reference: str, root: Any, at: Place) -> Remark:
    from .._api.rules.refusal import nearest

    if not reference.startswith("#"):
        return Remark("ref_external", at, clip(reference))
    known = [f"#/{key}/{name}" for key in _DEFINITIONS for name in _named(root, key)]
    return Remark("ref_unresolvable", at, clip(reference), nearest(reference, known))


def advice(tool: Mapping[str, Any], at: Place) -> Iterator[Remark]:
    """What is unwise in one definition."""
    schema = tool["input_schema"]
    name = tool.get("name")
    if isinstance(name, str) and 64 < len(name) <= 128:
        yield Remark("name_long", (*at, "name"), f"it has {len(name)}")
    if not _is_text(tool.get("description")):
        yield Remark("no_description", (*at, "description"))
    yield from _of_root(schema, (*at, "input_schema"))
    for place, part in parts(schema, (*at, "input_schema")):
        yield from _of_part(place, part)
    tokens = tool_tokens(tool)
    if tokens > _LARGE:
        yield Remark("schema_large", at, f"about {tokens:,}")


def _of_root(schema: Mapping[str, Any], at: Place) -> Iterator[Remark]:
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in schema:
            yield Remark("root_combined", (*at, keyword))
    if schema.get("properties") and "required" not in schema:
        yield Remark("no_required", at)
    used = _used(schema)
    for key in _DEFINITIONS:
        for name in _named(schema, key):
            if (key, name) not in used:
                yield Remark("defs_unused", (*at, key, name), repr(name))


def _used(schema: Mapping[str, Any]) -> set[Place]:
    """The definitions that references lead to, from outside of them or from others that are used."""
    from .._schema.references import References

    references = References(schema)
    leads: dict[Place, set[Place]] = {}
    for place, part in parts(schema):
        found = references.target(part.get("$ref"))
        if found is not None:
            leads.setdefault(_definition(place), set()).add(_definition(found[0]))
    used: set[Place] = set()
    open_ = leads.get((), set())
    while open_ := open_ - used:
        used |= open_
        open_ = {to for place in open_ for to in leads.get(place, ())}
    return used


def _definition(place: Place) -> Place:
    """The definition that a place is in; none has an empty place."""
    return place[:2] if place and place[0] in _DEFINITIONS else ()


def _of_part(place: Place, part: Mapping[str, Any]) -> Iterator[Remark]:
    for name, parameter in _named(part, "properties").items():
        if isinstance(parameter, dict) and not _is_described(parameter):
            yield Remark("parameter_undescribed", (*place, "properties", name), repr(name))
    yield from _undeclared(place, part)
    kinds = part.get("type")
    if isinstance(kinds, list) and len([kind for kind in kinds if kind != "null"]) > 1:
        yield Remark("ambiguous_type", (*place, "type"), ", ".join(map(str, kinds)))
    if "enum" in part and "type" not in part:
        yield Remark("enum_without_type", (*place, "enum"))
    for steps, pattern in _patterns(part):
        if is_python_only(pattern):
            yield Remark("pattern_of_python", (*place, *steps))


def _undeclared(place: Place, part: Mapping[str, Any]) -> Iterator[Remark]:
    """Names that are required and not declared, unless what stands beside may declare them."""
    required, properties = part.get("required"), _named(part, "properties")
    if isinstance(required, list) and properties and _DECLARING.isdisjoint(part):
        from .._api.rules.refusal import nearest

        for index, name in enumerate(required):
            if isinstance(name, str) and name not in properties:
                yield Remark("required_undeclared", (*place, "required", index), repr(name), nearest(name, properties))


_DECLARING = frozenset({"$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties", "dependentSchemas"})


def _named(schema: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = schema.get(key)
    return found if isinstance(found, dict) else {}


def _is_described(parameter: Mapping[str, Any]) -> bool:
    """A definition that is referred to, and a fixed value, speak for themselves."""
    return _is_text(parameter.get("description")) or "$ref" in parameter or "const" in parameter


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def alike(names: Sequence[str | None]) -> Iterator[Remark]:
    """Names that differ by case, by `-` and `_`, or by one letter from an earlier one."""
    known: dict[str, list[str]] = {}
    for index, name in enumerate(names):
        if name is None or name in known.get(_plain(name), ()):
            continue
        variants = _variants(_plain(name))
        near = (other for variant in variants for other in known.get(variant, ()) if _is_near(name, other))
        other = next(near, None)
        if other is not None:
            yield Remark("names_alike", ("tools", index, "name"), repr(other))
        for variant in variants:
            known.setdefault(variant, []).append(name)


def _plain(name: str) -> str:
    """What is left of a name where it is read quickly."""
    return name.lower().replace("-", "").replace("_", "")


def _variants(name: str) -> set[str]:
    """The name and what is left when one character goes: two names one letter apart share one."""
    return {name, *(name[:at] + name[at + 1 :] for at in range(len(name)) if len(name) > 3)}


def _is_near(name: str, other: str) -> bool:
    one, two = _plain(name), _plain(other)
    if one == two:
        return name != other
    if abs(len(one) - len(two)) > 1 or min(len(one), len(two)) < 4:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    if len(one) == len(two):
        return one[start + 1 :] == two[start + 1 :] and (one[start] + two[start]).isalpha()
    short, long = sorted((one, two), key=len)
    return short[start:] == long[start + 1 :] and long[start].isalpha()
