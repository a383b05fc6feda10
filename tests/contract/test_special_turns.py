"""Answers beyond text and tool calls: served whole and as a stream, the SDK gets the same."""

from __future__ import annotations

import pytest

from pytest_opus import redacted_thinking, server_tool_use, text, thinking, tool_use, turn

from .test_stream_accumulation import plain

anthropic = pytest.importorskip("anthropic", minversion="2.0")

REQUEST = {"model": "claude-opus-5", "max_tokens": 300, "messages": [{"role": "user", "content": "x"}]}
NOTE = {
    "name": "save_note",
    "input_schema": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
}
SEARCH = server_tool_use("web_search", {"query": "x"}, id="srvtoolu_01A")
CONTAINER = {"id": "container_011C", "expires_at": "2026-11-21T00:00:00Z", "skills": None}
PROGRAM = server_tool_use("code_execution", {"code": "print(1)"}, id="srvtoolu_01B")
CALL_OF_CODE = {
    "type": "tool_use",
    "id": "toolu_01C",
    "name": "save_note",
    "input": {"text": "a"},
    "caller": {"type": "code_execution_20260120", "tool_id": "srvtoolu_01B"},
}
PAGE = {
    "type": "page_location",
    "cited_text": "b",
    "document_index": 0,
    "document_title": "A",
    "start_page_number": 1,
    "end_page_number": 2,
    "file_id": None,
}

