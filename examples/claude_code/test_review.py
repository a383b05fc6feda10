"""Claude Code is a process of its own, whose subagents ask in no fixed order: the server and its routes serve both."""

import asyncio

import pytest

from pytest_opus import server_tool_use, text, tool_use

pytest.importorskip("claude_agent_sdk")

from review import review

SEARCHED = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_01search",
    "content": [
        {
            "type": "web_search_result",
            "url": "https://docs.python.org/3/library/stdtypes.html",
            "title": "Built-in types",
            "encrypted_content": "EqgfCioIARgBIiQ3",
            "page_age": None,
        }
    ],
}


@pytest.fixture(autouse=True)
def quiet(monkeypatch, tmp_path):
    """Claude Code with a home of its own, which asks nobody but the server."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_TELEMETRY", "DISABLE_AUTOUPDATER"):
        monkeypatch.setenv(name, "1")


def test_a_subagent_and_a_search(opus_server, tmp_path):
    file = tmp_path / "name.py"
    file.write_text("def initial(name):\n    return name[0]\n")

    opus_server.when(system="You review code.").script(
        tool_use("Read", {"file_path": str(file)}),
        "initial() fails for an empty name.",
    )
    opus_server.when(tools="web_search").script(  # WebSearch asks the API to search, in a request of its own
        [server_tool_use("web_search", {"query": "str index"}, id="srvtoolu_01search"), SEARCHED, text("IndexError.")]
    )
    lead = opus_server.when(system="You lead a review.")
    lead.script(
        [
            tool_use("Agent", {"description": "Review", "prompt": "Review name.py.", "subagent_type": "reviewer"}),
            tool_use("WebSearch", {"query": "index of an empty str"}),
        ]
    )
    lead.otherwise("The review is done: it fails for an empty name.")

    assert asyncio.run(review(file)) == "The review is done: it fails for an empty name."

    results = {call.name: call.result for call in opus_server.tool_calls}
    assert "return name[0]" in results["Read"].text
    assert "IndexError." in results["WebSearch"].text
    assert [call.status for call in opus_server.calls if call.status != 200] == []
