"""`opus_chunking`: a hand-written reader of streams is run under every cutting."""

from __future__ import annotations

READER = """
import json
import httpx

def read(split):
    text = ""
    with httpx.stream("POST", "https://api.anthropic.com/v1/messages", headers=headers(),
                      json=body(stream=True)) as answer:
        for frame in split(answer.iter_bytes()):
            for line in frame.splitlines():
                if line.startswith(b"data: ") and b"text_delta" in line:
                    text += json.loads(line[6:])["delta"]["text"]
    return text
"""

CAREFUL = """
def careful(chunks):
    buffer = b""
    for chunk in chunks:
        *frames, buffer = (buffer + chunk).split(b"\\n\\n")
        yield from frames

@pytest.mark.opus_chunking
def test_it(opus):
    opus.script("Gr\\u00fc\\u00dfe, \\U0001f44b!")
    assert read(careful) == "Gr\\u00fc\\u00dfe, \\U0001f44b!"
"""

CARELESS = """
@pytest.mark.opus_chunking
def test_it(opus):
    opus.script("Hello there.")
    assert read(lambda chunks: chunks) == "Hello there."
"""


def test_a_careful_reader_passes_all_of_them(project):
    outcome = project.run(READER + CAREFUL, "-v")
    assert outcome.counts == {"passed": 3}
    for cutting in ("events", "bytes", "whole"):
        assert f"::test_it[{cutting}] PASSED" in outcome.text


def test_a_reader_that_takes_a_chunk_for_an_event_fails_byte_by_byte(project):
    outcome = project.run(READER + CARELESS, "-v")
    assert outcome.counts == {"passed": 2, "failed": 1}
    assert "::test_it[bytes] FAILED" in outcome.text


def test_a_turn_that_says_how_it_is_cut_is_cut_so(project):
    outcome = project.run(READER + CARELESS.replace('"Hello there.")\n', 'turn("Hello there.", chunks=3))\n', 1))
    assert outcome.counts == {"passed": 3}
