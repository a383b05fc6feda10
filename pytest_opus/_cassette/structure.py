"""Interactions as the YAML values that stand for them in a cassette, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from .._api.request import Sent
from .block_yaml import Flow, NotYamlError, to_lines
from .bodies import StoredEvents, event_lines, from_base64, json_line, to_base64
from .history import BrokenReferenceError, Reader, Writer, sent_of
from .interaction import Body, Events, Interaction, Json, RecordedAt, RecordedRequest, RecordedResponse
from .summary import summary_of


class MalformedError(ValueError):
    """A value that stands for no interaction: the message says what is wrong with it."""


def interaction_lines(writer: Writer, number: int, interaction: Interaction) -> list[str]:
    """The lines of an interaction. JSON that YAML cannot hold, or that looks like a reference, is a text in them."""
    request, response = interaction
    answer = _response_value(response)
    try:
        body: Any = {"json": writer.value(number, request.body)} if isinstance(request.body, Sent) else request.body
        lines = to_lines([_value(request, _body_value(body), answer, _body_value(response.body))])
    except (NotYamlError, BrokenReferenceError):
        lines = to_lines([_value(request, _body_text(request.body), answer, _body_text(response.body))])
    writer.answered(number, response.body)
    return lines


def _value(request: RecordedRequest, asked: Any, answer: dict[str, Any], answered: Any) -> dict[str, Any]:
    return {
        "request": _without_empty(
            {"method": request.method, "uri": request.uri, "headers": dict(request.headers), "body": asked}
        ),
        "response": _without_empty({**answer, "body": answered}),
    }


def _response_value(response: RecordedResponse) -> dict[str, Any]:
    recorded = response.recorded
    taken = {"day": recorded.day, "first_byte": milliseconds(recorded.first_byte)}
    taken["seconds"] = milliseconds(recorded.seconds)
    notes = {
        "recorded_at": Flow(_without_empty(taken)),
        "sdk": response.sdk,
        "test": response.test,
        "state": response.state,
        "reason": response.reason,
        **summary_of(response.body),
    }
    return {
        "status": None if response.status is None else Flow(code=response.status, message=_phrase(response.status)),
        "headers": dict(response.headers),
        "x_opus": _without_empty(notes),
    }


def _without_empty(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if item not in (None, "", {}, [])}


def milliseconds(seconds: float | None) -> float | None:
    """Seconds, as exact as a cassette holds them."""
    return None if seconds is None else round(seconds, 3)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Overloaded" if status == 529 else ""


def _body_value(body: Any) -> Any:
    match body:
        case Json(value):
            return {"json": value}
        case Events(events, rest):
            text = "".join(f"{line}\n" for line in event_lines(events))
            return {"events": text, "rest": rest} if rest else {"events": text}
        case bytes():
            return {"base64": to_base64(body)}
        case str():
            return {"string": body} if body else None
        case _:
            return body


def _body_text(body: Body | Sent) -> Any:
    """The body, with JSON as a text."""
    value = body.body() if isinstance(body, Sent) else body.value if isinstance(body, Json) else None
    if value is None and not isinstance(body, Json):
        return _body_value(body)
    return {"json_text": json_line(value) + "\n"}


def read_interaction(value: Any, reader: Reader) -> Interaction:
    """The interaction that `value` stands for. Raises `MalformedError`, `BrokenReferenceError`."""
    parts = _fields(value, "an interaction", request=Mapping, response=Mapping)
    request = _read_request(parts.get("request", {}), reader)
    interaction = Interaction(request, _read_response(parts.get("response", {})))
    reader.add(interaction)
    return interaction


def _fields(value: Any, what: str, **kinds: Any) -> Mapping[str, Any]:
    """`value`, which is an object that has no other keys than these, of these types."""
    if not isinstance(value, Mapping):
        raise MalformedError(f"{what} is no object")
    for key, item in value.items():
        if key not in kinds:
            raise MalformedError(f"{what} has the key {key!r}, which means nothing; known are {', '.join(kinds)}")
        if kinds[key] is not object and (isinstance(item, bool) or not isinstance(item, kinds[key])):
            raise MalformedError(f"{key!r} of {what} is {_shown(item)}")
    return value


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _read_request(value: Any, reader: Reader) -> RecordedRequest:
    fields = _fields(value, "a request", method=str, uri=str, headers=Mapping, body=Mapping)
    if "method" not in fields or "uri" not in fields:
        raise MalformedError("a request has no method or no uri")
    return RecordedRequest(fields["method"], fields["uri"], _read_headers(fields), _read_request_body(fields, reader))


def _read_request_body(fields: Mapping[str, Any], reader: Reader) -> Sent | str | bytes:
    body = _read_body(fields.get("body"), "the body of a request")
    match body:
        case Events():
            raise MalformedError("the body of a request has 'events'")
        case Json(value) if not isinstance(value, Mapping):
            raise MalformedError("the JSON of a request is no object")
        case Json(value):
            return sent_of(value) if "json_text" in fields["body"] else reader.sent(value)
        case _:
            return body


def _read_response(value: Any) -> RecordedResponse:
    fields = _fields(value, "a response", status=Mapping, headers=Mapping, x_opus=Mapping, body=Mapping)
    status = _fields(fields.get("status", {}), "a status", code=int, message=str)
    notes = fields.get("x_opus", {})
    known = {
        key: notes.get(key, default)
        for key, default in (("state", "complete"), ("reason", ""), ("sdk", ""), ("test", ""))
    }
    _fields(known, "x_opus", **dict.fromkeys(known, str))
    if "code" not in status and known["state"] == "complete":
        raise MalformedError("a response is complete and has no status")
    return RecordedResponse(
        status.get("code"),
        _read_headers(fields),
        _read_body(fields.get("body"), "the body of a response"),
        recorded=_read_recorded(notes.get("recorded_at", {})),
        **known,
    )


def _read_recorded(value: Any) -> RecordedAt:
    fields = _fields(value, "recorded_at", day=str, first_byte=int | float, seconds=int | float)
    first_byte, seconds = fields.get("first_byte"), fields.get("seconds")
    return RecordedAt(
        fields.get("day", ""),
        None if first_byte is None else float(first_byte),
        None if seconds is None else float(seconds),
    )


def _read_headers(fields: Mapping[str, Any]) -> dict[str, str]:
    headers = fields.get("headers", {})
    return dict(_fields(headers, "headers", **dict.fromkeys(headers, str)))


def _read_body(value: Any, what: str) -> Body:
    if value is None:
        return ""
    fields = _fields(value, what, json=object, json_text=str, events=str, rest=str, string=str, base64=str)
    match dict(fields):
        case {"json": found, **rest} if not rest:
            return Json(found)
        case {"json_text": found, **rest} if not rest:
            return Json(_read_json(found, what))
        case {"events": found, **rest} if set(rest) <= {"rest"}:
            return Events(StoredEvents(found), rest.get("rest", ""))
        case {"string": found, **rest} if not rest:
            return str(found)
        case {"base64": found, **rest} if not rest:
            try:
                return from_base64(found)
            except ValueError:
                raise MalformedError(f"{what} has 'base64' that is none") from None
    raise MalformedError(f"{what} has not one of json, json_text, events, string, base64")


def _read_json(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedError(f"{what} has 'json_text' that is no JSON") from None


def check_events(body: Body) -> None:
    """Raise `MalformedError` where events cannot be read, rather than when they are first needed."""
    if isinstance(body, Events):
        try:
            len(body.events)
        except (ValueError, RecursionError):
            raise MalformedError("its events are not one JSON object on each line") from None
