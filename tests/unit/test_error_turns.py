import math

import pytest

from pytest_opus import (
    api_error,
    disconnect,
    fail_thread,
    garble,
    overloaded,
    rate_limited,
    server_error,
    stall,
    stream_error,
    timed_out,
    truncate,
)
from pytest_opus._api.errors import error_body, error_type


@pytest.mark.parametrize(
    ("make", "status"), [(rate_limited, 429), (overloaded, 529), (server_error, 500), (timed_out, 504)]
)
def test_named_errors(make, status):
    assert make() == api_error(status)
    assert make(retry_after=2) == api_error(status, retry_after=2)
    assert make(retry_after=False) == api_error(status, retry_after=False)


@pytest.mark.parametrize(
    ("retry_after", "headers"),
    [
        (None, {"retry-after-ms": "1", "retry-after": "0"}),
        (False, {}),
        (2, {"retry-after": "2"}),
        (0, {"retry-after": "0"}),
        (0.5, {"retry-after": "0.5"}),
        (90_000_000, {"retry-after": "90000000"}),
    ],
)
def test_when_to_retry(retry_after, headers):
    assert api_error(429, retry_after=retry_after).headers == headers


def test_other_errors_than_429_say_no_seconds():
    assert overloaded().headers == api_error(500).headers == {"retry-after-ms": "1"}


def test_further_headers_win():
    error = api_error(529, headers={"retry-after-ms": "7", "x-mine": "yes"})

    assert error.headers == {"retry-after-ms": "7", "x-mine": "yes"}


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"status": 200}, ValueError, "api_error(): status is 200 (int); an HTTP status from 400 to 599 is expected."),
        ({"status": 600}, ValueError, "api_error(): status is 600 (int); an HTTP status from 400 to 599 is expected."),
        ({"status": "429"}, ValueError, "api_error(): status is '429' (str); an HTTP status from 400 to 599 is expected."),
        ({"status": 429, "type": 3}, TypeError, "api_error(): type is 3 (int); a str is expected."),
        ({"status": 429, "message": 3}, TypeError, "api_error(): message is 3 (int); a str is expected."),
        ({"status": 429, "headers": {"x": 1}}, TypeError, "api_error(): headers is {'x': 1} (dict); a dict of str to str is expected."),
        ({"status": 429, "retry_after": -1}, ValueError, "api_error(): retry_after is -1 (int); seconds, None or False are expected."),
        ({"status": 429, "retry_after": True}, ValueError, "api_error(): retry_after is True (bool); seconds, None or False are expected."),
        ({"status": 429, "retry_after": "2"}, ValueError, "api_error(): retry_after is '2' (str); seconds, None or False are expected."),
        ({"status": 429, "retry_after": math.nan}, ValueError, "api_error(): retry_after is nan (float); seconds, None or False are expected."),
        ({"status": 429, "retry_after": math.inf}, ValueError, "api_error(): retry_after is inf (float); seconds, None or False are expected."),
    ],
)  # fmt: skip
def test_wrong_arguments(arguments, error, says):
    with pytest.raises(error) as caught:
        api_error(**arguments)

    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (409, "conflict_error"),
        (413, "request_too_large"),
        (418, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (503, "api_error"),
        (504, "timeout_error"),
        (529, "overloaded_error"),
    ],
)
def test_the_type_that_goes_with_a_status(status, kind):
    assert error_type(status, "anthropic") == kind
    assert error_type(status, "toapis") == ("rate_limit_exceeded" if status == 429 else kind)


def test_the_envelope():
    assert error_body("api_error", "Oops", "req_1") == {
        "type": "error",
        "error": {"type": "api_error", "message": "Oops"},
        "request_id": "req_1",
    }
    assert error_body("api_error", "Oops", None, {"error_code": "x"})["error"]["details"] == {"error_code": "x"}


@pytest.mark.parametrize(
    ("turn", "shown"), [(rate_limited(), "error 429"), (api_error(400, "tool_error", "x"), "error 400 tool_error")]
)
def test_how_it_is_shown(turn, shown):
    assert str(turn) == shown


AFTER = "a number of events (or bytes), 0 or more, is expected."


@pytest.mark.parametrize(
    ("build", "error", "says"),
    [
        (lambda: disconnect(-1), ValueError, f"disconnect(): after is -1 (int); {AFTER}"),
        (lambda: disconnect(True), ValueError, f"disconnect(): after is True (bool); {AFTER}"),
        (lambda: truncate(after=1.5), ValueError, f"truncate(): after is 1.5 (float); {AFTER}"),
        (lambda: garble("1"), ValueError, f"garble(): after is '1' (str); {AFTER}"),
        (lambda: stall(1, after=None), ValueError, f"stall(): after is None (NoneType); {AFTER}"),
        (lambda: stall(-1), ValueError, "stall(): seconds is -1 (int); a number of seconds is expected."),
        (lambda: stall(math.inf), ValueError, "stall(): seconds is inf (float); a number of seconds is expected."),
        (lambda: stream_error(3, "x"), TypeError, "stream_error(): type is 3 (int); a str is expected."),
        (lambda: stream_error("x", None), TypeError, "stream_error(): message is None (NoneType); a str is expected."),
        (
            lambda: fail_thread("gone"),
            ValueError,
            "fail_thread(): 'gone' (str); one of thread_not_found, thread_already_continued, "
            "thread_continue_in_flight, thread_fingerprint_mismatch, thread_unsupported_request is expected.",
        ),
    ],
)
def test_wrong_arguments_of_faults(build, error, says):
    with pytest.raises(error) as caught:
        build()

    assert str(caught.value) == says
