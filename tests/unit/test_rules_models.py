"""What depends on the model: sampling, thinking, effort, prefill, sizes, speed, budgets."""

import pytest

from pytest_opus._api.rules import Validator

HELLO = {"role": "user", "content": "Hello"}
OLD, NEW, GATEWAY = "2023-06-01", "2026-10-21", "toapis"
DOCS = "Please consult our documentation at https://platform.claude.com/docs/en/build-with-claude/extended-thinking"
ENABLED = {"type": "enabled", "budget_tokens": 1024}


def judge(model, rules=OLD, betas=None, models=(), **fields):
    body = {"model": model, "max_tokens": 4096, "messages": [HELLO], **fields}
    return Validator(models=models).judge(body, endpoint="messages", rules=rules, betas=betas)


def message(*args, **fields):
    refusal = judge(*args, **fields)
    return refusal and refusal.message


@pytest.mark.parametrize("model", ["claude-nope", "claude-opus-4.7", "gpt-5"])
def test_unknown_models(model):
    refusal = judge(model)
    assert (refusal.status, refusal.type, refusal.message) == (404, "not_found_error", f"model: {model}")
    assert judge(model, GATEWAY) is None
    assert judge(model, models=[model]) is None


def test_an_unknown_model_is_told_after_the_structure():
    assert judge("claude-nope", messages=[{"role": "user", "content": ""}]).code == "content_empty"


@pytest.mark.parametrize("model", ["claude-opus-4-7", "claude-opus-5", "claude-haiku-5-5", "claude-opus-9"])
@pytest.mark.parametrize(("name", "value"), [("temperature", 0.2), ("top_p", 0.5), ("top_k", 40)])
def test_newer_models_take_no_sampling(model, name, value):
    assert message(model, **{name: value}) == f"`{name}` is deprecated for this model."
    assert judge(model, GATEWAY, **{name: value}) is None


def test_newer_models_take_default_sampling():
    assert judge("claude-opus-4-7", temperature=1, top_p=1.0, top_k=None) is None


@pytest.mark.parametrize("rules", [OLD, GATEWAY])
def test_sampling_has_a_range(rules):
    assert message("claude-sonnet-4-6", rules, temperature=-5.0) == "temperature: range: 0..1"
    assert message("claude-sonnet-4-6", rules, top_p=1.2) == "top_p: range: 0..1"
    assert judge("claude-sonnet-4-6", rules, temperature=0) is None


def test_temperature_or_top_p():
    both = {"temperature": 0.5, "top_p": 0.9}
    expected = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
    assert message("claude-sonnet-4-6", **both) == expected
    assert message("claude-opus-4-1", **both) == expected
    assert judge("claude-sonnet-4-20250514", **both) is None
    assert judge("claude-3-haiku-20240307", **both) is None
    assert judge("claude-sonnet-4-6", GATEWAY, **both) is None


@pytest.mark.parametrize("thinking", [ENABLED, {"type": "adaptive"}])
def test_thinking_fixes_sampling(thinking):
    model = "claude-sonnet-4-6"
    assert judge(model, thinking=thinking, temperature=1) is None
    assert judge(model, thinking=thinking, top_p=0.95) is None
    assert message(model, thinking=thinking, temperature=0.5) == (
        f"`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. {DOCS}"
    )
    assert message(model, thinking=thinking, top_k=5) == f"`top_k` must be unset when thinking is enabled. {DOCS}"
    assert judge(model, thinking=thinking, top_p=0.5).code == "top_p_with_thinking"
    assert judge(model, thinking={"type": "disabled"}, temperature=0.5) is None


@pytest.mark.parametrize("kind", ["enabled", "disabled"])
@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-fable-5", "claude-mythos-5-2"])
def test_thinking_that_newer_models_do_not_take(model, kind):
    thinking = ENABLED if kind == "enabled" else {"type": "disabled"}
    assert message(model, thinking=thinking) == (
        f'"thinking.type.{kind}" is not supported for this model. '
        'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
    )


