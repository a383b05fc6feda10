"""A history that an earlier interaction holds stands in a cassette once."""

import json

import pytest

from pytest_opus._api.conversation import extended, messages_of
from pytest_opus._api.events import message_events
from pytest_opus._api.request import Sent
from pytest_opus._cassette.history import BrokenReferenceError, Reader, Writer
from pytest_opus._cassette.interaction import Events, Interaction, Json, RecordedRequest, RecordedResponse
from pytest_opus._cassette.same import first_difference
from pytest_opus._cassette.text import from_text, to_text

LONG = "lorem ipsum dolor sit amet " * 6
USER = [{"role": "user", "content": f"{number}: {LONG}"} for number in range(1, 10)]


def answer(text, **more):
    usage = {"input_tokens": 1, "output_tokens": 1}
    content = [{"type": "text", "text": text}]
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": content,
        "usage": usage,
    } | more


def interaction(sent, body=""):
    request = RecordedRequest("POST", "https://api.anthropic.com/v1/messages", {}, sent)
    return Interaction(request, RecordedResponse(200, {}, body))


def written(*asked):
    """The `messages` of requests as they are written, each after the answer to the one before it."""
    writer = Writer()
    values = []
    for number, (messages, body) in enumerate(asked, 1):
        values.append(writer.value(number, Sent({"model": "m"}, extended(None, messages)))["messages"])
        writer.answered(number, body)
    return values


def test_a_history_is_a_reference_to_the_request_that_had_it_first():
    reply = {"role": "assistant", "content": "Yes."}
    asked = [(USER[:1], ""), ([*USER[:1], reply, USER[1]], ""), ([*USER[:1], reply, *USER[1:3]], "")]

    assert written(*asked) == [
        USER[:1],
        [{"x_opus": {"first": 1, "of": 1}}, reply, USER[1]],
        [{"x_opus": {"first": 3, "of": 2}}, USER[2]],
    ]


def test_what_is_short_stands_where_it_is():
    short = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]

    assert written((short[:1], ""), (short, "")) == [short[:1], short]


def test_conversations_that_part_refer_to_what_they_share():
    asked = [(USER[:3], ""), ([*USER[:2], USER[7]], ""), ([*USER[:2], *USER[7:9]], "")]

    assert written(*asked)[1:] == [
        [{"x_opus": {"first": 2, "of": 1}}, USER[7]],
        [{"x_opus": {"first": 3, "of": 2}}, USER[8]],
    ]


def test_where_the_program_drops_the_oldest_the_rest_is_a_reference():
    asked = [(USER[:4], ""), (USER[2:6], ""), ([{"role": "user", "content": "Go on"}, *USER[4:7]], "")]

    assert written(*asked)[1:] == [
        [{"x_opus": {"from": 3, "to": 4, "of": 1}}, *USER[4:6]],
        [{"role": "user", "content": "Go on"}, {"x_opus": {"from": 3, "to": 4, "of": 2}}, USER[6]],
    ]


@pytest.mark.parametrize(
    "body", [Json(answer(LONG)), Events(list(message_events(answer(LONG))))], ids=["json", "stream"]
)
def test_an_answer_in_the_history_is_a_reference_whatever_the_order_of_its_keys(body):
    sdk = {"content": [{"text": LONG, "type": "text"}], "role": "assistant"}
    text = {"role": "assistant", "content": LONG}

    assert written((USER[:1], body), ([sdk], ""), ([text], ""))[1:] == [
        [{"x_opus": {"answer": 1}}],
        [{"x_opus": {"answer_text": 1}}],
    ]


def test_an_answer_that_was_changed_is_no_reference():
    longer = {"role": "assistant", "content": [{"type": "text", "text": LONG, "cache_control": {"type": "ephemeral"}}]}

    assert written((USER[:1], Json(answer(LONG))), ([longer], ""))[1] == [longer]


def test_long_fields_are_references_too():
    tools = [{"name": "search", "description": LONG}]
    writer = Writer()
    writer.value(1, Sent({"tools": tools, "system": LONG, "model": "m"}, None))

    assert writer.value(2, Sent({"model": "m", "system": LONG, "tools": [*tools]}, None)) == {
        "model": "m",
        "system": {"x_opus": {"of": 1}},
        "tools": {"x_opus": {"of": 1}},
    }
    assert writer.value(3, Sent({"system": LONG + "!"}, None)) == {"system": LONG + "!"}


def test_references_do_not_depend_on_what_objects_are_shared():
    history, links = [], None
    shared, apart = [], []
    for number in range(6):
        history.append(USER[number])
        links = extended(links, [USER[number]])
        shared.append(interaction(Sent({}, links), Json(answer(f"{number} {LONG}"))))
        apart.append(interaction(Sent({}, extended(None, history)), Json(answer(f"{number} {LONG}"))))
        history.append({"role": "assistant", "content": answer(f"{number} {LONG}")["content"]})
        links = extended(links, history[-1:])

    assert to_text(shared) == to_text(apart)


