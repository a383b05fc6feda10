"""A program sends its whole history with every call; the ledger keeps it once."""

from __future__ import annotations

import gc
import tracemalloc

import httpx
import pytest

from pytest_opus import endpoint

URL = "https://api.anthropic.com/v1/messages"
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
TOOLS = [{"name": "run", "description": "x" * 2_000, "input_schema": {"type": "object"}}]


def converse(turns, *, mark=False):
    """What the endpoint holds, in bytes, after so many turns of a kilobyte each; the ledger's endpoint."""
    messages = []
    with endpoint() as opus, httpx.Client() as client:
        opus.otherwise("Go on.")
        client.post(URL, headers=HEADERS, json={"model": "claude-opus-4-7", "max_tokens": 9, "messages": [user("x")]})
        tracemalloc.start()
        for number in range(turns):
            messages.append(user(f"{number} " + "x" * 1_000))
            sent = marked(messages) if mark else messages
            body = {"model": "claude-opus-4-7", "max_tokens": 9, "tools": TOOLS, "messages": sent}
            assert client.post(URL, headers=HEADERS, json=body).status_code == 200
            messages.append({"role": "assistant", "content": "Go on."})
        gc.collect()  # requests of httpx hold their bodies in cycles
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return held, opus


def user(text):
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def marked(messages):
    """The messages with a cache breakpoint on the last one, as agents send them that cache their prompts."""
    *rest, last = messages
    block = last["content"][0] | {"cache_control": {"type": "ephemeral"}}
    return [*rest, last | {"content": [block]}]


@pytest.mark.parametrize("mark", [False, True], ids=["plain", "with a moving cache breakpoint"])
def test_memory_grows_with_the_text_and_not_with_its_square(mark):
    short, _ = converse(60, mark=mark)
    long, opus = converse(240, mark=mark)
    assert long < 5 * short  # four times the turns; kept anew for every call it would be sixteen times
    assert len(opus.calls) == 241
    assert [len(call.request.messages) for call in opus.calls[1:4]] == [1, 3, 5]
    assert opus.calls[-1].request.messages[0].content[0].text.startswith("0 x")
    assert opus.calls[-1].request.raw["messages"][-1]["content"][0]["text"].startswith("239 x")


def test_conversations_that_run_side_by_side_share_their_own_beginnings():
    with endpoint() as opus:
        opus.otherwise("x")
        for length in range(1, 4):
            for name in "abc":
                messages = [user(f"{name}{number}") for number in range(length)]
                body = {"model": "claude-opus-4-7", "max_tokens": 9, "messages": messages}
                httpx.post(URL, headers=HEADERS, json=body)
    texts = [[message.content[0].text for message in call.request.messages] for call in opus.calls]
    assert texts == [[f"{name}{number}" for number in range(length)] for length in range(1, 4) for name in "abc"]
    first, _, _, second = opus.calls[:4]
    assert second.request.messages[0] is first.request.messages[0]
