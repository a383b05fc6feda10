import pytest

from pytest_opus._api.describe import clip, describe_block
from pytest_opus._api.objects import JsonObject
from pytest_opus._ledger.call import Probe
from pytest_opus._ledger.ledger import Ledger
from pytest_opus._ledger.transcript import describe_request, transcript

TEXT = {"type": "text", "text": "Let me check."}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "run_tests", "input": {"file": "a.py"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "3 passed"}
FAILED = {
    "type": "tool_result",
    "tool_use_id": "toolu_2",
    "content": [{"type": "text", "text": "no file"}],
    "is_error": True,
}


@pytest.fixture
def ledger_of():
    def make(*entries):
        ledger = Ledger()
        ledger.entries += entries
        ledger.calls += [entry for entry in entries if not isinstance(entry, Probe)]
        return ledger

    return make


def said(*messages):
    return {"messages": [{"role": role, "content": content} for role, content in messages]}


def test_a_whole_conversation(make_call, ledger_of, lines):
    asked = ("user", "Fix it")
    answered = ("assistant", [TEXT, CALL])
    overloaded = make_call(2, status=529, **said(asked, answered, ("user", [RESULT, FAILED])))
    overloaded.error = JsonObject(type="overloaded_error", message="Overloaded")
    aborted = make_call(4, **said(asked))
    aborted.end = "aborted"
    done = make_call(
        3,
        usage={"input_tokens": 1_000, "cache_read_input_tokens": 200, "output_tokens": 30},
        content=[{"type": "text", "text": "All tests\npass now."}],
        **said(asked, answered, ("user", [RESULT, FAILED])),
    )

    assert transcript(
        ledger_of(
            Probe(method="POST", path="/v1/messages/count_tokens", status=200),
            make_call(1, content=[TEXT, CALL], **said(asked)),
            overloaded,
            done,
            aborted,
        )
    ) == lines("""
        POST /v1/messages/count_tokens: 200
        call 1: claude-opus-4-7 200 end_turn, 10 tokens in, 5 out
          > user: text "Fix it"
          < text "Let me check."
          < tool_use run_tests {"file": "a.py"}
        call 2: claude-opus-4-7 529 overloaded_error
          > user: tool_result for toolu_1: "3 passed"
          > user: tool_result for toolu_2 (error): "no file"
          < overloaded_error: Overloaded
        call 3: claude-opus-4-7 200 end_turn, 1,200 tokens in, 30 out
          > user: tool_result for toolu_1: "3 passed"
          > user: tool_result for toolu_2 (error): "no file"
          < text "All tests pass now."
        call 4: claude-opus-4-7 200 aborted
          > user: text "Fix it"
          < (aborted)
        """)


def test_nothing_happened(ledger_of):
    assert transcript(ledger_of()) == ""


def test_a_request_that_is_no_conversation(make_call, ledger_of):
    call = make_call(1, status=400, messages="none", model=None)
    call.error = JsonObject(type="invalid_request_error", message="messages: Input should be a valid array")

    assert transcript(ledger_of(call)).splitlines() == [
        "call 1: None 400 invalid_request_error",
        "  < invalid_request_error: messages: Input should be a valid array",
    ]


@pytest.mark.parametrize(
    ("messages", "shown"),
    [
        ([("user", "Fix it")], 'call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"'),
        ([("user", "a"), ("assistant", [CALL])], 'call 1: model claude-opus-4-7, 2 messages, the last: assistant tool_use run_tests {"file": "a.py"}'),
        ([("user", [RESULT, FAILED])], 'call 1: model claude-opus-4-7, 1 message, the last: user tool_result for toolu_1: "3 passed"'),
        ([("user", [])], "call 1: model claude-opus-4-7, 1 message, the last: user without content"),
        ([("user", [{"type": "image"}])], "call 1: model claude-opus-4-7, 1 message, the last: user image"),
        ([], "call 1: model claude-opus-4-7, 0 messages"),
    ],
)  # fmt: skip
def test_a_request_on_one_line(make_call, messages, shown):
    assert describe_request(make_call(1, **said(*messages))) == shown


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        (TEXT, 'text "Let me check."'),
        ({"type": "text", "text": 'say "ä"\n\tnow'}, r'text "say \"ä\" now"'),
        ({"type": "thinking", "thinking": "Hm."}, 'thinking "Hm."'),
        (CALL, 'tool_use run_tests {"file": "a.py"}'),
        ({"type": "tool_use", "name": "a"}, "tool_use a (smallest input)"),
        ({"type": "server_tool_use", "name": "web_search", "input": {}}, "server_tool_use web_search {}"),
        ({"type": "mcp_tool_use", "name": "a", "input": {"ä": 1}}, 'mcp_tool_use a {"ä": 1}'),
        ({"type": "redacted_thinking", "data": "x"}, "redacted_thinking"),
        ({"type": "of_tomorrow"}, "of_tomorrow"),
        ({}, "block"),
        ({"type": "text"}, 'text ""'),
    ],
)
def test_a_block_in_a_few_words(block, shown):
    assert describe_block(block) == shown


@pytest.mark.parametrize(
    ("line", "clipped"), [("a" * 72, "a" * 72), ("a" * 73, "a" * 69 + "..."), ("a\n  b\t", "a b"), ("", "")]
)
def test_clip(line, clipped):
    assert clip(line) == clipped