def test_what_is_read_shares_the_links_of_its_history():
    tape = [interaction(Sent({}, extended(None, USER[: number + 1]))) for number in range(3)]
    read = from_text(to_text(tape), "a.yaml").interactions

    links = [one.request.body.conversation for one in read]
    assert links[2].before is links[1]
    assert links[1].before is links[0]
    assert messages_of(links[2]) == USER[:3]


@pytest.mark.parametrize(
    "body",
    [
        Sent({"system": {"x_opus": {"of": 1}}}, None),
        Sent({}, extended(None, [{"x_opus": {"answer": 1}}])),
        Sent({"metadata": {"a": "\ud83d"}}, extended(None, USER)),
        Sent({"deep": json.loads("[" * 90 + "]" * 90)}, None),
        Sent({"k" * 2000: 1}, None),
    ],
    ids=["field", "message", "half a character", "deep", "long key"],
)
def test_a_body_that_looks_like_a_reference_or_is_no_yaml_is_kept_as_text(body):
    tape = [interaction(Sent({"system": LONG}, None)), interaction(body), interaction(body)]
    text = to_text(tape)

    assert "      json_text: |\n        {" in text
    assert first_difference(tape, from_text(text, "a.yaml").interactions) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"system": {"x_opus": {"of": 2}}},
            'the reference {"of":2} leads nowhere: only interactions before this one can be referred to',
        ),
        ({"tools": {"x_opus": {"of": 1}}}, """the reference {"of":1} leads nowhere: that request has no 'tools'"""),
        (
            {"messages": [{"x_opus": {"first": 3, "of": 1}}]},
            'the reference {"first":3,"of":1} leads nowhere: that request has 2 messages',
        ),
        (
            {"messages": [{"x_opus": {"from": 2, "to": 3, "of": 1}}]},
            'the reference {"from":2,"to":3,"of":1} leads nowhere: that request has 2 messages',
        ),
        (
            {"messages": [{"x_opus": {"from": 2, "to": 1, "of": 1}}]},
            """the reference {"from":2,"to":1,"of":1} leads nowhere: 'from' is a number from 1 to that of 'to'""",
        ),
        (
            {"messages": [{"x_opus": {"answer": 1}}]},
            'the reference {"answer":1} leads nowhere: that interaction was not answered with a message',
        ),
        (
            {"messages": [{"x_opus": {"first": True, "of": 1}}]},
            'the reference {"first":true,"of":1} leads nowhere: references are {first: 5, of: 3}, {from: 2, to: 5, of: 3}, {answer: 3}, {answer_text: 3} and {of: 3}',
        ),
        (
            {"messages": [{"x_opus": "last"}]},
            'the reference "last" leads nowhere: references are {first: 5, of: 3}, {from: 2, to: 5, of: 3}, {answer: 3}, {answer_text: 3} and {of: 3}',
        ),
    ],
)
def test_a_reference_that_leads_nowhere_is_an_error(value, message):
    reader = Reader()
    reader.add(interaction(Sent({"system": "Hi"}, extended(None, USER[:2]))))

    with pytest.raises(BrokenReferenceError) as error:
        reader.sent(value)
    assert str(error.value) == message


def test_a_request_that_is_no_json_cannot_be_referred_to():
    reader = Reader()
    reader.add(interaction("text"))

    with pytest.raises(BrokenReferenceError, match="the body of that request is no JSON object"):
        reader.sent({"system": {"x_opus": {"of": 1}}})


def conversation(turns, *, stream, text, window=None):
    """A conversation of so many turns, 1 KB each, with a system prompt of 10 KB."""
    history = []
    for turn in range(turns):
        history = [*history, {"role": "user", "content": f"Question {turn}. {'word ' * 90}"}]
        if window:
            history = history[-window:]
        reply = answer(f"Answer {turn}. {'word ' * 90}")
        body = Events(list(message_events(reply, cut=5))) if stream else Json(reply)
        yield interaction(Sent({"system": "rule\n" * 2_000}, extended(None, history)), body)
        history = [
            *history,
            {"role": "assistant", "content": reply["content"][0]["text"] if text else reply["content"]},
        ]


@pytest.mark.parametrize("window", [None, 21], ids=["whole", "window"])
@pytest.mark.parametrize("text", [False, True], ids=["blocks", "text"])
@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
def test_a_file_grows_with_the_turns_of_a_conversation_not_with_their_square(stream, text, window):
    sizes = [
        len(to_text(list(conversation(turns, stream=stream, text=text, window=window))).encode())
        for turns in (50, 100, 200)
    ]

    assert sizes[2] < 1_000_000
    assert abs((sizes[2] - sizes[1]) - 2 * (sizes[1] - sizes[0])) < 2_000  # longer numbers
