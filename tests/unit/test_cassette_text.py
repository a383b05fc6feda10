"""Cassettes as text: readable, the same every time, and an error if anything happened to them."""

import difflib

import pytest
import yaml

from pytest_opus._api.conversation import extended
from pytest_opus._api.events import message_events
from pytest_opus._api.request import Sent
from pytest_opus._cassette.interaction import (
    CassetteError,
    Events,
    Interaction,
    Json,
    RecordedAt,
    RecordedRequest,
    RecordedResponse,
)
from pytest_opus._cassette.text import from_text, to_text

URI = "https://api.anthropic.com/v1/messages"
CURE = "Bring it back (git checkout -- a.yaml), or delete it and record again with --opus-record=all."


def message(*content, stop_reason="end_turn"):
    usage = {"input_tokens": 25, "output_tokens": 15}
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-7",
        "content": list(content),
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": usage,
    }


def text_block(text):
    return {"type": "text", "text": text}


def request(*messages, **fields):
    body = Sent({"model": "claude-opus-4-7", "max_tokens": 64, **fields}, extended(None, messages))
    return RecordedRequest("POST", URI, {"content-type": "application/json"}, body)


def response(body, **more):
    kind = "text/event-stream; charset=utf-8" if isinstance(body, Events) else "application/json"
    return RecordedResponse(200, {"content-type": kind}, body, **more)


CALL = {"type": "tool_use", "id": "toolu_01", "name": "get_weather", "input": {"city": "Paris"}}
TOOL = {
    "name": "get_weather",
    "description": "The weather of a city.\nCall it once.\n",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
ASK = {"role": "user", "content": "Weather in Paris, please 🙂\nand in a line:\n\n  1 °C"}
RESULT = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_01", "content": "-1"}]}
STREAM = list(message_events(message(text_block("Let me see é🙂."), CALL, stop_reason="tool_use"), cut=8))
TAPE = [
    Interaction(
        request(ASK, system="Be brief. " * 13, tools=[TOOL], stream=True, temperature=1.0),
        response(Events(STREAM), recorded=RecordedAt("2026-11-22", 0.31249, 1.5), sdk="anthropic 2.12.0"),
    ),
    Interaction(
        request(
            ASK,
            {"role": "assistant", "content": [text_block("Let me see é🙂."), CALL]},
            RESULT,
            system="Be brief. " * 13,
            tools=[TOOL],
            stream=False,
        ),
        response(Json(message(text_block("It is cold."))), recorded=RecordedAt("2026-11-22", None, 2.0)),
    ),
    Interaction(
        RecordedRequest("GET", "https://api.anthropic.com/v1/models", {}),
        RecordedResponse(None, {}, state="error:ConnectError", reason="Connection refused"),
    ),
]
TEXT = """\
# pytest-opus cassette, format 1: recorded calls without their secrets. To record again: pytest --opus-record=all
interactions:
# 1
- request:
    method: POST
    uri: https://api.anthropic.com/v1/messages
    headers:
      content-type: application/json
    body:
      json:
        model: claude-opus-4-7
        max_tokens: 64
        system: "Be brief. Be brief. Be brief. Be brief. Be brief. Be brief. Be brief. Be brief. Be brief. Be brief. Be brief. Be brief. Be brief. "
        tools:
        - name: get_weather
          description: |
            The weather of a city.
            Call it once.
          input_schema:
            type: object
            properties:
              city:
                type: string
            required:
            - city
        stream: true
        temperature: 1.0
        messages:
        - role: user
          content: |-
            Weather in Paris, please 🙂
            and in a line:

              1 °C
  response:
    status: {code: 200, message: OK}
    headers:
      content-type: text/event-stream; charset=utf-8
    x_opus:
      recorded_at: {day: "2026-11-22", first_byte: 0.312, seconds: 1.5}
      sdk: anthropic 2.12.0
      state: complete
      model: claude-opus-4-7
      stop_reason: tool_use
      usage: {input_tokens: 25, output_tokens: 15}
      text: Let me see é🙂.
      tool_calls:
      - get_weather({"city":"Paris"})
    body:
      events: |
        {"type":"message_start","message":{"id":"msg_01","type":"message","role":"assistant","model":"claude-opus-4-7","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1}}}
        {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
        {"type":"ping"}
        {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":["Let me s","ee é🙂."]}}
        {"type":"content_block_stop","index":0}
        {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_01","name":"get_weather","input":{}}}
        {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":["","{\\"city\\":"," \\"Paris\\"","}"]}}
        {"type":"content_block_stop","index":1}
        {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":25,"output_tokens":15}}
        {"type":"message_stop"}
# 2
- request:
    method: POST
    uri: https://api.anthropic.com/v1/messages
    headers:
      content-type: application/json
    body:
      json:
        model: claude-opus-4-7
        max_tokens: 64
        system: {x_opus: {of: 1}}
        tools: {x_opus: {of: 1}}
        stream: false
        messages:
        - role: user
          content: |-
            Weather in Paris, please 🙂
            and in a line:

              1 °C
        - x_opus: {answer: 1}
        - role: user
          content:
          - type: tool_result
            tool_use_id: toolu_01
            content: "-1"
  response:
    status: {code: 200, message: OK}
    headers:
      content-type: application/json
    x_opus:
      recorded_at: {day: "2026-11-22", seconds: 2.0}
      state: complete
      model: claude-opus-4-7
      stop_reason: end_turn
      usage: {input_tokens: 25, output_tokens: 15}
      text: It is cold.
    body:
      json:
        id: msg_01
        type: message
        role: assistant
        model: claude-opus-4-7
        content:
        - type: text
          text: It is cold.
        stop_reason: end_turn
        stop_sequence: null
        usage:
          input_tokens: 25
          output_tokens: 15
# 3
- request:
    method: GET
    uri: https://api.anthropic.com/v1/models
  response:
    x_opus:
      state: error:ConnectError
      reason: Connection refused
...
# end 3 sha256:HASH
"""
SMALL = to_text(TAPE[2:])


def edited(old, new, text=SMALL):
    assert old in text
    return text.replace(old, new)


def test_a_cassette_is_yaml_for_people():
    text = to_text(TAPE)
    seal = text[-17:-1]

    assert text == TEXT.replace("HASH", seal)
    assert yaml.safe_load(text)["interactions"][0]["request"]["body"]["json"]["tools"] == [TOOL]


def test_it_is_the_same_every_time_but_for_the_lines_of_recorded_at():
    later = [one._replace(response=_later(one.response)) for one in TAPE]
    old, new = to_text(TAPE).splitlines(), to_text(later).splitlines()

    assert to_text(TAPE) == to_text(TAPE)
    changed = {line.split(":")[0].strip() for line in set(old) ^ set(new)}
    assert changed == {"recorded_at"}


def _later(response):
    return RecordedResponse(
        response.status,
        response.headers,
        response.body,
        response.state,
        response.reason,
        RecordedAt("2027-01-01", 9.0, 9.5) if response.recorded != RecordedAt() else RecordedAt(),
        response.sdk,
        response.test,
    )


def test_each_interaction_is_known_by_its_line():
    tape = from_text(to_text(TAPE), "a.yaml")

    assert tape.lines == [4, 62, 113]
    assert (tape.sealed, tape.foreign) == (True, False)


def test_a_cassette_of_nothing_is_one():
    assert from_text(to_text([]), "a.yaml").interactions == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("one word", "one name"), ("first", "second"), ("  deep", "  deeper")],
)
def test_a_word_of_a_prompt_that_changes_changes_its_line_and_the_seal(old, new):
    def lines(prompt):
        question = {"role": "user", "content": prompt}
        return to_text([Interaction(request(question), TAPE[1].response)]).splitlines()

    prompt = "The first line holds one word\n\nand then:\n  deep\nThat is all."
    diff = difflib.unified_diff(lines(prompt), lines(prompt.replace(old, new)), n=0, lineterm="")
    added = [line for line in diff if line.startswith("+") and not line.startswith("+++")]

    assert len(added) == 2
    assert added[1].startswith("+# end 1 sha256:")


