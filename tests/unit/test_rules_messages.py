"""The structure of conversations: roles, texts, calls and their results, system messages, breakpoints."""

import pytest

from pytest_opus._api.rules import Validator

CACHED = {"cache_control": {"type": "ephemeral"}}
HOUR = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
PLACES = "the directive-only form (content: [] with output_config) is accepted at any position"


def judge(*messages, model="claude-opus-4-8", rules="2026-10-21", betas=None, **fields):
    body = {"model": model, "max_tokens": 1024, "messages": list(messages), **fields}
    return Validator().judge(body, endpoint="messages", rules=rules, betas=betas)


def user(*content):
    return {"role": "user", "content": content[0] if isinstance(content[0], str) else list(content)}


def assistant(*content):
    return {"role": "assistant", "content": content[0] if isinstance(content[0], str) else list(content)}


def system(content, **fields):
    return {"role": "system", "content": content, **fields}


def text(value, **fields):
    return {"type": "text", "text": value, **fields}


def call(id_, **fields):
    return {"type": "tool_use", "id": id_, "name": "run", "input": {}, **fields}


def result(id_, content="ok", **fields):
    return {"type": "tool_result", "tool_use_id": id_, "content": content, **fields}


def search(id_, name="web_search"):
    return {"type": "server_tool_use", "id": id_, "name": name, "input": {}}


def found(id_, type_="web_search_tool_result"):
    return {"type": type_, "tool_use_id": id_, "content": []}


def missing(index, *ids):
    return (
        f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(ids)}. "
        "Each `tool_use` block must have a corresponding `tool_result` block in the next message."
    )


def foreign(index, position, id_):
    return (
        f"messages.{index}.content.{position}: unexpected `tool_use_id` found in `tool_result` blocks: {id_}. "
        "Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
    )


EMPTY = "all messages must have non-empty content except for the optional final assistant message"
ASK = user("Hi")

REFUSED = {
    "assistant first": ([assistant("Hi"), ASK], 'messages: first message must use the "user" role'),
    "empty text of the user": ([user("")], f"messages.0: {EMPTY}"),
    "no blocks of the user": ([{"role": "user", "content": []}], f"messages.0: {EMPTY}"),
    "empty assistant message inside": ([ASK, assistant(""), ASK], f"messages.1: {EMPTY}"),
    "empty text block": ([user(text(""))], "messages: text content blocks must be non-empty"),
    "blank text block": ([user(text(" \n"))], "messages: text content blocks must contain non-whitespace text"),
    "blank text": ([user("  ")], "messages: text content blocks must contain non-whitespace text"),
    "empty text of the assistant": ([ASK, assistant(text(""), text("a")), ASK], "messages: text content blocks must be non-empty"),
    "breakpoint on empty text": ([user(text("a"), text("", **CACHED))], "messages.0.content.1.text: cache_control cannot be set for empty text blocks"),
    "call of the user": ([user(call("a"))], "messages.0: `tool_use` blocks can only be in `assistant` messages"),
    "result of the assistant": ([ASK, assistant(result("a")), ASK], "messages.1: `tool_result` blocks can only be in `user` messages"),
    "no result": ([ASK, assistant(call("a")), user("Well?")], missing(1, "a")),
    "no result at the end": ([ASK, assistant(call("a"))], missing(1, "a")),
    "one of two results": ([ASK, assistant(call("a"), call("b")), user(result("b"))], missing(1, "a")),
    "neither of two results": ([ASK, assistant(call("a"), call("b")), user("Well?")], missing(1, "a", "b")),
    "text before the result": ([ASK, assistant(call("a")), user(text("Here:"), result("a"))], missing(1, "a")),
    "text between results": ([ASK, assistant(call("a"), call("b")), user(result("a"), text("and"), result("b"))], missing(1, "b")),
    "result one turn late": ([ASK, assistant(call("a")), user("Wait."), assistant("ok"), user(result("a"))], missing(1, "a")),
    "text behind the call": ([ASK, assistant(call("a"), text("Done.")), user(result("a"))], missing(1, "a")),
    "foreign result": ([ASK, assistant(call("a")), user(result("a"), result("b"))], foreign(2, 1, "b")),
    "result of nothing": ([user(result("a"))], foreign(0, 0, "a")),
    "result of an older call": ([ASK, assistant(call("a")), user(result("a")), assistant("ok"), user(result("a"))], foreign(4, 0, "a")),
    "result in a later message of the turn": ([ASK, user(result("a"))], foreign(0, 1, "a")),
    "two results": ([ASK, assistant(call("a")), user(result("a"), result("a"))], "messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks with id: a"),
    "id twice in a turn": ([ASK, assistant(call("a"), call("a")), user(result("a"))], "messages.1.content.1: `tool_use` ids must be unique"),
    "minted id twice": ([ASK, assistant(call("toolu_1")), user(result("toolu_1")), assistant(text("more"), call("toolu_1")), user(result("toolu_1"))], "messages.3.content.1: `tool_use` ids must be unique"),
    "server result of nothing": ([ASK, assistant(found("srvtoolu_1"), text("a")), ASK], "messages.1.content.0: unexpected `tool_use_id` found in `web_search_tool_result` blocks: srvtoolu_1. Each `web_search_tool_result` block must have a corresponding `server_tool_use` block before it."),
    "open server call": ([ASK, assistant(search("srvtoolu_1")), user("Go on.")], "`web_search` tool use with id `srvtoolu_1` was found without a corresponding `web_search_tool_result` block"),
    "text while a server call is open": ([ASK, assistant(search("srvtoolu_1", "web_fetch"), call("a")), user(result("a"), text("Go on."))], "`web_fetch` tool use with id `srvtoolu_1` was found without a corresponding `web_fetch_tool_result` block"),
    "system first": ([system("Be brief."), ASK], f"messages.0: use the top-level 'system' parameter for the initial system prompt; {PLACES}"),
    "system behind the assistant": ([ASK, assistant("a"), system("Be brief.")], f"messages.2: role 'system' must follow a 'user' message or an 'assistant' message ending in a server tool result; {PLACES}"),
    "system before the user": ([ASK, system("Be brief."), ASK], f"messages.1: role 'system' must precede an 'assistant' message or end the array; {PLACES}"),
    "thinking last": ([ASK, assistant(text("a"), {"type": "thinking", "thinking": "hm", "signature": "s"}), ASK], "messages.1: The final block in an assistant message cannot be `thinking`."),
    "reference among text": ([ASK, assistant(call("a")), user(result("a", [text("a"), {"type": "tool_reference", "tool_name": "run"}]))], "messages.2.content.0: Tool definitions/code execution functions cannot be mixed with other content"),
}  # fmt: skip


