"""What a validator remembers changes nothing but the time it takes."""

import copy
import threading

import pytest

from pytest_opus._api.rules import Validator

TOOLS = [{"name": "run", "input_schema": {"type": "object"}}]


def exchange(number):
    id_ = f"toolu_{number}"
    return [
        {"role": "assistant", "content": [{"type": "tool_use", "id": id_, "name": "run", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": id_, "content": "ok"}]},
    ]


def conversation(turns, **changes):
    messages = [{"role": "user", "content": "Fix it."}]
    for number in range(turns):
        messages += exchange(number)
    return {
        "model": "claude-opus-4-7",
        "max_tokens": 1024,
        "tools": copy.deepcopy(TOOLS),
        "messages": messages,
        **changes,
    }


def judge(validator, body, rules="2026-10-21", endpoint="messages", betas=frozenset()):
    return validator.judge(body, endpoint=endpoint, rules=rules, betas=betas)


@pytest.fixture
def warm():
    validator = Validator()
    for turns in range(4):
        assert judge(validator, conversation(turns)) is None
    return validator


def spoiled():
    late_id = conversation(4)
    late_id["messages"][-1]["content"][0]["tool_use_id"] = "toolu_9"
    repeated_id = conversation(3)
    repeated_id["messages"] += exchange(1)
    no_result = conversation(4)
    no_result["messages"].pop()
    text_first = conversation(3)
    text_first["messages"][-1]["content"].insert(0, {"type": "text", "text": "Here:"})
    old_change = conversation(4)
    old_change["messages"][2]["content"] = []
    old_text = conversation(4)
    old_text["messages"][0]["content"] = " "
    wrong_shape = conversation(4)
    wrong_shape["messages"].append({"role": "user", "content": [{"type": "image_url"}]})
    prefill = conversation(3)
    prefill["messages"].append({"role": "assistant", "content": "{"})
    tools = conversation(3)
    tools["tools"] *= 2
    format_ = conversation(3, output_config={"format": {"type": "json_schema", "schema": {"type": "object"}}})
    return {name: value for name, value in locals().items() if isinstance(value, dict)}


@pytest.mark.parametrize("body", spoiled().values(), ids=spoiled())
def test_a_warm_validator_refuses_the_same(warm, body):
    fresh = judge(Validator(), body)
    assert fresh is not None
    assert judge(warm, body) == fresh
    assert judge(warm, body) == fresh
    assert judge(warm, conversation(5)) is None


def test_terms_are_remembered_with_the_messages(warm):
    citation = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}
    body = conversation(1)
    body["messages"] += [{"role": "assistant", "content": [citation]}, {"role": "user", "content": "Thanks."}]
    assert judge(warm, body, rules="2023-06-01") is None
    assert judge(warm, body).code == "union_tag_invalid"
    system = {**conversation(1), "model": "claude-opus-4-8"}
    system["messages"].append({"role": "system", "content": "Be brief."})
    assert judge(warm, system) is None
    assert judge(warm, {**system, "model": "claude-opus-4-7"}).code == "system_role_unsupported"


def test_a_continued_thread_is_not_taken_for_a_whole_conversation():
    validator = Validator()
    thread = {"type": "continue", "previous_message_id": "msg_1"}
    alone = {"model": "claude-opus-4-7", "max_tokens": 10, "messages": exchange(1)[1:]}
    beta = frozenset({"message-threads-2026-08-12"})
    assert judge(validator, {**alone, "thread": thread}, betas=beta) is None
    assert judge(validator, alone, betas=beta).code == "tool_result_without_use"


def test_breakpoints_of_remembered_messages_count(warm):
    body = conversation(2)
    for message in body["messages"][1:]:
        message["content"][0]["cache_control"] = {"type": "ephemeral"}
    validator = Validator()
    assert judge(validator, body) is None
    body["messages"] += exchange(7)
    body["messages"][-1]["content"][0]["cache_control"] = {"type": "ephemeral"}
    assert judge(validator, body).code == "cache_control_too_many"


def test_conversations_may_alternate():
    validator = Validator()
    for turns in range(3):
        for name in "abcdef":
            body = conversation(turns)
            body["messages"][0]["content"] = name
            assert judge(validator, body) is None
            body["messages"][-1] = {"role": "user", "content": " "}
            assert judge(validator, body) is not None


def test_a_body_is_left_as_it_is(warm):
    body = conversation(4)
    before = copy.deepcopy(body)
    judge(warm, body)
    assert body == before


def test_threads_share_a_validator():
    validator, refusals = Validator(), []

    def run(name):
        for turns in range(20):
            body = conversation(turns)
            body["messages"][0]["content"] = name
            refusals.append(judge(validator, body))

    threads = [threading.Thread(target=run, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refusals == [None] * 160
