"""Error turns: HTTP errors that the endpoint answers with."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Literal

from .._api.errors import retry_at_once
from .blocks import check_json, shown
from .turns import ErrorTurn, _headers

RetryAfter = float | Literal[False] | None


def api_error(
    status: int,
    type: str | None = None,
    message: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    retry_after: RetryAfter = None,
    details: Mapping[str, Any] | None = None,
) -> ErrorTurn:
    """An error answer of the API.

    Args:
        status: the HTTP status, 400 to 599.
        type: `error.type`; the one that goes with the status unless given.
        message: `error.message`; a usual one unless given.
        headers: further response headers.
        retry_after: seconds to send as `retry-after`, as they are. `None` sends `retry-after-ms: 1`, so that the
            retries of an SDK do not sleep, and with a 429 `retry-after: 0` too, without which some clients give up;
            `False` sends neither.
        details: `error.details`, such as `{"error_code": "image_dimensions_too_large"}`, from which SDKs choose their
            exception.

    Raises:
        TypeError, ValueError: an argument that no error of the API could have.

        opus.script(api_error(413), rate_limited(), "Here you are.")
    """
    __tracebackhide__ = True
    if isinstance(status, bool) or not isinstance(status, int) or not 400 <= status <= 599:
        raise ValueError(f"api_error(): status is {shown(status)}; an HTTP status from 400 to 599 is expected.")
    for name, value in (("type", type), ("message", message)):
        if value is not None and not isinstance(value, str):
            raise TypeError(f"api_error(): {name} is {shown(value)}; a str is expected.")
    if details is not None and not isinstance(details, Mapping):
        raise TypeError(f"api_error(): details is {shown(details)}; a dict is expected.")
    check_json([type, message, details], "api_error()")
    fields = {**_retry_headers("api_error()", status, retry_after), **_headers("api_error()", headers)}
    return ErrorTurn(status, type, message, fields, details)


def rate_limited(*, retry_after: RetryAfter = None) -> ErrorTurn:
    """429: the rate limit is reached."""
    __tracebackhide__ = True
    return _named("rate_limited", 429, retry_after)


def overloaded(*, retry_after: RetryAfter = None) -> ErrorTurn:
    """529: the API is overloaded."""
    __tracebackhide__ = True
    return _named("overloaded", 529, retry_after)


def server_error(*, retry_after: RetryAfter = None) -> ErrorTurn:
    """500: the API failed."""
    __tracebackhide__ = True
    return _named("server_error", 500, retry_after)


def timed_out(*, retry_after: RetryAfter = None) -> ErrorTurn:
    """504: the API gave up on the request."""
    __tracebackhide__ = True
    return _named("timed_out", 504, retry_after)


THREAD_ERRORS = {
    "thread_not_found": 404,
    "thread_already_continued": 400,
    "thread_continue_in_flight": 400,
    "thread_fingerprint_mismatch": 400,
    "thread_unsupported_request": 400,
}


def fail_thread(error_code: str) -> ErrorTurn:
    """The API cannot go on with a message thread: `fail_thread("thread_not_found")` is one that expired.

    Raises:
        ValueError: an error code that threads do not have.
    """
    __tracebackhide__ = True
    if not isinstance(error_code, str) or error_code not in THREAD_ERRORS:
        raise ValueError(f"fail_thread(): {shown(error_code)}; one of {', '.join(THREAD_ERRORS)} is expected.")
    details = {"error_code": error_code}
    return api_error(THREAD_ERRORS[error_code], message=f"thread: {error_code}", retry_after=False, details=details)


def _named(name: str, status: int, retry_after: RetryAfter) -> ErrorTurn:
    __tracebackhide__ = True
    return ErrorTurn(status, headers=_retry_headers(f"{name}()", status, retry_after))


def _retry_headers(where: str, status: int, retry_after: RetryAfter) -> dict[str, str]:
    __tracebackhide__ = True
    if retry_after is None:
        return retry_at_once(status)
    if retry_after is False:
        return {}
    if (
        isinstance(retry_after, bool)
        or not isinstance(retry_after, int | float)
        or not isfinite(retry_after)
        or retry_after < 0
    ):
        raise ValueError(f"{where}: retry_after is {shown(retry_after)}; seconds, None or False are expected.")
    return {"retry-after": str(int(retry_after) if retry_after == int(retry_after) else retry_after)}