@pytest.mark.parametrize(
    ("model", "accepted"),
    [
        ("claude-3-5-haiku-latest", {"disabled"}),
        ("claude-sonnet-4-0", {"enabled", "disabled"}),
        ("claude-haiku-4-5", {"enabled", "disabled"}),
        ("claude-opus-4-5", {"enabled", "disabled"}),
        ("claude-opus-4-6", {"adaptive", "enabled", "disabled"}),
        ("claude-opus-4-7", {"adaptive", "disabled"}),
        ("claude-opus-4-8", {"adaptive", "disabled"}),
        ("claude-sonnet-5", {"adaptive", "disabled"}),
        ("claude-opus-5", {"adaptive", "disabled"}),
        ("claude-haiku-5-5", {"adaptive", "disabled"}),
        ("claude-sonnet-5-5", {"adaptive", "between_tools"}),
        ("claude-opus-5-5", {"adaptive"}),
        ("claude-fable-5-2", {"adaptive"}),
        ("claude-mythos-preview", {"adaptive", "enabled"}),
    ],
)
def test_kinds_of_thinking(model, accepted):
    kinds = [ENABLED, {"type": "disabled"}, {"type": "adaptive"}, {"type": "between_tools"}]
    assert {kind["type"] for kind in kinds if judge(model, thinking=kind) is None} == accepted


def test_adaptive_thinking_of_older_models():
    adaptive = {"type": "adaptive", "display": "summarized"}
    assert message("claude-sonnet-4-5", thinking=adaptive) == "adaptive thinking is not supported on this model"


def test_models_without_thinking():
    expected = "'claude-3-5-haiku-latest' does not support thinking."
    assert message("claude-3-5-haiku-latest", thinking=ENABLED) == expected


def test_the_budget_leaves_room():
    thinking = {"type": "enabled", "budget_tokens": 4096}
    assert message("claude-sonnet-4-5", thinking=thinking) == (
        "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
        "https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size"
    )
    assert judge("claude-sonnet-4-5", thinking=thinking, max_tokens=4097) is None
    assert judge("claude-sonnet-4-5", betas=frozenset({"interleaved-thinking-2025-05-14"}), thinking=thinking) is None


@pytest.mark.parametrize(
    ("model", "levels"),
    [
        ("claude-opus-4-5", {"low", "medium", "high"}),
        ("claude-opus-4-6", {"low", "medium", "high", "max"}),
        ("claude-sonnet-4-6", {"low", "medium", "high", "max"}),
        ("claude-opus-4-7", {"low", "medium", "high", "xhigh", "max"}),
        ("claude-sonnet-6", {"low", "medium", "high", "xhigh", "max"}),
    ],
)
def test_effort_levels(model, levels):
    for level in ("low", "medium", "high", "xhigh", "max"):
        expected = None if level in levels else (
            f"This model does not support effort level '{level}'. Supported levels: {', '.join(sorted(levels))}."
        )  # fmt: skip
        assert message(model, output_config={"effort": level}) == expected


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-4-1"])
def test_models_without_effort(model):
    assert message(model, output_config={"effort": "low"}) == "This model does not support the effort parameter."


def test_effort_without_thinking():
    off = {"type": "disabled"}
    assert message("claude-opus-5", output_config={"effort": "max"}, thinking=off) == (
        "output_config.effort 'max' is not supported when thinking is disabled on this model. "
        "Use effort 'high' or below, or enable thinking."
    )
    assert judge("claude-opus-5", output_config={"effort": "high"}, thinking=off) is None
    assert judge("claude-opus-4-7", output_config={"effort": "max"}, thinking=off) is None
    between = {"type": "between_tools"}
    assert (
        judge("claude-sonnet-5-5", output_config={"effort": "xhigh"}, thinking=between).code
        == "effort_without_thinking"
    )


PREFILL = "This model does not support assistant message prefill. The conversation must end with a user message."


@pytest.mark.parametrize("model", ["claude-sonnet-4-6", "claude-opus-4-7", "claude-sonnet-5", "claude-opus-7"])
def test_newer_models_take_no_prefill(model):
    assert message(model, messages=[HELLO, {"role": "assistant", "content": "{"}]) == PREFILL
    assert message(model, GATEWAY, messages=[HELLO, {"role": "assistant", "content": "{"}]) == PREFILL


def test_older_models_take_a_prefill():
    assert judge("claude-haiku-4-5", messages=[HELLO, {"role": "assistant", "content": "{"}]) is None
    assert judge("claude-haiku-4-5", messages=[HELLO, {"role": "assistant", "content": ""}]) is None
    assert message("claude-haiku-4-5", messages=[HELLO, {"role": "assistant", "content": "Yes "}]) == (
        "messages: final assistant content cannot end with trailing whitespace"
    )


@pytest.mark.parametrize(
    ("model", "limit"),
    [
        ("claude-opus-4-7", 128_000),
        ("claude-sonnet-4-20250514", 64_000),
        ("claude-opus-4-1", 32_000),
        ("claude-3-5-haiku-latest", 8192),
        ("claude-3-opus-20240229", 4096),
    ],
)
def test_the_output_fits_the_model(model, limit):
    assert judge(model, max_tokens=limit) is None
    assert message(model, max_tokens=1_000_000) == (
        f"max_tokens: 1000000 > {limit}, which is the maximum allowed number of output tokens for {model}"
    )


