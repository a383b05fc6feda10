"""Images and documents."""

import base64
import struct

import pytest

from pytest_opus._api.rules import Validator
from pytest_opus._api.rules.media import dimensions, scaled


def png(width, height):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x06\x00\x00\x00"


def gif(width, height):
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00\x00\x00"


def jpeg(width, height, metadata=b"x" * 3000):
    app = b"\xff\xe1" + struct.pack(">H", len(metadata) + 2) + metadata
    return b"\xff\xd8" + app + b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\x00" * 9


def webp(chunk, body):
    return b"RIFF" + struct.pack("<I", 100) + b"WEBP" + chunk + struct.pack("<I", 90) + body.ljust(90, b"\x00")


def lossy(width, height):
    return webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height))


def lossless(width, height):
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", width - 1 | (height - 1) << 14))


def extended(width, height):
    return webp(b"VP8X", b"\x00" * 4 + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3])


@pytest.mark.parametrize("make", [png, gif, jpeg, lossy, lossless, extended])
@pytest.mark.parametrize("size", [(1, 1), (1920, 1080), (300, 9000)])
def test_dimensions(make, size):
    assert dimensions(make(*size)) == size


@pytest.mark.parametrize(
    "head", [b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\x00", b"GIF8", b"\x89PNG\r\n\x1a\n", b"hello", b"RIFF....WEBP"]
)
def test_dimensions_of_a_stump(head):
    assert dimensions(head) is None


@pytest.mark.parametrize(
    ("size", "tier", "result"),
    [
        ((1920, 1080), (1568, 1568), (1456, 819)),
        ((1080, 1920), (1568, 1568), (819, 1456)),
        ((1000, 1000), (1568, 1568), (1000, 1000)),
        ((1920, 1080), (2576, 4784), (1920, 1080)),
        ((4000, 100), (1568, 1568), (1568, 39)),
    ],
)
def test_scaled(size, tier, result):
    assert scaled(*size, *tier) == result


def encode(data):
    return base64.b64encode(data).decode()


def image(data=None, media_type="image/png", **fields):
    data = encode(png(10, 10)) if data is None else data
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}, **fields}


def document(data="%PDF-1.4 ...", **fields):
    source = {"type": "base64", "media_type": "application/pdf", "data": encode(data.encode()) if data else ""}
    return {"type": "document", "source": source, **fields}


def judge(*blocks, model="claude-opus-4-8", **fields):
    messages = [{"role": "user", "content": [*blocks, {"type": "text", "text": "What is it?"}]}]
    body = {"model": model, "max_tokens": 1024, "messages": messages, **fields}
    return Validator().judge(body, endpoint="messages", rules="2026-10-21", betas=None)


SOURCE = "messages.0.content.0.image.source.base64"
REFUSED = {
    "empty image": (image(""), f"{SOURCE}: image cannot be empty"),
    "no base64": (image("data:image/png;base64,AAAA"), f"{SOURCE}: invalid base64 data"),
    "no image": (image(encode(b"hello world")), "Could not process image"),
    "another image": (image(encode(jpeg(5, 5))), f"{SOURCE}.data: Image does not match the provided media type image/png"),
    "long side": (image(encode(png(10, 8001))), f"{SOURCE}.data: At least one of the image dimensions exceed max allowed size: 8000 pixels"),
    "empty PDF": (document(""), "messages.0.content.0.document.source.base64.data: PDF cannot be empty"),
    "no PDF": (document("<html>"), "messages.0.content.0.document.source.base64.data: The PDF specified was not valid."),
}  # fmt: skip


@pytest.mark.parametrize(("block", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(block, message):
    assert judge(block).message == message


ACCEPTED = {
    "PNG": image(),
    "JPEG": image(encode(jpeg(100, 100)), "image/jpeg"),
    "GIF": image(encode(gif(1, 1)), "image/gif"),
    "WebP": image(encode(lossy(1, 1)), "image/webp"),
    "lines of base64": image("\n".join(encode(png(10, 10))[at : at + 8] for at in range(0, 44, 8))),
    "placeholder of a recording": image("<base64 removed: 35716 chars>"),
    "url": {"type": "image", "source": {"type": "url", "url": "https://a.example/a.png"}},
    "PDF": document(),
    "text": {"type": "document", "title": None, "source": {"type": "text", "media_type": "text/plain", "data": "x"}},
}


@pytest.mark.parametrize("block", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(block):
    assert judge(block) is None


def test_an_image_has_ten_megabytes():
    big = encode(png(10, 10) + bytes(8 * 1024 * 1024))
    assert judge(image(big)).message == f"{SOURCE}: image exceeds 10 MB maximum: {len(big)} bytes > 10485760 bytes"


def test_many_images_are_smaller():
    wide = image(encode(png(2001, 10)))
    assert judge(*[wide] * 20) is None
    assert judge(*[image()] * 20, wide).message == (
        "messages.0.content.20.image.source.base64.data: "
        "At least one of the image dimensions exceed max allowed size for many-image requests: 2000 pixels"
    )


def test_images_inside_results():
    call = {"type": "tool_use", "id": "a", "name": "look", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "a", "content": [image("")]}
    messages = [
        {"role": "user", "content": "Look."},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]
    body = {"model": "claude-opus-4-8", "max_tokens": 1024, "messages": messages}
    refusal = Validator().judge(body, endpoint="messages", rules="2023-06-01", betas=None)
    assert refusal.message == "messages.2.content.0.tool_result.content.0.image.source.base64: image cannot be empty"


def test_images_that_must_not_be_scaled():
    block = image(encode(png(1920, 1080)), transformations={"oversized_image": "error"})
    refusal = judge(block, model="claude-sonnet-4-6")
    assert refusal.message == (
        "messages.0.content.0: image dimensions 1920x1080 exceed the maximum image size of a model named on this "
        "request and would be downsized to 1456x819; scale the image to at most 1456x819 or set the image's "
        'oversized_image setting to "downsize"'
    )
    assert refusal.details["error_code"] == "image_dimensions_too_large"
    assert refusal.details["paths"] == ["messages.0.content.0"]
    assert judge(block, model="claude-opus-4-7") is None


def test_citations_are_for_all_documents():
    cited = document(citations={"enabled": True})
    assert judge(cited, cited) is None
    assert judge(document(), document(citations=None)) is None
    assert judge(cited, document()).code == "citations_mixed"
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    format_ = {"format": {"type": "json_schema", "schema": schema}}
    assert judge(cited, output_config=format_).code == "citations_with_format"
