"""What the schema layer of the API refuses: types, missing and unknown fields, bounds, tags, betas."""

import pytest

from pytest_opus._api.rules import Refusal, Validator

NOTHING = object()
TOOL = {"name": "run", "input_schema": {"type": "object"}}
HELLO = [{"role": "user", "content": "Hello"}]


def judge(rules="2026-10-21", endpoint="messages", betas=frozenset(), **changes):
    body = {"model": "claude-opus-4-8", "max_tokens": 1024, "messages": HELLO, **changes}
    body = {key: value for key, value in body.items() if value is not NOTHING}
    return Validator().judge(body, endpoint=endpoint, rules=rules, betas=betas)


def user(*blocks):
    return {"messages": [{"role": "user", "content": list(blocks)}]}


def answer(*blocks):
    return {"messages": [*HELLO, {"role": "assistant", "content": list(blocks)}, *HELLO]}


def tool(**fields):
    return {"tools": [{**TOOL, **fields}]}


TEXT = {"type": "text", "text": "Hi"}
EDIT = {"type": "compact_20260112"}
SERVER = {"type": "url", "name": "a", "url": "https://a.example"}

REFUSED = {
    "no max_tokens": ({"max_tokens": NOTHING}, "max_tokens: Field required"),
    "no messages": ({"messages": NOTHING}, "messages: Field required"),
    "no model": ({"model": NOTHING}, "model: Field required"),
    "model is a number": ({"model": 4}, "model: Input should be a valid string"),
    "model is null": ({"model": None}, "model: Input should be a valid string"),
    "model is empty": ({"model": ""}, "model: String should have at least 1 character"),
    "max_tokens is text": ({"max_tokens": "1024"}, "max_tokens: Input should be a valid integer"),
    "max_tokens is true": ({"max_tokens": True}, "max_tokens: Input should be a valid integer"),
    "max_tokens is a fraction": ({"max_tokens": 10.5}, "max_tokens: Input should be a valid integer"),
    "max_tokens is negative": ({"max_tokens": -1}, "max_tokens: Input should be greater than or equal to 0"),
    "messages is text": ({"messages": "Hello"}, "messages: Input should be a valid list"),
    "messages is empty": ({"messages": []}, "messages: at least one message is required"),
    "message is text": ({"messages": ["Hello"]}, "messages.0: Input should be an object"),
    "message without role": ({"messages": [{"content": "Hi"}]}, "messages.0.role: Field required"),
    "message without content": ({"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
    "role tool": ({"messages": [*HELLO, {"role": "tool", "content": "x"}]}, "messages.1.role: Input should be 'user' or 'assistant'"),
    "unknown message field": ({"messages": [{"role": "user", "content": "Hi", "name": "Bob"}]}, "messages.0.name: Extra inputs are not permitted"),
    "content is an object": ({"messages": [{"role": "user", "content": TEXT}]}, "messages.0.content: Input should be a valid list"),
    "content is null": ({"messages": [{"role": "user", "content": None}]}, "messages.0.content: Input should be a valid list"),
    "unknown field": ({"max_completion_tokens": 5}, "max_completion_tokens: Extra inputs are not permitted"),
    "seed snippet": ({"effort": "high"}, "effort: Extra inputs are not permitted"),
    "stream is text": ({"stream": "yes"}, "stream: Input should be a valid boolean"),
    "stop is text": ({"stop_sequences": "END"}, "stop_sequences: Input should be a valid list"),
    "stop holds a number": ({"stop_sequences": ["END", 3]}, "stop_sequences.1: Input should be a valid string"),
    "metadata": ({"metadata": {"user": "1"}}, "metadata.user: Extra inputs are not permitted"),
    "service tier": ({"service_tier": "priority"}, "service_tier: Input should be 'auto' or 'standard_only'"),
    "system is a number": ({"system": 3}, "system: Input should be a valid list"),
    "system holds an image": ({"system": [{"type": "image", "text": "x"}]}, "system.0.type: Input should be 'text'"),
    "block without type": (user({"text": "Hi"}), "messages.0.content.0.type: Field required"),
    "block without text": (user({"type": "text"}), "messages.0.content.0.text.text: Field required"),
    "thinking without signature": (answer({"type": "thinking", "thinking": "hm"}), "messages.1.content.0.thinking.signature: Field required"),
    "cached thinking": (answer({"type": "thinking", "thinking": "hm", "signature": "s", "cache_control": {"type": "ephemeral"}}, TEXT), "messages.1.content.0.thinking.cache_control: Extra inputs are not permitted"),
    "input is text": (answer({"type": "tool_use", "id": "a", "name": "run", "input": "{}"}), "messages.1.content.0.tool_use.input: Input should be a valid dictionary"),
    "id with a dot": (answer({"type": "tool_use", "id": "a.b", "name": "run", "input": {}}), "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"),
    "id with a newline": (answer({"type": "tool_use", "id": "a\n", "name": "run", "input": {}}), "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"),
    "result id with a colon": (user({"type": "tool_result", "tool_use_id": "a:1"}), "messages.0.content.0.tool_result.tool_use_id: String should match pattern '^[a-zA-Z0-9_-]+$'"),
    "server id": (answer({"type": "server_tool_use", "id": "toolu_1", "name": "web_search", "input": {}}), "messages.1.content.0.server_tool_use.id: String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'"),
    "image type": (user({"type": "image", "source": {"type": "base64", "media_type": "image/bmp", "data": "AA=="}}), "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'"),
    "pdf type": (user({"type": "document", "source": {"type": "base64", "media_type": "text/html", "data": "AA=="}}), "messages.0.content.0.document.source.base64.media_type: Input should be 'application/pdf'"),
    "document source": (user({"type": "document", "source": {"type": "path", "path": "x"}}), "messages.0.content.0.document.source: Input tag 'path' found using 'type' does not match any of the expected tags: 'base64', 'content', 'file', 'text', 'url'"),
    "thinking without budget": ({"model": "claude-sonnet-4-6", "thinking": {"type": "enabled"}}, "thinking.enabled.budget_tokens: Field required"),
    "small thinking budget": ({"model": "claude-sonnet-4-6", "thinking": {"type": "enabled", "budget_tokens": 1000}}, "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"),
    "display of disabled thinking": ({"thinking": {"type": "disabled", "display": "omitted"}}, "thinking.disabled.display: Extra inputs are not permitted"),
    "thinking type": ({"thinking": {"type": "auto"}}, "thinking: Input tag 'auto' found using 'type' does not match any of the expected tags: 'enabled', 'disabled', 'adaptive', 'between_tools'"),
    "effort word": ({"output_config": {"effort": "extreme"}}, "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"),
    "format type": ({"output_config": {"format": {"type": "json_object", "schema": {}}}}, "output_config.format.type: Input should be 'json_schema'"),
    "format of another API": ({"output_config": {"format": {"type": "json_schema", "schema": {}, "name": "x"}}}, "output_config.format.name: Extra inputs are not permitted"),
    "choice is text": ({**tool(), "tool_choice": "auto"}, "tool_choice: Input should be an object"),
    "choice type": ({**tool(), "tool_choice": {"type": "required"}}, "tool_choice: Input tag 'required' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'"),
    "choice without name": ({**tool(), "tool_choice": {"type": "tool"}}, "tool_choice.tool.name: Field required"),
    "cache type": ({"cache_control": {"type": "persistent"}}, "cache_control: Input should be 'ephemeral'"),
    "cache ttl": ({"cache_control": {"type": "ephemeral", "ttl": "2h"}}, "cache_control.ephemeral.ttl: Input should be '5m' or '1h'"),
    "tools is an object": ({"tools": {}}, "tools: Input should be a valid list"),
    "tool is text": ({"tools": ["run"]}, "tools.0: Input should be an object"),
    "tool without schema": ({"tools": [{"name": "run", "parameters": {}}]}, "tools.0.custom.input_schema: Field required"),
    "tool without name": ({"tools": [{"input_schema": {"type": "object"}}]}, "tools.0.custom.name: Field required"),
    "schema without type": (tool(input_schema={"properties": {}}), "tools.0.custom.input_schema.type: Field required"),
    "schema of another type": (tool(input_schema={"type": "array"}), "tools.0.custom.input_schema.type: Input should be 'object'"),
    "tool name with a dot": (tool(name="fs.read"), "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"),
    "tool name too long": (tool(name="x" * 129), "tools.0.custom.name: String should have at most 128 characters"),
    "tool name empty": (tool(name=""), "tools.0.custom.name: String should have at least 1 character"),
    "field of another tool type": ({"tools": [{"type": "web_fetch_20250910", "name": "web_fetch", "use_cache": True}]}, "tools.0.web_fetch_20250910.use_cache: Extra inputs are not permitted"),
    "tool's fixed name": ({"tools": [{"type": "bash_20250124", "name": "shell"}]}, "tools.0.bash_20250124.name: Input should be 'bash'"),
    "name of a toolset": ({"tools": [{"type": "computer_toolset_20260801", "name": "computer"}]}, "tools.0.computer_toolset_20260801.name: Extra inputs are not permitted"),
    "caller": (tool(allowed_callers=["model"]), "tools.0.custom.allowed_callers.0: Input should be 'direct', 'code_execution_20250825', 'code_execution_20260120' or 'code_execution_20260521'"),
    "skills": ({"container": {"skills": [{"type": "anthropic", "skill_id": "xlsx"}] * 21}}, "container.skills: List should have at most 20 items after validation, not 21"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(changes, message):
    refusal = judge(**changes)
    assert refusal is not None
    assert refusal.message == message
    assert (refusal.status, refusal.type) == (400, "invalid_request_error")
    assert refusal.message.startswith(refusal.path)


ACCEPTED = {
    "nulls for optional fields": {"system": None, "tools": None, "tool_choice": None, "thinking": None, "stop_sequences": None, "metadata": None, "output_config": None, "stream": None, "container": None, "speed": None, "cache_control": None, "service_tier": None, "context_management": None},
    "nulls in blocks": answer({"type": "text", "text": "Hi", "citations": None, "cache_control": None}),
    "nulls in tools": tool(description=None, cache_control=None, strict=None, type=None),
    "nulls in schemas": tool(input_schema={"type": "object", "properties": None, "required": None}),
    "type custom": tool(type="custom"),
    "integral float": {"max_tokens": 1024.0},
    "user id as JSON": {"metadata": {"user_id": '{"device_id": "1"}'}},
    "result without content": {"messages": [*HELLO, {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "run", "input": {}, "caller": None, "cache_control": {"type": "ephemeral"}}]}, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "is_error": False}]}]},
    "empty result": {"messages": [*HELLO, {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "run", "input": {}}]}, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": ""}]}]},
    "tool name of 128": tool(name="x" * 128),
    "container id": {"container": "container_1"},
    "newer block type": user({"type": "hologram", "depth": 3}),
    "newer tool type": {"tools": [{"type": "bash_20270101", "name": "bash"}]},
    "newer tool": {"tools": [{"type": "printer_20270101", "name": "printer", "paper": "A4"}]},
    "newer fields of a server's result": {"messages": [*HELLO, {"role": "assistant", "content": [{"type": "server_tool_use", "id": "srvtoolu_1", "name": "code_execution", "input": {}}, {"type": "code_execution_tool_result", "tool_use_id": "srvtoolu_1", "content": {"type": "code_execution_result", "content": [], "return_code": 0, "stderr": "", "stdout": "", "abort_reason": None}}, TEXT]}, *HELLO]},
    "prewarming": {"max_tokens": 0},
    "document of a file": user({"type": "document", "source": {"type": "file", "file_id": "file_1"}}),
    "unpublished words of the SDK's test bodies": {"diagnostics": {"previous_message_id": None}, "inference_geo": "us"},
}  # fmt: skip