def test_long_output_of_3_7():
    model, beta = "claude-3-7-sonnet-latest", frozenset({"output-128k-2025-02-19"})
    assert judge(model, betas=frozenset(), max_tokens=100_000).code == "max_tokens_over_limit"
    assert judge(model, betas=beta, max_tokens=100_000) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"stream": True},
        {"model": "claude-sonnet-4-6", "thinking": ENABLED},
        {"tool_choice": {"type": "any"}, "tools": [{"name": "a", "input_schema": {"type": "object"}}]},
    ],
)
def test_prewarming_asks_for_nothing_else(fields):
    fields = {"model": "claude-opus-4-8", **fields}
    assert judge(**fields, max_tokens=0).code in ("max_tokens_zero", "thinking_budget_over_max_tokens")
    assert judge("claude-opus-4-8", max_tokens=0) is None
    assert message("claude-opus-4-8", GATEWAY, max_tokens=0) == "max_tokens: Input should be greater than or equal to 1"


def test_fast_mode():
    fast = {"speed": "fast"}
    assert message("claude-opus-4-7", **fast) == "'claude-opus-4-7' does not support the `speed` parameter."
    assert judge("claude-opus-4-8", **fast) is None
    assert judge("claude-opus-4-6", **fast) is None
    assert judge("claude-opus-4-7", speed="standard") is None


def test_task_budgets():
    budget = {"output_config": {"task_budget": {"type": "tokens", "total": 20_000, "remaining": 500}}}
    assert judge("claude-opus-4-7", **budget) is None
    assert judge("claude-opus-4-6", **budget).code == "task_budget_unsupported"
    assert judge("claude-opus-5-5", **budget) is None


def test_clearing_of_thinking_needs_thinking():
    clear = {"type": "clear_thinking_20251015", "keep": "all"}
    edits = {"context_management": {"edits": [clear]}}
    expected = "`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive"
    assert message("claude-opus-4-7", **edits) == expected
    assert message("claude-opus-5", thinking={"type": "disabled"}, **edits) == expected
    assert judge("claude-opus-4-7", thinking={"type": "adaptive"}, **edits) is None
    assert judge("claude-haiku-4-5", thinking=ENABLED, **edits) is None
    assert judge("claude-opus-5-5", **edits) is None
    two = {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}, clear]}}
    assert judge("claude-opus-4-7", thinking={"type": "adaptive"}, **two).code == "clear_thinking_not_first"


def loop(*opening):
    return [
        HELLO,
        {"role": "assistant", "content": [*opening, {"type": "tool_use", "id": "a", "name": "run", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "ok"}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "b", "name": "run", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "b", "content": "ok"}]},
    ]


def test_a_tool_loop_starts_with_manual_thinking():
    model, thought = "claude-sonnet-4-5", {"type": "thinking", "thinking": "hm", "signature": "s"}
    assert message(model, thinking=ENABLED, messages=loop()) == (
        "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is "
        "enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` "
        "and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid this "
        "requirement, disable `thinking`. Please consult our documentation at "
        "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
    )
    assert "thinking()" in judge(model, thinking=ENABLED, messages=loop()).hint
    assert judge(model, thinking=ENABLED, messages=loop(thought)) is None
    assert judge(model, thinking=ENABLED, messages=loop({"type": "redacted_thinking", "data": "x"})) is None
    assert judge(model, messages=loop()) is None
    assert judge(model, thinking=ENABLED, messages=[*loop(), {"role": "assistant", "content": "ok"}, HELLO]) is None


def test_inference_geo():
    assert judge("claude-opus-4-7", inference_geo="us") is None
    assert judge("claude-haiku-4-5", inference_geo="us").code == "inference_geo_unsupported"


def test_fallbacks_differ():
    assert judge("claude-opus-5", fallbacks=[{"model": "claude-opus-4-8"}, {"model": "claude-sonnet-5"}]) is None
    assert message("claude-opus-5", fallbacks=[{"model": "claude-opus-5"}]) == (
        "fallbacks: claude-opus-5 is not a valid fallback target for claude-opus-5"
    )


def test_a_gateway_follows_the_model_that_an_id_spells():
    assert judge("anthropic/claude-opus-4.7", GATEWAY, speed="fast").code == "speed_unsupported"
    assert judge("house-model", GATEWAY, speed="fast", temperature=0.3) is None