@pytest.mark.parametrize(("messages", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(messages, message):
    tools = [{"name": "run", "input_schema": {"type": "object"}}]
    assert judge(*messages, tools=tools).message == message


ACCEPTED = {
    "one message": [ASK],
    "messages of one role": [ASK, ASK, assistant("a"), assistant("b"), ASK],
    "call and result": [ASK, assistant(text("a"), call("a")), user(result("a"))],
    "text behind results": [ASK, assistant(call("a"), call("b")), user(result("b"), result("a"), text("Go on."))],
    "results in two messages": [ASK, assistant(call("a"), call("b")), user(result("a")), user(result("b"))],
    "a program's id in two turns": [ASK, assistant(call("1")), user(result("1")), assistant(call("1")), user(result("1"))],
    "empty text in a result": [ASK, assistant(call("a")), user(result("a", [text("")]))],
    "reference alone": [ASK, assistant(call("a")), user(result("a", [{"type": "tool_reference", "tool_name": "run"}]))],
    "pause": [ASK, assistant(text("a"), search("srvtoolu_1"))],
    "server call and result": [ASK, assistant(search("srvtoolu_1"), found("srvtoolu_1"), text("a")), ASK],
    "results while a server call is open": [ASK, assistant(search("srvtoolu_1"), call("a")), user(result("a"))],
    "server result behind results": [ASK, assistant(search("srvtoolu_1"), call("a")), user(result("a")), assistant(found("srvtoolu_1"), text("a")), ASK],
    "compaction": [ASK, assistant({"type": "compaction", "content": "Summary."}), user(result("a"), text("Go on."))],
    "paused for compaction": [ASK, assistant({"type": "compaction", "content": "Summary."})],
    "system at the end": [ASK, assistant("a"), ASK, system("Be brief.")],
    "system inside": [ASK, system([text("Be brief.")]), assistant("a"), ASK],
    "system behind a server tool": [ASK, assistant(search("srvtoolu_1"), found("srvtoolu_1")), system("Be brief.")],
    "directive anywhere": [system([], output_config={"effort": "low"}), ASK, assistant(call("a")), system([], output_config={"effort": "low"}), user(result("a"))],
    "MCP call and result": [ASK, assistant({"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "a", "server_name": "s", "input": {}}, {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "content": [text("a")]}, text("b")), ASK],
    "server result of a compacted call": [ASK, assistant({"type": "compaction", "content": "Summary."}, found("srvtoolu_1"), text("a")), ASK],
    "directive at the end": [ASK, assistant("a"), system([], output_config={"effort": "low"})],
    "text before thinking": [ASK, assistant(text("a"), {"type": "thinking", "thinking": "", "signature": "s"}, text("b")), ASK],
}  # fmt: skip


@pytest.mark.parametrize("messages", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(messages):
    assert judge(*messages, tools=[{"name": "run", "input_schema": {"type": "object"}}]) is None


def test_calls_in_the_history_need_no_tools():
    assert judge(ASK, assistant(call("a")), user(result("a"))) is None


def test_models_that_take_a_prefill_answer_conversations_they_open():
    assert judge(assistant("Hi"), ASK, model="claude-haiku-4-5") is None


def test_claude_3_counted_results():
    messages = [ASK, assistant(call("a")), user(result("b"))]
    assert judge(*messages, model="claude-3-opus-20240229", rules="2023-06-01") is None
    assert judge(*messages, model="claude-3-5-sonnet-latest", rules="2023-06-01").code == "tool_use_without_result"


@pytest.mark.parametrize("model", ["claude-opus-4-7", "claude-sonnet-4-6", "claude-haiku-4-5"])
def test_models_without_system_messages(model):
    assert judge(ASK, system("Be brief."), model=model).message == "role 'system' is not supported on this model"


@pytest.mark.parametrize("model", ["claude-opus-4-8", "claude-opus-5-5", "claude-fable-5", "claude-sonnet-5"])
def test_models_with_system_messages(model):
    assert judge(ASK, system("Be brief."), model=model) is None


def test_a_continued_thread_sends_only_what_is_new():
    thread = {"type": "continue", "previous_message_id": "msg_1"}
    assert judge(user(result("a")), thread=thread) is None
    assert judge(user(result("a")), thread={"type": "create"}).code == "tool_result_without_use"
    refusal = judge(user(result("a")), assistant(call("b")), user("Well?"), thread=thread)
    assert refusal.message == missing(1, "b")


def test_a_continued_thread_may_hold_server_results_and_system_messages():
    thread = {"type": "continue", "previous_message_id": "msg_1"}
    assert judge(system("Be brief."), thread=thread) is None
    assert judge(ASK, assistant(found("srvtoolu_1"), text("a")), ASK, thread=thread) is None


def test_results_of_code_go_to_its_container():
    by_code = call("a", caller={"type": "code_execution_20260120", "tool_id": "srvtoolu_1"})
    messages = [ASK, assistant(search("srvtoolu_1", "code_execution"), by_code), user(result("a"))]
    assert judge(*messages).message == (
        "container_id is required when there are pending tool uses generated by code execution with tools."
    )
    assert judge(*messages, container="container_1") is None


def test_four_breakpoints():
    tools = [{"name": "run", "input_schema": {"type": "object"}, **CACHED}]
    prompt = [text("a", **CACHED)]
    messages = [user(text("a", **CACHED), text("b", **CACHED))]
    assert judge(*messages, tools=tools, system=prompt) is None
    expected = "A maximum of 4 blocks with cache_control may be provided. Found 5."
    assert judge(*messages, tools=tools, system=prompt, **CACHED).message == expected
    more = [user(text("a", **CACHED), text("b", **CACHED), text("c", **CACHED))]
    assert judge(*more, tools=tools, system=prompt).message == expected


def test_an_hour_comes_before_five_minutes():
    order = (
        "cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. "
        "Note that blocks are processed in the following order: `tools`, `system`, `messages`."
    )
    assert judge(user(text("a", **HOUR), text("b", **CACHED))) is None
    assert judge(user(text("a", **CACHED), text("b", **HOUR))).message == f"messages.0.content.1.{order}"
    assert judge(user(text("a", **HOUR)), system=[text("b", **CACHED)]).message == f"messages.0.content.0.{order}"
    assert judge(ASK, system=[text("b", **CACHED)], **HOUR).message == order
    inner = [ASK, assistant(call("a")), user(result("a", [text("x", **HOUR)]))]
    assert judge(*inner, system=[text("b", **CACHED)]).path == "messages.2.content.0.content.0.cache_control.ttl"


def test_empty_system_texts():
    assert judge(ASK, system="") is None
    assert judge(ASK, system=[text("")]).message == "system: text content blocks must be non-empty"
    assert judge(ASK, system=[text("", **CACHED)]).message == (
        "system.0: cache_control cannot be set for empty text blocks"
    )


def test_stop_sequences_hold_more_than_whitespace():
    assert judge(ASK, stop_sequences=["\n\nHuman:", "END"]) is None
    assert judge(ASK, stop_sequences=["END", "\n"]).message == (
        "stop_sequences: each stop sequence must contain non-whitespace"
    )
