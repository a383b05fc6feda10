"""`pytest-opus cassettes`: what it finds in files, and what it makes of them."""

import json

import pytest

pytest.importorskip("vcr")

from pytest_opus._api.conversation import extended
from pytest_opus._api.request import Sent
from pytest_opus._cassette.file import read, write
from pytest_opus._cassette.interaction import Interaction, Json, RecordedRequest, RecordedResponse
from pytest_opus._cli import main

KEY = "ghp_" + "a1B2c3D4e5" * 4
VCR = {
    "version": 1,
    "interactions": [
        {
            "request": {
                "method": "POST",
                "uri": "https://api.anthropic.com/v1/messages",
                "headers": {"authorization": [f"Bearer {KEY}"], "anthropic-version": ["2023-06-01"]},
                "body": json.dumps({"model": "claude-opus-4-7", "messages": [{"role": "user", "content": KEY}]}),
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"content-type": ["application/json"], "set-cookie": ["planted=1"]},
                "body": {"string": json.dumps({"type": "message", "content": [{"type": "text", "text": KEY}]})},
            },
        }
    ],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "data.yaml").write_text("a: 1\n", encoding="utf-8")
    return tmp_path / "cassettes"


def recorded(text="Hi"):
    body = Sent({"model": "claude-opus-4-7"}, extended(None, [{"role": "user", "content": text}]))
    request = RecordedRequest("POST", "https://api.anthropic.com/v1/messages", {}, body)
    return Interaction(request, RecordedResponse(200, {}, Json({"type": "message", "content": []})))


def run(capsys, *arguments):
    code = main(["cassettes", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out.splitlines(), captured.err.splitlines()


def test_good_cassettes_are_counted(folder, capsys):
    write(folder / "a.yaml", [recorded(), recorded()])
    write(folder / "deep" / "b.yaml", [recorded()])

    assert run(capsys, "check") == (0, ["2 cassettes, 3 interactions: all good"], [])
    assert run(capsys, "check", folder / "a.yaml") == (0, ["1 cassette, 2 interactions: all good"], [])


def test_cassettes_elsewhere_are_found_by_their_format(folder, capsys):
    write(folder.parent / "tapes" / "a b.yaml", [recorded()])
    (folder.parent / "tapes" / "other.yaml").write_text("a: 1\n", encoding="utf-8")

    assert run(capsys, "check") == (0, ["1 cassette, 1 interaction: all good"], [])


def test_a_secret_is_named_by_line_and_kind_and_never_shown(folder, capsys):
    write(folder / "a.yaml", [recorded(f"the token is {KEY}")])

    code, lines, _ = run(capsys, "check")
    assert code == 1
    assert lines == ["cassettes/a.yaml: line 12: GitHub token", "1 cassette, 1 interaction: 1 with faults"]


def test_a_secret_of_the_environment_is_found_too(folder, capsys, monkeypatch):
    write(folder / "a.yaml", [recorded("hunter2-is-my-password")])
    monkeypatch.setenv("SERVICE_PASSWORD", "hunter2-is-my-password")

    assert run(capsys, "check")[1][0] == "cassettes/a.yaml: line 12: SERVICE_PASSWORD"


def test_damage_is_told_and_nothing_is_changed(folder, capsys):
    write(folder / "a.yaml", [recorded()])
    torn = (folder / "a.yaml").read_bytes()[:-30]
    (folder / "a.yaml").write_bytes(torn)

    assert run(capsys, "check")[0] == 1
    code, lines, _ = run(capsys, "format")
    assert code == 1
    assert lines[0].startswith("cassettes/a.yaml:")
    assert (folder / "a.yaml").read_bytes() == torn


def test_what_was_edited_is_formatted_on_request(folder, capsys):
    path = folder / "a.yaml"
    write(path, [recorded("Hello")])
    path.write_text(path.read_text(encoding="utf-8").replace("Hello", "Good morning"), encoding="utf-8")

    assert run(capsys, "check") == (
        1,
        [
            "cassettes/a.yaml was edited. If that is meant: pytest-opus cassettes format cassettes/a.yaml",
            "1 cassette, 1 interaction: 1 with faults",
        ],
        [],
    )
    assert run(capsys, "format") == (0, ["cassettes/a.yaml: written anew"], [])
    assert run(capsys, "format") == (0, [], [])
    assert run(capsys, "check")[0] == 0
    assert "Good morning" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_a_cassette_of_vcrpy_is_rewritten_and_scrubbed_where_it_is_named(folder, capsys, name):
    path = folder / name
    path.write_text(json.dumps(VCR), encoding="utf-8")

    code, lines, _ = run(capsys, "check")
    assert code == 1
    assert "GitHub token" in lines[0]
    assert run(capsys, "format") == (0, [], [])
    assert path.read_text(encoding="utf-8") == json.dumps(VCR)
    assert run(capsys, "format", f"cassettes/{name}") == (0, [f"cassettes/{name}: written anew"], [])
    assert run(capsys, "check") == (0, ["1 cassette, 1 interaction: all good"], [])
    text = path.read_text(encoding="utf-8")
    assert KEY not in text
    assert "planted" not in text
    (one,) = read(path).interactions
    assert one.request.headers == {"anthropic-version": "2023-06-01"}
    assert one.response.body.value["content"][0]["text"].startswith("<scrubbed github-token")


def test_a_file_that_is_not_there_is_no_success(folder, capsys):
    assert run(capsys, "check", "cassettes/none.yaml") == (2, [], ["cassettes/none.yaml: there is no such file"])
    assert run(capsys, "format", "cassettes/none.yaml") == (2, [], ["cassettes/none.yaml: there is no such file"])