@pytest.mark.parametrize("changes", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(changes):
    assert judge(**changes) is None


@pytest.mark.parametrize(
    "tag",
    [
        "image_url",
        "input_text",
        "function_call",
        "tool_results",
        "Text",
        "txt",
        "tool-use",
        "tool_reference",
        "resource",
    ],
)
def test_block_types_of_other_apis_and_misspelled_ones_are_refused(tag):
    refusal = judge(**user({"type": tag}))
    assert refusal.message.startswith(
        f"messages.0.content.0: Input tag '{tag}' found using 'type' does not match any of the expected tags: "
    )
    assert refusal.code == "union_tag_invalid"


@pytest.mark.parametrize("tag", ["function", "bash", "bash_20240101", "web_search", "printer_20250101", "retrieval"])
def test_tool_types_that_cannot_be_newer_are_refused(tag):
    refusal = judge(tools=[{"type": tag, "name": "x"}])
    assert refusal.message.startswith(
        f"tools.0: Input tag '{tag}' found using 'type' does not match any of the expected tags: "
        "'bash_20250124', 'browser_toolset_20260801', 'code_execution_20250522'"
    )


def test_a_thinking_block_is_the_assistants():
    refusal = judge(**user({"type": "thinking", "thinking": "hm", "signature": "s"}))
    assert refusal.message.startswith("messages.0.content.0: Input tag 'thinking' found")


GATED = {
    "context management": ("context-management-2025-06-27", "context_management", {"context_management": {"edits": []}}),
    "compaction edit": ("compact-2026-01-12", "context_management", {"context_management": {"edits": [EDIT]}}),
    "compaction": ("compact-2026-09-04", "compaction", {"compaction": {"type": "summarize"}}),
    "MCP servers": ("mcp-client-2025-04-04", "mcp_servers", {"mcp_servers": [SERVER]}),
    "task budget": ("task-budgets-2026-03-13", "output_config.task_budget", {"output_config": {"task_budget": {"type": "tokens", "total": 20_000}}}),
    "fallbacks": ("server-side-fallback-2026-07-01", "fallbacks", {"fallbacks": [{"model": "claude-sonnet-5"}]}),
    "default fallback": ("server-side-fallback-2026-07-01", "fallbacks", {"fallbacks": "default"}),
    "fallback credit": ("fallback-credit-2026-07-01", "fallback_credit_token", {"fallback_credit_token": {"token": "t", "mode": "strict"}}),
    "billing policy": ("user-profiles-billing-2026-10-01", "billing_policy", {"billing_policy": {"type": "billing_policy", "bill_to": "self"}}),
    "thread": ("message-threads-2026-08-12", "thread", {"thread": {"type": "create"}}),
    "old output format": ("structured-outputs-2025-11-13", "output_format", {"output_format": {"type": "json_schema", "schema": {"type": "object", "additionalProperties": False}}}),
    "fast mode": ("fast-mode-2026-02-01", "speed", {"speed": "fast"}),
    "block binding": ("thinking-binding-controls-2026-08-01", "thinking.adaptive.block_binding", {"thinking": {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}}),
    "system effort": ("mid-conversation-output-config-2026-07-01", "messages.1.output_config", {"messages": [*HELLO, {"role": "system", "content": [], "output_config": {"effort": "low"}}]}),
    "clear_at": ("mid-conversation-system-clear-at-2026-08-21", "messages.1.clear_at", {"messages": [*HELLO, {"role": "system", "content": "Be brief.", "clear_at": "never"}]}),
}  # fmt: skip


@pytest.mark.parametrize(("beta", "path", "changes"), GATED.values(), ids=GATED)
def test_a_field_of_a_beta_needs_its_header(beta, path, changes):
    assert judge(**changes).message == f"{path}: Extra inputs are not permitted"
    assert judge(**changes, betas=frozenset({beta})) is None
    assert judge(**changes, betas=None) is None
    later = beta.rpartition("-20")[0] + "-2027-01-01"
    assert judge(**changes, betas=frozenset({later})) is None


def test_words_and_tags_of_a_beta():
    updates = {"thinking": {"type": "adaptive", "display": "updates"}}
    assert judge(**updates).message == "thinking.adaptive.display: Input should be 'summarized' or 'omitted'"
    assert judge(**updates, betas=frozenset({"thinking-display-updates-2026-08-18"})) is None
    computer = {
        "tools": [{"type": "computer_20251124", "name": "computer", "display_height_px": 1, "display_width_px": 1}]
    }
    assert judge(**computer).message.startswith("tools.0: Input tag 'computer_20251124' found")
    assert judge(**computer, betas=frozenset({"computer-use-2025-11-24"})) is None


TRIGGER = {"context_management": {"edits": [{**EDIT, "trigger": {"type": "input_tokens", "value": 10_000}}]}}
BOUNDS = {
    "compaction trigger": (TRIGGER, "context_management.edits.0.compact_20260112.trigger.input_tokens.value: Input should be greater than or equal to 50000"),
    "task budget": ({"output_config": {"task_budget": {"type": "tokens", "total": 5000}}}, "output_config.task_budget.total: Input should be greater than or equal to 20000"),
    "task budget left": ({"output_config": {"task_budget": {"type": "tokens", "total": 20_000, "remaining": 30_000}}}, "output_config.task_budget.remaining: Input should be less than or equal to 20000"),
    "four fallbacks": ({"fallbacks": [{"model": f"claude-opus-{n}"} for n in range(4)]}, "fallbacks: List should have at most 3 items after validation, not 4"),
    "no fallbacks": ({"fallbacks": []}, "fallbacks: List should have at least 1 item after validation, not 0"),
    "thinking turns": ({"thinking": {"type": "adaptive"}, "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": {"type": "thinking_turns", "value": 0}}]}}, "context_management.edits.0.clear_thinking_20251015.keep.thinking_turns.value: Input should be greater than or equal to 1"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), BOUNDS.values(), ids=BOUNDS)
