"""The table of models."""

import pytest

from pytest_opus._api.models import EFFORT_LEVELS, MODELS, find_model, model_info


def test_the_newest_model_comes_first():
    created = [model.created for model in MODELS]
    assert created == sorted(created, reverse=True)


def test_ids_and_aliases_are_unique():
    names = [name for model in MODELS for name in (model.id, *model.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("claude-opus-4-7", "claude-opus-4-7"),
        ("claude-opus-4-5", "claude-opus-4-5-20251101"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5-20251001"),
        ("claude-sonnet-4-0", "claude-sonnet-4-20250514"),
        ("claude-opus-4-1", "claude-opus-4-1-20250805"),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
        ("claude-3-7-sonnet-latest", "claude-3-7-sonnet-20250219"),
        ("claude-3-haiku-20240307", "claude-3-haiku-20240307"),
        ("claude-2.1", "claude-2.1"),
    ],
)
def test_known_ids_and_aliases(asked, found):
    assert find_model(asked).id == found


@pytest.mark.parametrize(
    ("asked", "like"),
    [
        ("claude-opus-6", "claude-opus-5-5"),
        ("claude-sonnet-7-20270101", "claude-sonnet-5-5"),
        ("claude-haiku-6-latest", "claude-haiku-5-5"),
        ("claude-fable-6-1", "claude-fable-5-2"),
        ("claude-mythos-9", "claude-mythos-5-2"),
        ("claude-opus-4-7-20260416", "claude-opus-4-7"),
        ("claude-sonnet-4-6-latest", "claude-sonnet-4-6"),
    ],
)
def test_an_unknown_id_of_a_known_family_follows_its_rules(asked, like):
    model, kin = find_model(asked), find_model(like)
    assert model.id == asked
    assert (model.thinking, model.forced_tools, model.effort, model.line, model.context) == (
        kin.thinking,
        kin.forced_tools,
        kin.effort,
        kin.line,
        kin.context,
    )


@pytest.mark.parametrize(
    "asked",
    ["claude-nope", "claude-opus-4.7", "gpt-5", "claude-opus", "opus-4-7", "claude-4-5-haiku", "Claude-opus-4-7", ""],
)
def test_other_ids_are_unknown(asked):
    assert find_model(asked) is None


def test_listed_ids_follow_the_newest_opus():
    model = find_model("house-model", extra=["house-model"])
    assert (model.id, model.line, model.forced_tools) == ("house-model", "opus", False)


@pytest.mark.parametrize("spelling", ["claude-opus-4.7", "anthropic/claude-opus-4.7"])
def test_listed_spellings_of_known_models_follow_these(spelling):
    model = find_model(spelling, extra={spelling})
    assert (model.id, model.system_messages, model.forced_tools) == (spelling, False, True)


@pytest.mark.parametrize(
    ("id_", "facts"),
    [
        (
            "claude-opus-4-7",
            {
                "sampling": "none",
                "prefill": False,
                "effort": EFFORT_LEVELS,
                "tokenizer": "new",
                "max_output": 128_000,
                "min_cache_tokens": 2048,
                "tool_overhead": (675, 804),
                "system_messages": False,
                "task_budget": True,
                "fast": "no",
            },
        ),
        (
            "claude-opus-4-6",
            {
                "sampling": "either",
                "prefill": False,
                "effort": ("low", "medium", "high", "max"),
                "tokenizer": "old",
                "fast": "ignored",
                "thinking": ("adaptive", "enabled", "disabled"),
            },
        ),
        (
            "claude-opus-4-5",
            {
                "sampling": "either",
                "prefill": True,
                "effort": ("low", "medium", "high"),
                "context": 200_000,
                "max_output": 64_000,
            },
        ),
        (
            "claude-sonnet-4-5",
            {"effort": (), "lifecycle": "deprecated", "retires": "2026-11-30", "thinking": ("enabled", "disabled")},
        ),
        (
            "claude-sonnet-5-5",
            {"thinking": ("adaptive", "between_tools"), "forced_tools": False, "default_effort": "high"},
        ),
        (
            "claude-opus-5-5",
            {"thinking": ("adaptive",), "forced_tools": False, "default_effort": "medium", "fast": "yes"},
        ),
        ("claude-haiku-5-5", {"forced_tools": True, "default_effort": "medium"}),
        ("claude-fable-5", {"forced_tools": True, "system_messages": True, "fast": "no"}),
        ("claude-3-5-haiku-latest", {"lifecycle": "retired", "max_output": 8192, "thinking": (), "sampling": "both"}),
    ],
)
def test_facts(id_, facts):
    model = find_model(id_)
    assert {name: getattr(model, name) for name in facts} == facts


def test_the_object_of_the_wire():
    info = model_info(find_model("claude-opus-4-7"))
    assert {key: value for key, value in info.items() if key != "capabilities"} == {
        "type": "model",
        "id": "claude-opus-4-7",
        "display_name": "Claude Opus 4.7",
        "created_at": "2026-04-16T00:00:00Z",
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "line": "opus",
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
    }
    assert info["capabilities"]["effort"] == {
        "supported": True,
        **{level: {"supported": True} for level in EFFORT_LEVELS},
    }
    assert info["capabilities"]["thinking"]["types"] == {
        "adaptive": {"supported": True},
        "between_tools": {"supported": False},
        "disabled": {"supported": True},
        "enabled": {"supported": False},
    }
    assert set(info["capabilities"]) == {
        "batch", "citations", "code_execution", "context_management", "effort", "image_input", "pdf_input",
        "server_tools", "structured_outputs", "thinking",
    }  # fmt: skip


def test_every_model_has_an_object():
    for model in MODELS:
        info = model_info(model)
        assert info["id"] == model.id
        assert info["line"] in ("haiku", "sonnet", "opus", "fable", "mythos", None)
