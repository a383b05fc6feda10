"""vcrpy's record modes rest on our files."""

from functools import partial

import pytest

pytest.importorskip("vcr")

from vcr.cassette import Cassette
from vcr.persisters.filesystem import CassetteNotFoundError

from pytest_opus._api.events import message_events
from pytest_opus._cassette.interaction import CassetteError, Events, Json, RecordedRequest, RecordedResponse
from pytest_opus._cassette.persister import Persister
from pytest_opus._cassette.scan import Finding, scan
from pytest_opus._cassette.scrub import Scrubber

REQUESTS = [RecordedRequest("GET", f"https://api.anthropic.com/v1/models/{name}", {}) for name in "ab"]
RESPONSES = [RecordedResponse(200, {}, Json({"id": name})) for name in "ab"]


def nothing(text):
    return []


def test_what_was_saved_is_loaded(tmp_path):
    path = str(tmp_path / "a.yaml")
    persister = Persister(nothing)
    persister.save_cassette(path, {"requests": REQUESTS, "responses": RESPONSES}, None)

    assert persister.tape is None
    assert persister.load_cassette(path, None) == (REQUESTS, RESPONSES)
    assert persister.tape.lines == [4, 15]


def test_a_file_that_is_not_there_is_what_vcrpy_calls_so(tmp_path):
    with pytest.raises(CassetteNotFoundError):
        Persister(nothing).load_cassette(tmp_path / "a.yaml", None)


def test_a_damaged_file_is_no_missing_one(tmp_path):
    (tmp_path / "a.yaml").touch()

    with pytest.raises(CassetteError, match="the cassette is empty"):
        Cassette.load(path=tmp_path / "a.yaml", persister=Persister(nothing), record_mode="once")


def test_a_secret_prevents_the_file(tmp_path):
    path = tmp_path / "a.yaml"

    def finds(text):
        return [
            Finding(f"line {number}", "GitHub token")
            for number, line in enumerate(text.splitlines(), 1)
            if "models/b" in line
        ]

    with pytest.raises(CassetteError) as error:
        Persister(finds).save_cassette(path, {"requests": REQUESTS, "responses": RESPONSES}, None)
    assert str(error.value) == (
        f"{path} was not written: secrets would stand in it, at these lines of the new file.\n  line 17: GitHub token"
    )
    assert not path.exists()


@pytest.mark.parametrize("cut", [1, 7, 1000])
def test_a_secret_that_deltas_say_together_prevents_the_file(tmp_path, cut):
    message = {"id": "msg_01", "type": "message", "role": "assistant", "model": "m", "usage": {}}
    message["content"] = [{"type": "text", "text": "Take " + "sk-ant-api03-" + "aB3dE5fG7h" * 9 + "AA"}]
    responses = [RecordedResponse(200, {}, Events(list(message_events(message, cut)))), RESPONSES[1]]
    scrubber = Scrubber.of({}, home="", hostname="", user="")

    with pytest.raises(CassetteError, match="secrets would stand in it"):
        Persister(partial(scan, scrubber)).save_cassette(
            tmp_path / "a.yaml", {"requests": REQUESTS, "responses": responses}, None
        )


def test_a_cassette_of_vcrpy_keeps_its_interactions_here(tmp_path):
    path = tmp_path / "a.yaml"
    match = [lambda one, other: one == other]
    cassette = Cassette.load(path=path, persister=Persister(nothing), record_mode="once", match_on=match)
    for request, response in zip(REQUESTS, RESPONSES, strict=True):
        cassette.append(request, response)
    cassette._save()

    again = Cassette.load(path=path, persister=Persister(nothing), record_mode="none", match_on=match)
    assert [again.play_response(request) for request in REQUESTS] == RESPONSES
    assert again.all_played
