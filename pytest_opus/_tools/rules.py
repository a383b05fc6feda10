"""The one table of rules about tools: what each is called, how much it matters, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

__all__ = ["ALONE", "RULES", "SHAPES", "Rule", "Weight", "markdown"]

Weight = Literal["error", "strict", "advice"]


class Rule(NamedTuple):
    """A rule that a definition can break."""

    code: str
    weight: Weight
    broken: str
    """What a definition that breaks it has."""
    way_out: str


_SHAPES = (
    # What the schema layer of the API refuses: a value that cannot stand where it stands.
    Rule("field_required", "error", "a required field missing", "Add the field."),
    Rule("extra_inputs", "error", "a field that is not known there", "Take the field out, or mend its name."),
    Rule("union_tag_invalid", "error", "an unknown `type`", "Leave `type` out for a tool of your own, or mend it."),
    Rule("literal_error", "error", "a value other than the fixed ones", "Use one of the values that are named."),
    Rule("string_pattern", "error", "a `name` with other characters than letters, digits, `_` and `-`", "Rename the tool."),
    Rule("string_too_short", "error", "an empty text where one is needed", "Write the text."),
    Rule("string_too_long", "error", "a `name` of more than 128 characters", "Shorten it."),
    Rule("str_type", "error", "a value that should be a string", "Make it a string."),
    Rule("bool_type", "error", "a value that should be true or false", "Make it true or false."),
    Rule("int_type", "error", "a value that should be a whole number", "Make it a whole number."),
    Rule("dict_type", "error", "a value that should be an object", "Make it an object."),
    Rule("object_type", "error", "a value that should be an object with known fields", "Make it an object."),
    Rule("list_type", "error", "a value that should be a list", "Make it a list."),
    Rule("greater_than_equal", "error", "a number below its limit", "Raise the number."),
    Rule("property_name", "error", "a parameter with other characters than letters, digits, `_`, `.` and `-`, or more than 64", "Rename the parameter."),
)  # fmt: skip
_RULES = (
    *_SHAPES,
    # What its further checks refuse.
    Rule("tool_names_duplicate", "error", "the name of another tool", "Rename one of them, or take it out."),
    Rule("tools_all_deferred", "error", "`defer_loading`, as all other tools have", "Leave at least one tool loaded, such as the one that searches the others."),
    Rule("deferred_tool_cached", "error", "`defer_loading` together with `cache_control`", "Put cache_control on a tool that is loaded."),
    Rule("cache_control_too_many", "error", "a fifth `cache_control` breakpoint", "Keep the last breakpoint: it covers the tools before it."),
    Rule("cache_control_ttl_order", "error", "a breakpoint of one hour after one of five minutes", "Put the longer-lived breakpoints first."),
    Rule("domains_allowed_and_blocked", "error", "`allowed_domains` together with `blocked_domains`", "Keep one of the lists."),
    Rule("tool_type_unsupported", "error", "a `type` that the model does not take", "Use a type that it takes, or another model."),
    Rule("input_schema_invalid", "error", "an `input_schema` that is no JSON Schema of draft 2020-12", "Mend the keyword."),
    Rule("format_schema_invalid", "error", "a `schema` that is no JSON Schema of draft 2020-12", "Mend the keyword."),
    Rule("format_unsupported", "error", "a model that writes no output formats", "Use a newer model, or ask for JSON in the prompt."),
    Rule("input_example_invalid", "error", "an input example that the `input_schema` forbids", "Mend the example or the schema."),
    Rule("programmatic_recursive", "error", "a recursive schema, though code may call it", "Write the levels out, or let the tool be called directly only."),
    # What no model could follow, though the API does not look, or does not look at once.
    Rule("definition_not_json", "error", "a value that JSON cannot carry", "Use strings, numbers, booleans, None, lists and dicts."),
    Rule("ref_unresolvable", "error", "a `$ref` to a definition that is not there", "Add the definition under $defs, or mend the reference."),
    Rule("ref_external", "error", "a `$ref` to another document", "Copy the definition into $defs and refer to it with #/$defs/NAME."),
    Rule("pattern_invalid", "error", "a `pattern` that is no regular expression", "Mend the pattern."),
    Rule("domain_invalid", "error", "an entry of `allowed_domains` or `blocked_domains` that is no plain domain", "Write it without scheme and wildcard, such as example.com; its subdomains are included."),
    Rule("callers_none", "error", "an empty `allowed_callers`: nothing may call it", "Leave allowed_callers out, or list direct."),
    # What is refused with `strict: true`, and in the schema of an output format.
    Rule("strict_open_object", "strict", "an object without `additionalProperties: false`", "Set additionalProperties to false."),
    Rule("strict_keyword", "strict", "a keyword that strict schemas cannot have", "Take the keyword out, tell it in the description and check the input yourself."),
    Rule("strict_untyped", "strict", "a schema without `type`, `anyOf`, `enum` or `const`", "Say of what type it is."),
    Rule("strict_format", "strict", "a string `format` outside of the subset", "Take the format out and tell it in the description."),
    Rule("strict_enum", "strict", "an `enum` of lists or objects", "Keep strings, numbers, booleans and null."),
    Rule("strict_regex", "strict", "a `pattern` with look-around, back-references, `\\b` or large counts", "Write a simpler pattern."),
    Rule("strict_recursive", "strict", "a recursive `$ref`", "Write the levels out, or leave strict away."),
    Rule("strict_ref", "strict", "a `$ref` to another document", "Copy the definition into $defs."),
    Rule("strict_unsupported", "strict", "`strict`, which the model does not take", "Use a newer model, or leave strict away."),
    Rule("strict_tools_too_many", "strict", "`strict`, as 20 tools before it have", "Leave strict away where the input is simple."),
    Rule("strict_optional_too_many", "strict", "a strict schema with which there are more than 24 optional parameters in all", "Make parameters required, or leave strict away."),
    Rule("strict_unions_too_many", "strict", "a strict schema with which there are more than 16 parameters with `anyOf` or several types in all", "Give parameters one type, or leave strict away."),
    Rule("programmatic_strict", "strict", "`strict`, though code may call it", "Keep one of the two."),
    # What is accepted and unwise.
    Rule("no_description", "advice", "no description", "Say in three or four sentences what it does, when to use it and what it returns."),
    Rule("parameter_undescribed", "advice", "a parameter without description", "Say what it means, with an example value."),
    Rule("no_required", "advice", "parameters, but no `required`", "List the parameters that a call cannot do without, or write required: [] if there are none."),
    Rule("required_undeclared", "advice", "a name in `required` that `properties` does not have", "Declare the parameter, or mend the name."),
    Rule("ambiguous_type", "advice", "a list of several types besides null", "Choose one type, or describe each in an anyOf."),
    Rule("enum_without_type", "advice", "an `enum` without `type`", "Add the type of the values."),
    Rule("pattern_of_python", "advice", "a `pattern` that Python reads and JSON Schema does not", "Write it as JavaScript does: ^ and $ for \\A and \\Z, (?<name>...) for (?P<name>...)."),
    Rule("names_alike", "advice", "a name that differs from another tool's in case, in `-` and `_`, or in one letter of four or more", "Choose names that cannot be mixed up."),
    Rule("name_long", "advice", "a `name` of more than 64 characters, which gateways and older versions refuse", "Shorten the name."),
    Rule("root_combined", "advice", "`anyOf`, `oneOf` or `allOf` at the root of `input_schema`, which versions of the API refuse", "Put the alternatives into a parameter."),
    Rule("schema_large", "advice", "a definition of more than about 2,000 tokens, which every request pays for", "Shorten it, split the tool, or set defer_loading."),
    Rule("defs_unused", "advice", "a definition in `$defs` that nothing refers to", "Take it out: it costs tokens."),
)  # fmt: skip
RULES = {rule.code: rule for rule in _RULES}
SHAPES = frozenset(rule.code for rule in _SHAPES)
ALONE = SHAPES | {"input_schema_invalid", "format_schema_invalid", "strict_ref"}
"""Rules after which there is no more to say of a place: what else is broken there has the same cause."""


def markdown() -> Iterator[str]:
    """The table as the README shows it."""
    yield "| severity | code | what the definition has |"
    yield "|---|---|---|"
    for rule in _RULES:
        yield f"| {rule.weight} | `{rule.code}` | {rule.broken} |"
