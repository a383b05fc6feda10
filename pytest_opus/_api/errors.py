"""The error body of the Messages API and which `error.type` a status has."""

from __future__ import annotations

from typing import Any

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}

STATUSES = {kind: status for status, kind in TYPES.items()}
"""The status that goes with an `error.type`; where there are two, the higher one."""

MESSAGES = {
    401: "API key is invalid.",
    403: "Your API key does not have permission to use the specified resource.",
    404: "Not found",
    413: "Request exceeds the maximum size",
    429: "This request would exceed your organization's rate limit.",
    500: "Internal server error",
    504: "Request timed out",
    529: "Overloaded",
}


def retry_at_once(status: int) -> dict[str, str]:
    """Headers by which clients try again without a wait; some do so after a 429 only if it says `retry-after`."""
    return {"retry-after-ms": "1"} | ({"retry-after": "0"} if status == 429 else {})


def error_type(status: int, profile: str) -> str:
    """The `error.type` that goes with `status`; gateways of the `toapis` convention name a 429 differently."""
    if status == 429 and profile == "toapis":
        return "rate_limit_exceeded"
    return TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")


def error_body(error_type: str, message: str, request_id: str | None, details: Any = None) -> dict[str, Any]:
    """The envelope: `{"type": "error", "error": {"type", "message"}, "request_id"}`."""
    error = {"type": error_type, "message": message}
    if details is not None:
        error["details"] = details
    return {"type": "error", "error": error, "request_id": request_id}
