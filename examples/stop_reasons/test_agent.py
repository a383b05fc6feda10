"""Each way in which an answer can end, scripted."""

import pytest
from agent import MODEL, SECOND_OPINION, RefusedError, ask

from pytest_opus import server_tool_use, text, tool_use, turn

SEARCH = server_tool_use("web_search", {"query": "python 3.14"}, id="srvtoolu_01A")
FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_01A",
    "content": [
        {
            "type": "web_search_result",
            "url": "https://docs.example/3.14",
            "title": "What's new",
            "encrypted_content": "EqgfCioIARgB",
            "page_age": None,
        }
    ],
}
CITATION = {
    "type": "web_search_result_location",
    "url": "https://docs.example/3.14",
    "title": "What's new",
    "encrypted_index": "Eo8BCioIAhgB",
    "cited_text": "Template strings",
}


def refusal(explanation):
    details = {"type": "refusal", "category": "cyber", "explanation": explanation}
    return turn(stop_reason="refusal", stop_details=details)


def test_server_tools_and_citations(opus):
    cited = {"type": "text", "text": "Template strings.", "citations": [CITATION]}
    opus.script([SEARCH, FOUND, cited])
    assert ask("What is new?") == "Template strings."


def test_a_paused_turn_is_continued(opus):
    opus.script(turn(text("Searching. "), SEARCH, stop_reason="pause_turn"), [FOUND, text("Template strings.")])
    assert ask("What is new?") == "Template strings."
    continued = opus.calls[1].request.messages[-1]
    assert (continued.role, continued.content[-1].type) == ("assistant", "server_tool_use")


def test_a_call_that_was_cut_off_is_not_run_but_asked_for_again(opus):
    note = {"path": "a.md", "text": "It is a long story."}
    opus.script(
        turn(tool_use("save_note", {"path": "a.md"}), stop_reason="max_tokens"),
        tool_use("save_note", note),
        "Saved.",
    )
    saved = []

    def save_note(path, text):
        saved.append((path, text))
        return "saved"

    assert ask("Write it down", save_note) == "Saved."
    assert saved == [("a.md", "It is a long story.")]
    assert [call.request.max_tokens for call in opus.calls] == [1_000, 4_000, 4_000]


def test_a_refusal_is_taken_to_another_model(opus):
    opus.when(model=MODEL).script(refusal("No."))
    opus.when(model=SECOND_OPINION).script("Here you are.")
    assert ask("A harmless question") == "Here you are."


def test_a_refusal_of_both_models_says_why(opus):
    opus.script(refusal("No."), refusal("Not me either."))
    with pytest.raises(RefusedError, match="Not me either"):
        ask("A harmful question")


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
def test_an_answer_that_was_cut_off_says_so(opus, reason):
    opus.script(turn("Once upon a time", stop_reason=reason))
    assert ask("Tell me a story") == "Once upon a time [cut off]"
