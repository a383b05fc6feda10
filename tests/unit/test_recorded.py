"""The responder of cassettes."""

from __future__ import annotations

import json
import time
from threading import Thread

import pytest

pytest.importorskip("vcr")

from pytest_opus._api.reader import BodyReader
from pytest_opus._cassette.choice import Choice
from pytest_opus._cassette.file import read
from pytest_opus._cassette.interaction import CassetteError
from pytest_opus._http import Forward, Headers, HttpRequest, Upstream
from pytest_opus._recording import open_cassette, save_cassette
from pytest_opus._settings import Settings

ANSWER = Upstream(200, {"content-type": "application/json"}, b'{"type": "message"}', "complete", 0.1, 0.2)


@pytest.fixture
def responder(tmp_path):
    return open_cassette(Choice(tmp_path / "a.yaml", "a.yaml", mode="all"), Settings())


def ask(responder, text="Hi"):
    body = json.dumps({"model": "claude-opus-4-7", "messages": [{"role": "user", "content": text}]}).encode()
    url = ("POST", "api.anthropic.com", 443, "/v1/messages", "")
    request = HttpRequest(*url, Headers(), body, received=time.time())
    forward = responder.respond(request, BodyReader().read(body), None)
    assert isinstance(forward, Forward)
    return forward.record


def test_a_stream_may_end_while_another_request_is_answered_in_the_same_thread(responder, monkeypatch):
    """As it does where the response is garbage-collected then."""
    record = ask(responder, "first")
    real = type(responder.deck.normal).request

    def collecting(self, *args):
        monkeypatch.undo()
        record(ANSWER)
        return real(self, *args)

    monkeypatch.setattr(type(responder.deck.normal), "request", collecting)
    thread = Thread(target=ask, args=(responder, "second"), daemon=True)
    thread.start()
    thread.join(5)

    assert not thread.is_alive()
    assert (len(responder.taken), responder.pending) == (1, 1)


def test_an_answer_that_could_not_be_kept_keeps_the_file_from_being_written(responder, monkeypatch):
    ask(responder, "first")(ANSWER)
    record = ask(responder, "second")
    with monkeypatch.context() as patch:
        patch.setattr(type(responder.deck.normal), "response", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            record(ANSWER)

    with pytest.raises(CassetteError, match=r"^a\.yaml is not written: 1 of its requests had not been answered"):
        save_cassette(responder)
    assert read(responder.deck.choice.path) is None
