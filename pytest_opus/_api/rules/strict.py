"""Structured outputs: what strict tools and output formats may hold, each and in all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..places import Place
from .offer import Declared
from .refusal import Refusal, refuse
from .request import OfferRule, Request, offer_rule

__all__ = ["RULES"]

_MOST_TOOLS, _MOST_OPTIONAL, _MOST_UNIONS = 20, 24, 16


def schemas_can_be_compiled(request: Request) -> Iterator[Refusal]:
    """Each schema is in the subset, and all of them together are within the limits."""
    optional, unions = _Count(_MOST_OPTIONAL), _Count(_MOST_UNIONS)
    for declared in _compiled(request):
        from pytest_opus._schema.subset import Compilation

        schema = Compilation(declared.schema)
        for code, text, at in schema.problems():
            yield refuse(code, text, path=declared.path, at=(*declared.at, *at))
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


def model_takes_strict_tools(request: Request) -> Iterator[Refusal]:
    if request.model is not None and not request.model.structured_outputs:
        strict = (index for index, tool in enumerate(request.offer.tools) if tool.get("strict"))
        for index in strict:
            text = f"'{request.model_id}' does not support strict tools."
            yield refuse("strict_unsupported", text, at=("tools", index, "strict"))


def model_writes_formats(request: Request) -> Iterator[Refusal]:
    if request.model is not None and not request.model.structured_outputs and request.formats():
        at = request.formats()[0][0].split(".")
        yield refuse("format_unsupported", f"'{request.model_id}' does not support output format.", at=at)


RULES: tuple[OfferRule, ...] = (
    offer_rule(model_writes_formats, "output_config", "output_format"),
    offer_rule(model_takes_strict_tools, "tools"),
    offer_rule(strict_tools_are_few, "tools"),
    offer_rule(schemas_can_be_compiled, "tools", "output_config", "output_format"),
)
