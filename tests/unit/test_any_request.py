"""Whatever a program sends, it gets an answer: no request raises in the transport, judged or not."""

import json

import pytest

pytest.importorskip("hypothesis")

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_opus import endpoint, plausible, text, tool_use, turn
from pytest_opus._http import Headers, HttpRequest

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "text", "tool_use", "user", "auto", "any", "tool", "object"])  # fmt: skip
keys = st.sampled_from(
    [
        "type",
        "role",
        "content",
        "text",
        "name",
        "input",
        "id",
        "input_schema",
        "tool_use_id",
        "properties",
        "required",
        "source",
        "schema",
        "format",
        "disable_parallel_tool_use",
        "cache_control",
        "citations",
        "caller",
        "task_budget",
        "effort",
        "budget_tokens",
        "$ref",
        "enum",
        "items",
    ]
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)  # fmt: skip
tools = st.lists(st.fixed_dictionaries({}, optional={"name": st.just("a") | values, "input_schema": values, "type": values}), max_size=2)  # fmt: skip
messages = st.lists(st.fixed_dictionaries({}, optional={"role": values, "content": values}), max_size=3)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["claude-opus-4-7", "claude-haiku-4-5", "claude-nope"]) | values,
        "max_tokens": st.just(10) | values,
        "messages": messages | values,
        "system": values,
        "tools": tools | values,
        "tool_choice": st.fixed_dictionaries({}, optional={"type": values, "name": values}) | values,
        "stream": st.booleans() | values,
        "stop_sequences": st.lists(st.text(max_size=2), max_size=2) | values,
        "thinking": values,
        "output_config": st.fixed_dictionaries({"format": st.fixed_dictionaries({"schema": values})}) | values,
        "temperature": values,
        "metadata": values,
        "thread": values,
    },
)
contents = st.one_of(
    (bodies | values).map(lambda body: json.dumps(body).encode()),
    st.binary(max_size=20),
    st.sampled_from([b"", b"{", b"[NaN]", b'"\xff"', b'{"model": "a"}{', b"9" * 5000]),
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "x-api-key": st.sampled_from(["k", ""]),
        "authorization": st.sampled_from(["Bearer k", "Bearer", "Basic x", ""]),
        "anthropic-version": st.sampled_from(["2023-06-01", "2026-10-21", "yesterday", ""]),
        "anthropic-beta": st.sampled_from(["", ",", "mcp-client-2025-11-20", "no-such-beta-2020-01-01"]),
    },
)
paths = st.sampled_from(["/v1/messages", "/v1/messages/count_tokens"])
turns = st.sampled_from(
    ["one", tool_use("a"), tool_use("a", {"b": 1}), plausible(), turn(text("one"), chunks=1), [], {"type": "message"}]
)
NO_VALUE = ("opus: otherwise() finds no JSON for the schema of ", "opus: otherwise() leaves the input open, ")
OFF = dict.fromkeys(
    ("invalid_requests", "unused_turns", "unscripted", "tool_schemas", "tool_inputs", "impossible_turns"), "off"
)


def answered(options, path, content, sent, scripted):
    request = HttpRequest(
        method="POST",
        host="api.anthropic.com",
        port=443,
        path=path,
        query="",
        headers=Headers(sent.items()),
        body=content,
        received=1_800_000_000.0,
    )
    opened = endpoint(**options)
    opus = opened.__enter__()
    opus.expect_invalid()
    opus.otherwise(scripted)
    reply = opus.handle(request).reply
    data = b"".join(reply.chunks)
    for call in opus.calls:
        repr((call, call.request, call.response, call.usage, call.request.tool_results, call.request.last_user_text))
    repr((opus.tool_calls, opus.usage, opus.problems, opus.transcript()))
    try:
        opened.__exit__(None, None, None)
    except AssertionError as error:  # not every schema has a smallest value; what is unforeseen is raised as it is
        if not str(error).startswith(NO_VALUE):
            raise
    return reply.status, data


def readable(data):
    if data.startswith(b"event: "):
        return [json.loads(frame.partition(b"data: ")[2]) for frame in data.split(b"\n\n") if frame]
    return json.loads(data)


@settings(max_examples=150)
@given(paths, contents, headers, turns)
def test_every_request_is_answered_where_it_is_judged(path, content, sent, scripted):
    status, data = answered({**OFF, "invalid_requests": "fail"}, path, content, sent, scripted)

    assert status in (200, 400, 401, 404, 413)
    assert readable(data)


@settings(max_examples=150)
@given(paths, contents, headers, turns)
def test_every_request_is_answered_where_it_is_not_judged(path, content, sent, scripted):
    status, data = answered(OFF, path, content, sent, scripted)

    assert status in (200, 400)
    assert readable(data)


def tool(**fields):
    return {"name": "a", "input_schema": {"type": "object", "additionalProperties": False}} | fields


def conversation(**fields):
    called = {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "a", "input": {}}]}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "x"} | fields
    return [{"role": "user", "content": "Hi"}, called, {"role": "user", "content": [result]}]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"max_tokens": 10}, {"max_tokens": 10.5}),
        ({"stream": True}, {"stream": 1}),
        ({"tools": [tool(strict=True)]}, {"tools": [tool(strict=1)]}),
        (
            {"tools": [tool()], "messages": conversation(is_error=True)},
            {"tools": [tool()], "messages": conversation(is_error=1)},
        ),
    ],
)
def test_a_refusal_does_not_depend_on_what_came_before(make_body, make_http, before, after):
    with endpoint(unused_turns="off") as opus:
        opus.expect_invalid()
        opus.otherwise("one")
        statuses = [opus.handle(make_http(make_body(**fields))).reply.status for fields in (before, after, before)]

    assert statuses == [200, 400, 200]
