"""Checked by `mypy --strict` and never run: every public name, used as documented."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, assert_type

import anthropic
import pytest

import pytest_opus
from pytest_opus import (
    Call,
    Endpoint,
    OpusWarning,
    Problem,
    Request,
    Route,
    ToolCall,
    ToolResult,
    Usage,
    api_error,
    assert_tools,
    check_tool_input,
    check_tools,
    connect_error,
    disconnect,
    endpoint,
    fail_thread,
    garble,
    overloaded,
    plausible,
    rate_limited,
    read_timeout,
    redacted_thinking,
    server_error,
    server_tool_use,
    stall,
    stream_error,
    text,
    thinking,
    timed_out,
    tool_use,
    truncate,
    turn,
)

from pytest_opus import Nope  # type: ignore[attr-defined]  # isort: skip

pytest_opus.nope()  # type: ignore[attr-defined]

pytestmark = [pytest.mark.opus(unused_turns="off"), pytest.mark.token_budget(20_000, calls=3)]


def budgets(opus: pytest_opus.Endpoint, usage: Usage) -> None:
    opus.phase("look", tools="run_tests", where=lambda request: request.tool_results)
    with opus.phase("look") as phase:
        assert_type(phase.name, str)
    assert_type(opus.calls[0].phase, str | None)
    if task := opus.task_budget:
        assert_type((task.declared, task.spent, task.remaining, task.estimated), tuple[int, int, int, bool])
    assert_type(usage + usage, Usage)
    assert_type(usage.to_wire(), dict[str, Any])
    opus.phase(3)  # type: ignore[arg-type]


def every_form_of_a_turn(opus: pytest_opus.Endpoint) -> None:
    opus.script(
        "text",
        text("a block"),
        [text("a list"), tool_use("run_tests", {"file": "a.py"})],
        ("a", "tuple"),
        {"type": "message", "content": []},
        {"type": "of_tomorrow", "anything": 1},
        turn("text", stop_reason="max_tokens", usage={"output_tokens": 300}, chunks=["te", "xt"], delay=0.1, pace=0.01),
        turn(thinking("Hm", signature="x"), redacted_thinking("x"), usage=Usage(input_tokens=1), headers={"x": "y"}),
        turn(chunks=3, stop_sequence="x", stop_details={}, model="m", id="msg_1", fields={"container": None}),
        api_error(413, "request_too_large", "Too big", headers={"x": "y"}, retry_after=2),
        rate_limited(),
        overloaded(retry_after=False),
        server_error(retry_after=0.5),
        timed_out(retry_after=None),
        plausible(),
        computed,
        lambda request: request.last_user_text,
    )
    opus.script(tool_use("a", None, id="toolu_1", invalid=True), server_tool_use("web_search", {"query": "x"}, id="y"))
    opus.otherwise("always")
    opus.script(3)  # type: ignore[arg-type]
    opus.otherwise(None)  # type: ignore[arg-type]
    turn("text", delay="soon")  # type: ignore[arg-type]
    turn("text", stop="end_turn")  # type: ignore[call-arg]
    tool_use("a", "input")  # type: ignore[arg-type]
    api_error("429")  # type: ignore[arg-type]
    api_error(429, retry_after="2")  # type: ignore[arg-type]


def faults(opus: Endpoint) -> None:
    opus.script(
        connect_error(),
        fail_thread("thread_not_found"),
        read_timeout(),
        turn("one", fault=disconnect()),
        turn("one", fault=disconnect(after=3)),
        turn("one", fault=truncate(after=3)),
        turn("one", fault=garble(after=3)),
        turn("one", fault=stall(0.5, after=3)),
        turn("one", fault=stream_error("overloaded_error", "Overloaded", after=3)),
    )
    turn("one", fault="disconnect")  # type: ignore[arg-type]


def computed(request: Request) -> Any:
    assert request.model == "claude-opus-4-7"
    return text("one")


def routes(opus: Endpoint) -> Route:
    route = opus.when(
        model="opus", system=re.compile("review"), tools=["a", "b"], user="Fix", where=lambda request: request.stream
    )
    route.script("one", turn("two"))
    route.otherwise(plausible())
    opus.when(tools="a").script("three")
    opus.when("opus")  # type: ignore[call-arg]
    opus.when(user=3)  # type: ignore[arg-type]
    return route


def refusals(opus: Endpoint) -> None:
    opus.expect_invalid()
    with opus.expect_invalid():
        pass


def the_ledger(opus: Endpoint) -> None:
    assert_type(opus.calls, list[Call])
    assert_type(opus.tool_calls, list[ToolCall])
    assert_type(opus.usage, Usage)
    assert_type(opus.problems, list[Problem])
    assert_type(opus.transcript(), str)
    opus.calls = []  # type: ignore[misc]


def a_call(call: Call) -> None:
    assert_type(call.number, int)
    assert_type(call.request, Request)
    assert_type(call.status, int | None)
    assert_type(call.seconds, float | None)
    assert_type(call.first_byte, float | None)
    assert_type(call.usage, Usage)
    assert_type(call.cost, Decimal | None)
    assert_type(call.stream, bool)
    assert call.end in ("complete", "aborted", "dropped", "timeout", None)
    assert call.end == "finished"  # type: ignore[comparison-overlap]
    if call.response:
        _: str = call.response.content[0].text + call.response["id"]
    if call.error:
        _ = call.error.type + call.error.message
    _ = call.headers["request-id"]


def a_request(request: Request) -> None:
    assert_type(request.model, str | None)
    assert_type(request.max_tokens, int | None)
    assert_type(request.stream, bool)
    assert_type(request.betas, list[str])
    assert_type(request.version, str | None)
    assert_type(request.last_user_text, str)
    assert_type(request.tool_names, list[str])
    assert_type(request.tool_results, list[ToolResult])
    _: str = request.messages[0].role + request.sent_messages[0]["role"] + request.tools[0].name
    _ = request.headers["x-api-key"] + request.raw["model"]
    if request.tool_choice and request.output_config and request.thinking:
        _ = request.tool_choice.type + request.output_config.effort + request.thinking.type
    _ = request.system


def a_tool_call(call: ToolCall) -> None:
    assert_type(call.name, str)
    assert_type(call.id, str)
    assert_type(call.call, Call)
    assert_type(call.result, ToolResult | None)
    _: str = call.input["file"] + call.input.file
    if call.result:
        assert_type(call.result.text, str)
        assert_type(call.result.is_error, bool)
        assert_type(call.result.tool_use_id, str)
    call.name = "x"  # type: ignore[misc]


def usage_and_problems(usage: Usage, problem: Problem) -> None:
    assert_type(usage.input_tokens + usage.output_tokens, int)
    assert_type(usage.cache_creation_input_tokens + usage.cache_read_input_tokens, int)
    assert_type(usage.total_tokens, int)
    assert_type(usage.cost, Decimal | None)
    assert_type(usage.estimated, bool)
    usage.input_tokens = 3  # type: ignore[misc]
    Usage(3)  # type: ignore[call-arg]
    assert_type(problem.kind + problem.code + problem.message + problem.path, str)
    assert_type(problem.call, Call | None)
    assert problem.severity != "off"  # type: ignore[comparison-overlap]
    assert issubclass(OpusWarning, UserWarning)


def clients(opus: Endpoint) -> None:
    assert_type(opus.client(max_retries=0), anthropic.Anthropic)
    assert_type(opus.async_client(), anthropic.AsyncAnthropic)


def outside_a_fixture() -> None:
    with endpoint(profile="toapis", unused_turns="off", tool_inputs="warn") as opus:
        assert_type(opus, Endpoint)


@pytest.fixture(scope="session")
def api() -> Iterator[Endpoint]:
    with pytest_opus.serve(unused_turns="off") as served:
        assert_type(served, Endpoint)
        assert_type(served.url, str)
        assert_type(served.env, dict[str, str])
    with pytest_opus.endpoint() as opus:
        yield opus


def not_a_name() -> Any:
    return Nope


def tool_definitions(problem: Problem) -> None:
    assert_type(check_tools([{"name": "a"}], strict=True, model="claude-opus-4-7"), list[Problem])
    assert_type(check_tool_input({"name": "a"}, {"file": "x"}), list[Problem])
    assert_tools("my_agent.tools:TOOLS")
    assert problem.severity in ("error", "strict", "advice")
    check_tools([], strict="yes")  # type: ignore[arg-type]