@pytest.mark.parametrize(
    "text", [to_text(TAPE), to_text([]), to_text(TAPE).replace("\n", "\r\n")], ids=["full", "empty", "crlf"]
)
def test_no_beginning_of_a_cassette_is_taken_for_one(text):
    data = text.encode()
    for length in range(len(data)):
        with pytest.raises(CassetteError, match=r"^a\.yaml:\d+: ."):
            from_text(data[:length].decode(errors="ignore"), "a.yaml")


def test_line_ends_and_a_mark_that_windows_adds_are_read_as_they_were_written():
    tape = from_text("\ufeff" + to_text(TAPE).replace("\n", "\r\n"), "a.yaml")

    assert tape.sealed
    assert to_text(tape.interactions) == to_text(TAPE)


def test_a_cassette_may_be_edited_by_hand():
    tape = from_text(edited("Connection refused", "'No such host' # as seen in winter"), "a.yaml")

    assert tape.interactions[0].response.reason == "No such host"
    assert not tape.sealed


def test_the_summary_is_not_believed():
    text = edited("reason: Connection refused", "reason: Connection refused\n      model: [whatever, 1]")

    assert to_text(from_text(text, "a.yaml").interactions) == SMALL


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.yaml:1: the cassette is empty: writing it was interrupted, or it was emptied since. " + CURE),
        (" \n\n", "a.yaml:1: the cassette is empty: writing it was interrupted, or it was emptied since. " + CURE),
        (
            SMALL + "\n",
            "a.yaml:13: the end of the cassette is missing: it was cut off, or something was added to it. " + CURE,
        ),
        (
            SMALL[:-1],
            "a.yaml:12: the end of the cassette is missing: it was cut off, or something was added to it. " + CURE,
        ),
        (
            SMALL + SMALL,
            "a.yaml:11: the cassette goes on after its end: two of them were put together. " + CURE,
        ),
        (edited("Connection", "\0\0"), "a.yaml:10: the cassette holds zero bytes: its text was lost. " + CURE),
        (
            edited("# 1\n", "<<<<<<< HEAD\n# 1\n"),
            "a.yaml:3: the cassette holds a merge conflict. Resolve the conflict by taking one side whole (git checkout "
            "--ours or --theirs), or delete the file and record again with --opus-record=all.",
        ),
        (
            edited("# end 1", "# end 2"),
            "a.yaml:12: the cassette holds 1 interactions, but its last line counts 2. If that is meant, correct the "
            "number in the last line; else bring the file back (git checkout -- a.yaml), or delete it and record again "
            "with --opus-record=all.",
        ),
        (
            edited("format 1", "format 2"),
            "a.yaml:1: the cassette has a format that this version does not know. Upgrade pytest-opus.",
        ),
        (
            edited("    method: GET\n", ""),
            "a.yaml:4: this interaction cannot be read: a request has no method or no uri. " + CURE,
        ),
        (
            edited("    method: GET\n", "    method: GET\n    methud: GET\n"),
            "a.yaml:4: this interaction cannot be read: a request has the key 'methud', which means nothing; known are "
            "method, uri, headers, body. " + CURE,
        ),
        (
            edited("method: GET", "method: 17"),
            "a.yaml:4: this interaction cannot be read: 'method' of a request is 17. " + CURE,
        ),
        (
            edited("state: error:ConnectError", "state: complete"),
            "a.yaml:4: this interaction cannot be read: a response is complete and has no status. " + CURE,
        ),
        (
            edited("  response:\n", "  response:\n    status: {code: true}\n"),
            "a.yaml:4: this interaction cannot be read: 'code' of a status is true. " + CURE,
        ),
        (
            edited("  response:\n", "  response:\n    body: {string: a, base64: YQ==}\n"),
            "a.yaml:4: this interaction cannot be read: the body of a response has not one of json, json_text, events, "
            "string, base64. " + CURE,
        ),
        (
            edited("  response:\n", "  response:\n    body: {base64: '***'}\n"),
            "a.yaml:4: this interaction cannot be read: the body of a response has 'base64' that is none. " + CURE,
        ),
        (
            edited("  response:\n", "  response:\n    body: {json_text: '{'}\n"),
            "a.yaml:4: this interaction cannot be read: the body of a response has 'json_text' that is no JSON. "
            + CURE,
        ),
        (
            edited("  response:\n", "  response:\n    body: {events: '{\"type\":'}\n"),
            "a.yaml:4: this interaction cannot be read: its events are not one JSON object on each line. " + CURE,
        ),
        (
            edited("  response:\n", "    body: {events: '{}'}\n  response:\n"),
            "a.yaml:4: this interaction cannot be read: the body of a request has 'events'. " + CURE,
        ),
        (
            edited("  response:\n", "    body: {json: [1]}\n  response:\n"),
            "a.yaml:4: this interaction cannot be read: the JSON of a request is no object. " + CURE,
        ),
        (
            edited("  response:\n", "    body: {json: {system: {x_opus: {of: 1}}}}\n  response:\n"),
            'a.yaml:4: this interaction cannot be read: the reference {"of":1} leads nowhere: only interactions before '
            "this one can be referred to. " + CURE,
        ),
        (
            edited("interactions:\n", "recordings:\n"),
            "a.yaml:2: the cassette has not the one key 'interactions', with a list. " + CURE,
        ),
        (
            edited("    x_opus:\n", "  x_opus:\n"),
            "a.yaml:4: this interaction cannot be read: 'response' of an interaction is null. " + CURE,
        ),
        (
            edited("state: error", "state: !!python/object/apply:os.system error"),
            "a.yaml:9: the cassette cannot be read: the tag !!python/object/apply:os.system is not allowed: nothing in "
            "a cassette is ever executed. " + CURE,
        ),
        (
            edited("state: error", "state: &anchor error"),
            "a.yaml:9: the cassette cannot be read: YAML anchors and aliases do not belong into a cassette. " + CURE,
        ),
        (
            edited("reason: Connection", "reason: [Connection"),
            "a.yaml:11: the cassette cannot be read: did not find expected ',' or ']'. " + CURE,
        ),
        (
            edited("Connection", "Conn\x01ection"),
            "a.yaml:10: the cassette cannot be read: the character U+0001 is not allowed in YAML. " + CURE,
        ),
    ],
)
def test_what_happened_to_a_cassette_is_an_error_that_says_where_and_what_to_do(text, message):
    with pytest.raises(CassetteError) as error:
        from_text(text, "a.yaml")
    assert str(error.value) == message


def test_half_a_character_in_a_header_is_an_error():
    tape = [Interaction(RecordedRequest("GET", URI, {"x": "\ud83d"}), TAPE[2].response)]

    with pytest.raises(CassetteError) as error:
        to_text(tape)
    assert str(error.value) == "Interaction 1 cannot be written into a cassette: half a character."
