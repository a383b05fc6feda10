import json

from pytest_opus._api.events import accumulate, message_events
from pytest_opus._cassette.scan import Finding, scan
from pytest_opus._cassette.scrub import Scrubber

KEY = "sk-ant-api03-" + "aB3xY9_-" * 11 + "AA"


def scrubber(**environ):
    environ = {"ANTHROPIC_API_KEY": KEY} | environ
    return Scrubber.of(environ, "/home/alice", "alices-macbook-pro.local", "alice")


def test_a_key_of_the_environment_bears_the_name_of_its_variable():
    assert scrubber().text(f"The key is {KEY}.") == "The key is <scrubbed ANTHROPIC_API_KEY>."


def test_a_key_that_the_model_says_in_pieces():
    message = {
        "type": "message",
        "content": [{"type": "text", "text": f"The key is {KEY}."}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    events = message_events(message)

    scrubbed = scrubber().events(events)

    assert accumulate(scrubbed)["content"][0]["text"] == "The key is <scrubbed ANTHROPIC_API_KEY>."
    assert len(scrubbed) == len(events)


def test_a_finding_names_line_and_kind():
    text = json.dumps({"a": 1, "b": f"x {KEY}"}, indent=1)

    assert scan(scrubber(), text) == [Finding("line 3", "ANTHROPIC_API_KEY")]