TURNS = {
    "refusal": turn(stop_reason="refusal", stop_details={"type": "refusal", "category": "cyber", "explanation": "No."}),
    "refusal after some text": turn(
        "I could", stop_reason="refusal", stop_details={"type": "refusal", "category": None, "explanation": None}
    ),
    "pause_turn": turn(text("Searching."), SEARCH, stop_reason="pause_turn"),
    "the context window is full": turn("So far", stop_reason="model_context_window_exceeded"),
    "cut off text": turn("So far", stop_reason="max_tokens"),
    "citations": turn({"type": "text", "text": "b", "citations": [PAGE, PAGE]}),
    "thinking": turn(thinking("Hm."), thinking("", "sig"), redacted_thinking("EmwKAhgB"), "Yes."),
    "a server tool": turn(
        SEARCH,
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_01A", "content": []},
        "Nothing.",
        usage={"server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0}},
    ),
    "a failed server tool": turn(
        SEARCH,
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_01A",
            "content": {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"},
        },
    ),
    "a container": turn("Done.", fields={"container": CONTAINER}),
    "a call made by code": turn(PROGRAM, CALL_OF_CODE, fields={"container": CONTAINER}),
    "an upload": turn({"type": "container_upload", "file_id": "file_011C"}),
    "diagnostics": turn("Done.", fields={"diagnostics": {"cache_miss_reason": None}}),
    "thinking tokens": turn(
        "Done.", usage={"output_tokens": 90, "output_tokens_details": {"thinking_tokens": 80}, "input_tokens": 5}
    ),
}
BETA_TURNS = {
    "compaction": turn({"type": "compaction", "content": "So far: a."}, stop_reason="compaction"),
    "compaction, encrypted": turn({"type": "compaction", "content": None, "encrypted_content": "abc"}, "Go on."),
    "an MCP tool": turn(
        {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "ask", "server_name": "wiki", "input": {"q": "x"}},
        {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "is_error": False, "content": [text("y")]},
        "y",
    ),
    "a fallback": turn(
        {"type": "fallback", "from": {"model": "claude-opus-5"}, "to": {"model": "claude-opus-4-8"}},
        "Yes.",
        model="claude-opus-4-8",
    ),
    "edited context": turn(
        "Done.",
        fields={
            "context_management": {
                "applied_edits": [
                    {"type": "clear_tool_uses_20250919", "cleared_tool_uses": 8, "cleared_input_tokens": 50_000}
                ]
            }
        },
    ),
    "iterations": turn(
        "Done.",
        usage={"iterations": [{"type": "message", "input_tokens": 5, "output_tokens": 7}]},
    ),
}


def whole_and_streamed(resource, opus, scripted):
    opus.script(scripted, scripted)
    tools = [NOTE]
    whole = resource.create(**REQUEST, tools=tools)
    with resource.stream(**REQUEST, tools=tools) as stream:
        return plain(whole) | {"id": None}, plain(stream.get_final_message()) | {"id": None}


@pytest.mark.parametrize("name", TURNS)
def test_with_the_stable_client(opus, name):
    whole, streamed = whole_and_streamed(anthropic.Anthropic().messages, opus, TURNS[name])
    assert whole == streamed
    assert opus.calls[0].response | {"id": None} == opus.calls[1].response | {"id": None}


@pytest.mark.parametrize("name", [*TURNS, *BETA_TURNS])
def test_with_the_beta_client(opus, name):
    whole, streamed = whole_and_streamed(anthropic.Anthropic().beta.messages, opus, (TURNS | BETA_TURNS)[name])
    assert whole == streamed


@pytest.mark.parametrize("stream", [False, True])
def test_a_call_that_max_tokens_cut_off(opus, stream):
    """A plain answer holds what was parsed; a stream ends in the middle of the JSON."""
    cut = turn(tool_use("save_note", {}), stop_reason="max_tokens", chunks=["{"])
    opus.script(cut)
    create = anthropic.Anthropic().messages.create
    if stream:
        events = list(create(**REQUEST, tools=[NOTE], stream=True))
        fragments = [event.delta.partial_json for event in events if event.type == "content_block_delta"]
        assert fragments == ["", "{"]
    else:
        answer = create(**REQUEST, tools=[NOTE])
        assert (answer.stop_reason, answer.content[0].input) == ("max_tokens", {})
    assert opus.calls[0].response.stop_reason == "max_tokens"


@pytest.mark.parametrize(
    ("status", "details", "name"),
    [
        (400, {"error_code": "image_dimensions_too_large"}, "ImageDimensionsTooLargeError"),
        (400, {"error_code": "tool_reference_unresolved"}, "ToolReferenceUnresolvedError"),
        (404, {"error_code": "file_expired"}, "FileExpiredError"),
        (429, {"error_code": "ramp_limit_exceeded"}, "RampLimitExceededError"),
        (402, None, "PaymentRequiredError"),
        (403, None, "PermissionDeniedError"),
        (409, None, "ConflictError"),
        (413, None, "ContentTooLargeError"),
        (500, None, "InternalServerError"),
        (503, None, "ServiceUnavailableError"),
        (504, None, "GatewayTimeoutError"),
        (529, None, "OverloadedError"),
    ],
)
def test_each_error_raises_the_exception_of_the_sdk(opus, status, details, name):
    from pytest_opus import api_error

    opus.script(api_error(status, details=details))
    with pytest.raises(anthropic.APIStatusError) as caught:
        anthropic.Anthropic(max_retries=0).messages.create(**REQUEST)
    assert type(caught.value).__name__ == name
    assert caught.value.status_code == status
    assert opus.calls[0].error.get("details") == details


def test_the_rate_limits_count_down(opus):
    opus.script(turn("one", usage={"input_tokens": 40_000, "output_tokens": 3_000}), "two")
    create = anthropic.Anthropic().messages.with_raw_response.create
    first, second = create(**REQUEST).headers, create(**REQUEST).headers
    spent = {
        name: int(first[f"anthropic-ratelimit-{name}-remaining"]) - int(second[f"anthropic-ratelimit-{name}-remaining"])
        for name in ("requests", "input-tokens", "output-tokens", "tokens")
    }
    assert spent == {"requests": 1, "input-tokens": 40_000, "output-tokens": 3_000, "tokens": 43_000}
    assert first["anthropic-ratelimit-requests-limit"] == "1000"
    assert first["anthropic-ratelimit-requests-reset"].endswith("Z")


@pytest.mark.parametrize("stream", [False, True])
def test_a_message_of_the_sdk_is_a_turn(opus, stream):
    """Its dump holds `None` for every optional key; what is served leaves these out."""
    opus.script(tool_use("save_note", {"text": "a"}, id="toolu_1"))
    first = anthropic.Anthropic().messages.create(**REQUEST, tools=[NOTE])
    opus.script(first.model_dump(mode="json"))
    if stream:
        with anthropic.Anthropic().messages.stream(**REQUEST, tools=[NOTE]) as events:
            second = events.get_final_message()
    else:
        second = anthropic.Anthropic().messages.create(**REQUEST, tools=[NOTE])
    assert plain(second) == plain(first)
    assert opus.calls[1].response.content == [
        {"type": "tool_use", "id": "toolu_1", "name": "save_note", "input": {"text": "a"}}
    ]
