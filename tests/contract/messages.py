"""Hypothesis strategies for the messages that the API can answer with."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
NAMES = st.from_regex(r"[a-zA-Z0-9_-]{1,20}", fullmatch=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
INPUTS = st.dictionaries(TEXT, JSON, max_size=4)


def block(kind: str, **keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), **keys})


def identifier(prefix: str) -> st.SearchStrategy[str]:
    return st.from_regex(rf"{prefix}_01[a-zA-Z0-9]{{8}}", fullmatch=True)


CITATIONS = st.lists(
    block(
        "char_location",
        cited_text=TEXT,
        document_index=st.integers(0, 3),
        document_title=TEXT,
        start_char_index=st.integers(0, 9),
        end_char_index=st.integers(0, 9),
    ),
    min_size=1,
    max_size=3,
)
SEARCH_RESULTS = st.lists(
    block("web_search_result", url=TEXT, title=TEXT, encrypted_content=TEXT, page_age=st.none() | TEXT), max_size=2
)
EXECUTION = block(
    "code_execution_result", stdout=TEXT, stderr=TEXT, return_code=st.integers(0, 255), content=st.just([])
)
SERVER_TOOLS = st.sampled_from(["web_search", "web_fetch", "code_execution", "tool_search_tool_regex"])
BLOCKS = st.one_of(
    block("text", text=TEXT),
    block("text", text=TEXT, citations=CITATIONS),
    block("thinking", thinking=TEXT, signature=st.text("abcdef", min_size=1)),
    block("redacted_thinking", data=TEXT),
    block("tool_use", id=identifier("toolu"), name=NAMES, input=INPUTS),
    block(
        "tool_use",
        id=identifier("toolu"),
        name=NAMES,
        input=INPUTS,
        caller=block("code_execution_20260120", tool_id=identifier("srvtoolu")),
    ),
    block("server_tool_use", id=identifier("srvtoolu"), name=SERVER_TOOLS, input=INPUTS),
    block("web_search_tool_result", tool_use_id=identifier("srvtoolu"), content=SEARCH_RESULTS),
    block("code_execution_tool_result", tool_use_id=identifier("srvtoolu"), content=EXECUTION),
    block("a_type_of_next_year", payload=JSON, text=TEXT),
)
COUNT = st.integers(0, 10_000)
USAGES = st.fixed_dictionaries(
    {"input_tokens": st.integers(1, 10_000), "output_tokens": st.integers(1, 10_000)},
    optional={
        "cache_creation_input_tokens": COUNT,
        "cache_read_input_tokens": COUNT,
        "cache_creation": st.fixed_dictionaries(
            {"ephemeral_5m_input_tokens": COUNT, "ephemeral_1h_input_tokens": COUNT}
        ),
        "service_tier": st.just("standard"),
        "output_tokens_details": st.fixed_dictionaries({"thinking_tokens": COUNT}),
        "server_tool_use": st.fixed_dictionaries({"web_search_requests": COUNT, "web_fetch_requests": COUNT}),
    },
)
STOPS = st.one_of(
    st.fixed_dictionaries(
        {
            "stop_reason": st.sampled_from(["end_turn", "max_tokens", "tool_use", "pause_turn"]),
            "stop_sequence": st.none(),
            "stop_details": st.none(),
        }
    ),
    st.fixed_dictionaries({"stop_reason": st.just("stop_sequence"), "stop_sequence": TEXT, "stop_details": st.none()}),
    st.fixed_dictionaries(
        {
            "stop_reason": st.just("refusal"),
            "stop_sequence": st.none(),
            "stop_details": block("refusal", category=st.just("cyber"), explanation=TEXT),
        }
    ),
)
HEADS = st.fixed_dictionaries(
    {
        "model": st.just("claude-opus-4-7"),
        "id": identifier("msg"),
        "type": st.just("message"),
        "role": st.just("assistant"),
        "content": st.lists(BLOCKS, max_size=5),
        "usage": USAGES,
    },
    optional={
        "container": st.fixed_dictionaries({"id": TEXT, "expires_at": st.just("2026-11-21T00:00:00Z")}),
        "diagnostics": st.fixed_dictionaries({"cache_miss_reason": st.none()}),
        "a_field_of_next_year": JSON,
    },
)
SIMPLE_HEADS = st.fixed_dictionaries(
    {
        "model": st.just("claude-opus-4-7"),
        "id": identifier("msg"),
        "type": st.just("message"),
        "role": st.just("assistant"),
        "content": st.lists(
            block("text", text=TEXT) | block("tool_use", id=identifier("toolu"), name=NAMES, input=INPUTS), max_size=5
        ),
        "usage": st.fixed_dictionaries(
            {"input_tokens": st.integers(1, 10_000), "output_tokens": st.integers(1, 10_000)}
        ),
    }
)
SIMPLE_STOPS = st.fixed_dictionaries(
    {"stop_reason": st.sampled_from(["end_turn", "max_tokens", "tool_use"]), "stop_sequence": st.none()}
)
# What the accumulators of SDKs before 2.0 knew.
SIMPLE_MESSAGES: st.SearchStrategy[dict[str, Any]] = st.builds(
    lambda head, stop: head | stop, SIMPLE_HEADS, SIMPLE_STOPS
)
MESSAGES: st.SearchStrategy[dict[str, Any]] = st.builds(lambda head, stop: head | stop, HEADS, STOPS)
