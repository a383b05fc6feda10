"""Whatever is sent in whatever order, each body is read as `json` alone would read it."""

import json

import pytest

pytest.importorskip("hypothesis")

from hypothesis import given
from hypothesis import strategies as st

from pytest_opus._api.conversation import messages_of
from pytest_opus._api.reader import BodyReader

values = st.recursive(
    st.none() | st.booleans() | st.integers(-12, 12) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=4,
)
histories = st.lists(values, max_size=5)
fields = st.dictionaries(st.sampled_from(["model", "tools", "system", "stream"]), values, max_size=3)
separators = st.sampled_from([(", ", ": "), (",", ":"), (" , ", " : ")])


@st.composite
def requests(draw):
    """Bodies that go on from one another, take other turns, or begin anew."""
    history = draw(histories)
    bodies = []
    for _ in range(draw(st.integers(1, 6))):
        kept = history[: draw(st.integers(0, len(history)))]
        history = kept + draw(histories)
        body = draw(fields) | {"messages": history} | {f"{key}_": value for key, value in draw(fields).items()}
        bodies.append(json.dumps(body, separators=draw(separators)).encode())
    return bodies


@given(requests())
def test_every_body_is_read_as_it_is(bodies):
    reader = BodyReader()
    read = [reader.read(data) for data in bodies]

    for data, body in zip(bodies, read, strict=True):
        expected = json.loads(data)
        kept = dict(body.fields)
        if body.conversation is not None:
            kept["messages"] = messages_of(body.conversation)
        assert json.dumps(body.value, sort_keys=True) == json.dumps(expected, sort_keys=True)
        assert json.dumps(kept, sort_keys=True) == json.dumps(expected, sort_keys=True)


@given(requests(), st.data())
def test_a_body_with_a_byte_changed_is_read_as_json_reads_it(bodies, data):
    reader = BodyReader()
    for body in bodies:
        reader.read(body)
    text = bodies[-1].decode()
    place = data.draw(st.integers(0, len(text) - 1))
    changed = (
        text[:place] + data.draw(st.sampled_from(['"', "{", "}", "[", "]", ",", ":", "1", " ", ""])) + text[place + 1 :]
    )

    body = reader.read(changed.encode())

    try:
        expected = json.loads(changed)
        json.dumps(expected, ensure_ascii=False).encode()  # half a character is no JSON
    except ValueError:
        assert body.error is not None
    else:
        assert json.dumps(body.value, sort_keys=True) == json.dumps(expected, sort_keys=True)