def test_bounds_of_beta_fields(changes, message):
    assert judge(**changes, betas=None).message == message


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
@pytest.mark.parametrize("value", [1, None])
def test_2026_10_21_does_not_know_sampling(name, value):
    assert judge(**{name: value}).message == f"{name}: Extra inputs are not permitted"


def test_2026_10_21_knows_neither_documents_of_the_assistant_nor_citations_of_the_user():
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}
    citation = {"type": "char_location", "cited_text": "x", "document_index": 0, "document_title": None, "start_char_index": 0, "end_char_index": 1}  # fmt: skip
    by_assistant, by_user = answer(document, TEXT), user({**TEXT, "citations": [citation]})
    assert judge(**by_assistant).message.startswith("messages.1.content.0: Input tag 'document' found")
    assert judge(**by_user).message == "messages.0.content.0.text.citations: Extra inputs are not permitted"
    assert judge("2023-06-01", **by_assistant) is None
    assert judge("2023-06-01", **by_user) is None
    assert judge(**user({**TEXT, "citations": []})) is None
    assert judge(**answer({**TEXT, "citations": [citation]})) is None


@pytest.mark.parametrize(
    "name",
    [
        "max_tokens",
        "metadata",
        "stop_sequences",
        "stream",
        "temperature",
        "top_k",
        "top_p",
        "service_tier",
        "inference_geo",
        "container",
    ],
)
def test_count_tokens_knows_no_fields_of_generation(name):
    value = {"max_tokens": 5, "metadata": {}, "stop_sequences": ["a"], "stream": False}.get(name, 1)
    refusal = judge("2023-06-01", "count_tokens", **{"max_tokens": NOTHING, name: value})
    assert refusal.message == f"{name}: Extra inputs are not permitted"


