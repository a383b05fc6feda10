"""Cassettes that vcrpy and pytest-recording wrote, with the serializers that projects gave them.

Bodies are texts, bytes (compressed or not), `parsed_body`, or `{type, content}`; old ones have `content` and
`status_code` of httpx. Nothing in them is executed, whatever their tags ask for.
"""

from __future__ import annotations

import binascii
import json
import zlib
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from .._api.reader import BodyReader
from .._api.sse import to_json
from .bodies import body_of, from_base64, request_body, text_or_bytes
from .damage import damaged
from .interaction import Body, Interaction, RecordedAt, RecordedRequest, RecordedResponse
from .plain_yaml import YamlError, load_yaml

_OF_THE_TRANSFER = {"connection", "content-encoding", "content-length", "transfer-encoding"}
"""Headers that speak of the bytes that went over the wire; the body is stored without their doing."""


class _ForeignError(ValueError):
    """What makes this no cassette that we can replay; the end of a sentence about the file or the interaction."""


def read(text: str, name: str) -> tuple[list[Interaction], list[int]]:
    """The interactions of a cassette, and their lines. Raises `CassetteError`."""
    value, starts = _load(text, name)
    if isinstance(value, list) and value and isinstance(value[0], Mapping) and "request" in value[0]:
        cure = "Convert it with vcrpy's migration script, or delete it and record again with --opus-record=all."
        raise damaged(name, 1, "the cassette has the format of vcrpy before 1.0", cure)
    items = value.get("interactions") if isinstance(value, Mapping) else None
    if not isinstance(items, list):
        raise damaged(name, 1, "the file is no cassette: it has no list of 'interactions'")
    reader = BodyReader()
    interactions, lines = [], []
    for item in items:
        lines.append(starts.get(id(item), 1))
        try:
            interactions.append(_interaction(item, reader))
        except _ForeignError as error:
            raise damaged(name, lines[-1], f"this interaction cannot be read: {error}") from None
    return interactions, lines


def _load(text: str, name: str) -> tuple[Any, Mapping[int, int]]:
    if text.lstrip()[:1] == "{":  # vcrpy's JSON serializer; YAML knows no pairs of surrogates
        try:
            return json.loads(text), {}
        except (ValueError, RecursionError):
            pass
    try:
        return load_yaml(text, _TAGS)
    except YamlError as error:
        raise damaged(name, error.line, f"the cassette cannot be read: {error}") from None


def _first_text(value: Any) -> str:
    (text,) = value
    if not isinstance(text, str):
        raise TypeError
    return text


def _state_of_buffer(value: Any) -> bytes:
    content = value["state"][0]
    return content.encode() if isinstance(content, str) else bytes(content)


_TAGS: Mapping[str, Callable[[Any], Any]] = {
    "!binary": from_base64,
    "tag:yaml.org,2002:binary": from_base64,
    "tag:yaml.org,2002:python/str": str,
    "tag:yaml.org,2002:python/unicode": str,
    "tag:yaml.org,2002:python/tuple": list,
    "tag:yaml.org,2002:python/object/new:_io.BytesIO": _state_of_buffer,
    **{
        f"tag:yaml.org,2002:python/object/{how}:multidict.{module}.istr": _first_text
        for how in ("apply", "new")
        for module in ("_multidict", "_multidict_py", "_istr")
    },
}


def _interaction(item: Any, reader: BodyReader) -> Interaction:
    request, response = (_object(_object(item, "it").get(key), f"its {key}") for key in ("request", "response"))
    status = response.get("status_code", response.get("status"))
    if isinstance(status, Mapping):
        status = status.get("code")
    if status.__class__ is not int:
        raise _ForeignError("its response has no status")
    data = _data(request, "its request")
    return Interaction(
        RecordedRequest(
            _text(request.get("method"), "the method of its request"),
            _text(request.get("uri"), "the uri of its request"),
            _headers(request),
            request_body(data, reader.read(data)),
        ),
        RecordedResponse(status, _headers(response), _response_body(response), recorded=_recorded(item)),
    )


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _ForeignError(f"{what} is no object")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise _ForeignError(f"{what} is missing")
    return value


def _headers(message: Mapping[str, Any]) -> dict[str, str]:
    """The headers by their names in lower case; several values of one become one, as in HTTP."""
    headers = {name.lower(): _header(value) for name, value in _object(message.get("headers") or {}, "headers").items()}
    return {name: value for name, value in headers.items() if name not in _OF_THE_TRANSFER}


def _header(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return ", ".join(one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in values)


def _data(message: Mapping[str, Any], what: str) -> bytes:
    """The bytes of a body, in whichever form it stands."""
    if "parsed_body" in message:
        return _bytes_of(message["parsed_body"])
    if "body" not in message:
        return _raw(message.get("content"), what)
    match message["body"]:
        case {"base64_string": str(text)}:
            return _from_base64(text, what)
        case {"string": value}:
            return _raw(value, what)
        case {"type": "json", "content": value}:
            return _bytes_of(value)
        case {"type": "base64" | "binary" | "bytes", "content": str(text)}:
            return _from_base64(text, what)
        case {"type": str(), "content": value}:
            return _raw(value, what)
        case value:
            return _raw(value, what)


def _raw(value: Any, what: str) -> bytes:
    match value:
        case None:
            return b""
        case bytes():
            return value
        case str():
            return value.encode(errors="surrogatepass")
    raise _ForeignError(f"the body of {what} has a form that is not known")


def _bytes_of(value: Any) -> bytes:
    return to_json(value).encode(errors="surrogatepass")


def _from_base64(text: str, what: str) -> bytes:
    try:
        return from_base64(text)
    except binascii.Error:
        raise _ForeignError(f"the body of {what} is not base64") from None


def _response_body(response: Mapping[str, Any]) -> Body:
    headers = {name.lower(): _header(value) for name, value in (response.get("headers") or {}).items()}
    data = _decompressed(_data(response, "its response"), headers.get("content-encoding", ""))
    return body_of(data, headers.get("content-type", ""))


def _decompressed(data: bytes, encoding: str) -> bytes:
    """The body as the program saw it. Some tools decompressed it and kept the header."""
    if data.startswith(b"\x1f\x8b"):
        encoding = "gzip"
    elif encoding in ("gzip", "x-gzip", "", "identity") or isinstance(text_or_bytes(data), str):
        return data
    try:
        return _decoder(encoding)(data)
    except _ForeignError:
        raise
    except Exception:  # noqa: BLE001 - every library has its own
        raise _ForeignError(f"the body of its response cannot be decompressed with {encoding}") from None


def _decoder(encoding: str) -> Callable[[bytes], bytes]:
    match encoding:
        case "gzip":
            return lambda data: zlib.decompress(data, wbits=31)
        case "deflate":
            return lambda data: zlib.decompress(data, wbits=15 if data[0] & 0x0F == 8 else -15)
        case "br":
            return _imported("brotli", "decompress", encoding)
        case "zstd":
            return _imported("zstandard", "decompress", encoding)
    raise _ForeignError(f"the body of its response is compressed with {encoding!r}")


def _imported(module: str, function: str, encoding: str) -> Callable[[bytes], bytes]:
    try:
        decoder: Callable[[bytes], bytes] = getattr(import_module(module), function)
    except ImportError:
        raise _ForeignError(
            f"the body of its response is compressed with {encoding!r}, for which {module} has to be installed"
        ) from None
    return decoder


def _recorded(item: Mapping[str, Any]) -> RecordedAt:
    when = item.get("recorded_at")
    return RecordedAt(when[:10]) if isinstance(when, str) else RecordedAt()
