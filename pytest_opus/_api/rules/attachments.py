"""Images and documents: their bytes, sizes and sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .history import Block, nested
from .media import decoded_head, image_kind, is_base64, is_placeholder, scaled, size_of
from .refusal import Refusal, refuse
from .request import Request, Rule, rule

__all__ = ["RULES"]

_IMAGE_LIMIT = 10 * 1024 * 1024
_SIDE, _SIDE_OF_MANY, _MANY = 8000, 2000, 20
_STANDARD, _HIGH_RESOLUTION = (1568, 1568), (2576, 4784)
"""Longest edge in pixels, and number of patches."""


def attachments_can_be_read(request: Request) -> Refusal | None:
    for path, block in _attachments(request):
        judge = _unreadable_image if block["type"] == "image" else _unreadable_document
        found = judge(path, block["source"])
        if found is not None:
            return found
    return None


def _attachments(request: Request) -> Iterator[tuple[str, Block]]:
    """Images and documents with bytes, those inside tool results included."""
    for turn, position, block in request.history.blocks("image", "document", "tool_result"):
        if block["type"] != "tool_result":
            yield f"{turn.path(position)}.{block['type']}", block
            continue
        for inner, part in enumerate(nested(block)):
            if part["type"] in ("image", "document"):
                yield f"{turn.path(position)}.tool_result.content.{inner}.{part['type']}", part


def _unreadable_image(path: str, source: dict[str, Any]) -> Refusal | None:
    path = f"{path}.source.base64"
    data = source.get("data")
    if source["type"] != "base64" or not isinstance(data, str) or is_placeholder(data):
        return None
    if not data:
        return refuse("image_empty", "image cannot be empty", path=path)
    if not is_base64(data):
        return refuse("image_base64", "invalid base64 data", path=path)
    if len(data) > _IMAGE_LIMIT:
        text = f"image exceeds 10 MB maximum: {len(data)} bytes > {_IMAGE_LIMIT} bytes"
        return refuse("image_too_large", text, path=path)
    kind = image_kind(decoded_head(data, 16))
    if kind is None:
        return refuse("image_unreadable", "Could not process image", hint=f"{path}.data has no image signature")
    if kind != source["media_type"]:
        text = f"Image does not match the provided media type {source['media_type']}"
        return refuse("image_media_type", text, path=f"{path}.data", hint=f"the data is {kind}")
    return None


def _unreadable_document(path: str, source: dict[str, Any]) -> Refusal | None:
    data = source.get("data")
    if source["type"] != "base64" or not isinstance(data, str) or is_placeholder(data):
        return None
    path = f"{path}.source.base64.data"
    if not data:
        return refuse("pdf_empty", "PDF cannot be empty", path=path)
    if not is_base64(data):
        return refuse("pdf_base64", "invalid base64 data", path=path.removesuffix(".data"))
    # Readers allow some bytes before the header.
    if b"%PDF" not in decoded_head(data, 1024):
        return refuse("pdf_invalid", "The PDF specified was not valid.", path=path)
    return None


def images_are_not_too_big(request: Request) -> Refusal | None:
    """8000 pixels a side, 2000 in a request with more than 20 images."""
    images = request.history.after.of("image")
    many = len(images) > _MANY
    limit = _SIDE_OF_MANY if many else _SIDE
    big = next((image for image in images if max(image.size) > limit), None)
    if big is None:
        return None
    which = " for many-image requests" if many else ""
    return refuse(
        "image_dimensions",
        f"At least one of the image dimensions exceed max allowed size{which}: {limit} pixels",
        path=f"{big.path}.image.source.base64.data",
    )


def images_fit_as_they_are(request: Request) -> Refusal | None:
    """`oversized_image: "error"` asks for a refusal where the image would be scaled down."""
    high = request.model is None or request.model.high_resolution
    for turn, position, block in request.history.blocks("image"):
        size = size_of(block["source"])
        if size is None or (block.get("transformations") or {}).get("oversized_image") != "error":
            continue
        fitting = scaled(*size, *(_HIGH_RESOLUTION if high else _STANDARD))
        if fitting != size:
            return _oversized(turn.path(position), size, fitting)
    return None


def _oversized(path: str, size: tuple[int, int], fitting: tuple[int, int]) -> Refusal:
    is_, fits = (f"{width}x{height}" for width, height in (size, fitting))
    return Refusal(
        f"{path}: image dimensions {is_} exceed the maximum image size of a model named on this request and would be "
        f"downsized to {fits}; scale the image to at most {fits} or set the image's oversized_image setting to "
        '"downsize"',
        "image_oversized",
        path=path,
        details={
            "error_code": "image_dimensions_too_large",
            "max_side_length_pixels": max(fitting),
            "paths": [path],
        },
    )


def documents_agree_on_citations(request: Request) -> Refusal | None:
    """Citations are on for all documents or for none, and not together with an output format."""
    cited = set(request.history.after.of("cited"))
    if len(cited) > 1:
        return refuse(
            "citations_mixed",
            "Citations must be enabled for all documents in a request, or for none.",
            path="messages",
        )
    if True in cited and request.formats():
        return refuse("citations_with_format", "Citations cannot be used together with output_config.format.")
    return None


RULES: tuple[Rule, ...] = (
    rule(attachments_can_be_read, "image", "document"),
    rule(images_are_not_too_big, "image"),
    rule(images_fit_as_they_are, "image"),
    rule(documents_agree_on_citations, "document"),
)
