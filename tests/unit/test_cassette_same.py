"""What is compared before a cassette replaces another: nothing that was recorded may differ."""

from dataclasses import replace

import pytest

from pytest_opus._api.conversation import extended
from pytest_opus._api.request import Sent
from pytest_opus._cassette.interaction import (
    Events,
    Interaction,
    Json,
    RecordedAt,
    RecordedRequest,
    RecordedResponse,
)
from pytest_opus._cassette.same import first_difference

USER = {"role": "user", "content": "Hi", "n": 1}
URI = "https://api.anthropic.com/v1/messages"


def sent(*messages, **fields):
    return Sent({"max_tokens": 1, **fields}, extended(None, messages))


REQUEST = RecordedRequest("POST", URI, {"a": "b"}, sent(USER))
RESPONSE = RecordedResponse(200, {"a": "b"}, Json({"a": 1}), recorded=RecordedAt("2026-11-22", 0.5, None))
ONE = Interaction(REQUEST, RESPONSE)


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, method="GET"),
        replace(REQUEST, uri=URI + "?"),
        replace(REQUEST, headers={}),
        replace(REQUEST, body="text"),
        replace(REQUEST, body=sent(USER, max_tokens=1.0)),
        replace(REQUEST, body=sent(USER, more=1)),
        replace(REQUEST, body=sent(USER | {"n": True})),
        replace(REQUEST, body=sent(USER, USER)),
        replace(REQUEST, body=sent()),
    ],
)
def test_any_difference_of_requests_is_seen(other):
    assert first_difference([ONE, ONE], [ONE, ONE._replace(request=other)]) == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(RESPONSE, status=201),
        replace(RESPONSE, headers={}),
        replace(RESPONSE, state="aborted"),
        replace(RESPONSE, reason="x"),
        replace(RESPONSE, sdk="x"),
        replace(RESPONSE, test="x"),
        replace(RESPONSE, recorded=RecordedAt("2026-11-22", 0.501, None)),
        replace(RESPONSE, body=Json({"a": 1.0})),
        replace(RESPONSE, body='{"a":1}'),
        replace(RESPONSE, body=Events([])),
    ],
)
def test_any_difference_of_responses_is_seen(other):
    assert first_difference([ONE], [ONE._replace(response=other)]) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Events([{"a": 1}]), Events([{"a": True}])),
        (Events([{"a": 1}], "x"), Events([{"a": 1}])),
        (Events([{"a": 1, "b": 2}]), Events([{"b": 2, "a": 1}])),
        ("a", "b"),
        (b"a", b"b"),
    ],
)
def test_any_difference_of_bodies_is_seen(one, other):
    pair = [ONE._replace(response=replace(RESPONSE, body=body)) for body in (one, other)]

    assert first_difference(pair[:1], pair[:1]) is None
    assert first_difference(pair[:1], pair[1:]) == 1


def test_one_more_or_less_is_a_difference():
    assert first_difference([ONE], [ONE, ONE]) == 2
    assert first_difference([ONE], []) == 1


def test_the_order_of_keys_within_a_message_and_less_than_a_millisecond_are_none():
    message = {"n": 1, "content": "Hi", "role": "user"}
    response = replace(RESPONSE, recorded=RecordedAt("2026-11-22", 0.50049, None))

    assert first_difference([ONE], [Interaction(replace(REQUEST, body=sent(message)), response)]) is None