def test_count_tokens_judges_the_rest():
    ok = {
        "max_tokens": NOTHING,
        "tools": [TOOL],
        "system": "x",
        "thinking": {"type": "adaptive"},
        "cache_control": {"type": "ephemeral"},
    }
    assert judge(endpoint="count_tokens", **ok) is None
    assert judge(endpoint="count_tokens", max_tokens=NOTHING, messages=[]).code == "messages_empty"
    assert judge(endpoint="count_tokens", max_tokens=NOTHING, model="claude-nope").status == 404


@pytest.mark.parametrize("body", [[], "x", 1, None, True])
def test_a_body_is_an_object(body):
    refusal = Validator().judge(body, endpoint="messages", rules="2026-10-21", betas=None)
    assert refusal == Refusal("Input should be an object", "object_type")


def test_the_first_fault_in_the_order_of_the_fields_is_told():
    assert judge(max_tokens=NOTHING, messages=NOTHING, model=NOTHING, foo=1).path == "max_tokens"
    assert judge(foo=1, messages="x").path == "messages"


def test_hints_name_the_nearest_candidate():
    assert judge(max_token=5, max_tokens=NOTHING).hint == "'max_token' is unknown, it is spelled 'max_tokens'"
    assert judge(stop_sequence=["x"]).hint == "did you mean 'stop_sequences'?"
    assert judge(output_config={"effort": "hihg"}).hint == "did you mean 'high'?"
    assert "message-threads" in judge(thread={"type": "create"}).hint


@pytest.mark.parametrize("beta", ["unknown-2024-01-01", "prompt-caching", "x", "message-threads-2025-01-01"])
def test_unknown_betas(beta):
    refusal = judge(betas=frozenset({beta, "files-api-2025-04-14"}))
    assert refusal.message == (
        f"Unexpected value(s) `{beta}` for the `anthropic-beta` header. "
        "Please consult our documentation at platform.claude.com/docs or try again without the header."
    )
    assert refusal.code == "beta_unknown"


@pytest.mark.parametrize(
    "betas", [{"effort-2025-11-24"}, {"claude-code-20250219", "unpublished-2026-01-01"}, {"telepathy-2027-03-01"}]
)
def test_known_and_newer_betas(betas):
    assert judge(betas=frozenset(betas)) is None
