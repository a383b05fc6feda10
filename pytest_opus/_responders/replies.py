"""Messages, errors and other JSON as replies: status, headers and bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._api import sse
from .._api.errors import error_body
from .._api.events import Cut, message_events
from .._http import Reply
from .._ledger.problems import Problem


def json_reply(value: Any, headers: Mapping[str, str], *, status: int = 200, **meaning: Any) -> Reply:
    """Any JSON value as a body of one chunk; `meaning` are further fields of the `Reply`."""
    data = sse.to_json(value).encode()
    fields = {"content-type": "application/json", "content-length": str(len(data)), **headers}
    return Reply(status, fields, (data,), **meaning)


def stream_reply(message: dict[str, Any], headers: Mapping[str, str], *, cut: Cut, **meaning: Any) -> Reply:
    """A message as server-sent events, one chunk each."""
    chunks = list(map(sse.encode, message_events(message, cut)))
    fields = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", **headers}
    return Reply(200, fields, chunks, message=message, **meaning)


def error_reply(
    status: int,
    error_type: str,
    message: str,
    headers: Mapping[str, str],
    *,
    details: Any = None,
    problems: Sequence[Problem] = (),
) -> Reply:
    """An error in the API's envelope; the request's id stands in the body and in the headers."""
    body = error_body(error_type, message, headers["request-id"], details)
    return json_reply(body, headers, status=status, error=body["error"], problems=problems)
