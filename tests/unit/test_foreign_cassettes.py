"""Cassettes of vcrpy, in the forms that projects gave them, are read as they are."""

import base64
import gzip
import json
import sys
import types
import zlib

import pytest

from pytest_opus._api.conversation import messages_of
from pytest_opus._cassette.interaction import CassetteError, Events, Json, RecordedAt
from pytest_opus._cassette.text import from_text

REQUEST = """\
  request:
    method: POST
    uri: https://api.anthropic.com/v1/messages
    headers:
      Content-Type: [application/json]
      Content-Length: ['140']
      anthropic-version: 2023-06-01
    body: '{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}'
"""
RESPONSE = """\
  response:
    status: {code: 200, message: OK}
    headers:
      content-type: [application/json]
    body:
      string: '{"type": "message"}'
"""
CURE = "Bring it back (git checkout -- a.yaml), or delete it and record again with --opus-record=all."


def cassette(request=REQUEST, response=RESPONSE):
    return f"interactions:\n-{request[1:]}{response}version: 1\n"


def only(text):
    tape = from_text(text, "a.yaml")
    assert (tape.foreign, tape.sealed) == (True, False)
    (interaction,) = tape.interactions
    return interaction


def answered(headers, body):
    indented = body.replace("\n", "\n    ")
    return only(
        cassette(response=f"  response:\n    status: {{code: 200}}\n    headers: {headers}\n    {indented}\n")
    ).response


def binary(data):
    return f"body: {{string: !!binary {base64.b64encode(data).decode()}}}"


def test_a_plain_cassette():
    request, response = only(cassette())

    assert (request.method, request.uri) == ("POST", "https://api.anthropic.com/v1/messages")
    assert request.headers == {"content-type": "application/json", "anthropic-version": "2023-06-01"}
    assert request.body.fields == {"model": "m"}
    assert messages_of(request.body.conversation) == [{"role": "user", "content": "Hi"}]
    assert (response.status, response.headers) == (200, {"content-type": "application/json"})
    assert (response.body, response.state) == (Json({"type": "message"}), "complete")


def test_interactions_are_known_by_their_lines():
    text = cassette().replace("version: 1\n", "")
    text += text.partition("\n")[2] + "version: 1\n"

    assert from_text(text, "a.yaml").lines == [2, 16]


def test_histories_are_shared():
    longer = REQUEST.replace('"Hi"}', '"Hi"}, {"role": "assistant", "content": "Hello"}')
    text = cassette().replace("version: 1\n", "") + cassette(longer).partition("\n")[2]
    first, second = (one.request.body.conversation for one in from_text(text, "a.yaml").interactions)

    assert second.before is first


STREAM = 'event: message_start\ndata: {"type":"message_start"}\n\nevent: ping\ndata: {"type": "ping"  }\n\n'
EVENTS = Events([{"type": "message_start"}, {"type": "ping"}])


def test_a_stream_is_its_events():
    headers = "{Content-Type: [text/event-stream; charset=utf-8]}"

    assert answered(headers, f"body: {{string: {json.dumps(STREAM)}}}").body == EVENTS
    assert answered("{}", f"body: {{string: {json.dumps(STREAM)}}}").body == EVENTS
    assert answered(headers, binary(STREAM.encode())).body == EVENTS


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-15)),
        ("identity", bytes),
        ("br", bytes),  # some tools decompress the body and keep the header
    ],
    ids=["gzip", "zlib", "deflate", "identity", "header alone"],
)
def test_compressed_bodies_are_decompressed(encoding, compress):
    headers = f"{{Content-Encoding: [{encoding}], content-type: [application/json], content-length: ['3']}}"
    response = answered(headers, binary(compress('{"text": "é🙂"}'.encode())))

    assert response.body == Json({"text": "é🙂"})
    assert response.headers == {"content-type": "application/json"}


@pytest.mark.parametrize(("encoding", "module"), [("br", "brotli"), ("zstd", "zstandard")])
def test_brotli_and_zstd_need_their_library(encoding, module, monkeypatch):
    headers = f"{{content-encoding: [{encoding}]}}"
    data = b"\x8b\x02\x80 {}"

    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(CassetteError) as error:
        answered(headers, binary(data))
    assert str(error.value) == (
        f"a.yaml:2: this interaction cannot be read: the body of its response is compressed with {encoding!r}, "
        f"for which {module} has to be installed. {CURE}"
    )
    monkeypatch.setitem(sys.modules, module, types.SimpleNamespace(decompress=lambda data: b'{"a": 1}'))
    assert answered(headers, binary(data)).body == Json({"a": 1})


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("parsed_body: {a: [1, 2.5, null, true, 'yes', yes]}", Json({"a": [1, 2.5, None, True, "yes", True]})),
        ("body: {type: json, content: {a: 1}}", Json({"a": 1})),
        ("body: {type: text, content: Hello}", "Hello"),
        ("body: {type: binary, content: /w==}", b"\xff"),
        ("body: {base64_string: /w==}", b"\xff"),
        ("body: {encoding: utf-8, string: Hello}", "Hello"),
        ("body: {string: ''}", ""),
        ("body: {string: null}", ""),
        ("body: null", ""),
        ("body: {}\ncontent: Hello", None),
        ("content: Hello", "Hello"),
        ("content: !!binary SGVsbG8=", "Hello"),
        ("body: Hello", "Hello"),
        ("body: {string: '{\"a\": 1'}", '{"a": 1'),
    ],
)
def test_every_form_of_a_body(form, body):
    if body is None:
        with pytest.raises(CassetteError, match="the body of its response has a form that is not known"):
            answered("{}", form)
    else:
        assert answered("{}", form).body == body


def test_the_old_form_of_httpx_and_that_of_cassetter():
    old = "  response:\n    status_code: 201\n    http_version: HTTP/1.1\n    content: '{}'\n    headers: {}\n"
    new = "  response:\n    status: 202\n    body: {type: json, content: {}}\n  recorded_at: 2026-03-06T19:24:49.850659+00:00\n"

    assert only(cassette(response=old)).response.status == 201
    assert only(cassette(response=new)).response.status == 202
    assert only(cassette(response=new)).response.recorded == RecordedAt("2026-03-06")


def test_a_request_may_have_any_body():
    def body(text):
        return only(cassette(REQUEST.rpartition("    body:")[0] + f"    {text}\n")).request.body

    assert body("body: null") == ""
    assert body("body: a=b&c=d") == "a=b&c=d"
    assert body("body: !!binary /w==") == b"\xff"
    assert body("parsed_body: {model: m}").body() == {"model": "m"}
    assert body("body: {type: json, content: {model: m, messages: [{}]}}").body() == {"model": "m", "messages": [{}]}
    assert body(
        "body: !!python/object/new:_io.BytesIO\n      state: !!python/tuple [!!binary eyJhIjoxfQ==, 0, null]"
    ).body() == {"a": 1}


def test_a_json_cassette():
    interaction = {
        "request": {"method": "POST", "uri": "https://x.test/", "body": '{"a": "\U0001f642"}', "headers": {"A": ["b"]}},
        "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "é"}},
    }
    request, response = only(json.dumps({"version": 1, "interactions": [interaction]}, indent=4))

    assert request.body.body() == {"a": "🙂"}
    assert response.body == "é"


def test_names_of_headers_that_are_objects_of_multidict_are_texts():
    for tag in ("multidict._multidict.istr", "multidict._multidict_py.istr"):
        keys = f"      ? !!python/object/apply:{tag}\n      - Content-Type\n      : - text/plain\n"
        request = REQUEST.replace("      Content-Type: [application/json]\n", keys)

        assert only(cassette(request)).request.headers["content-type"] == "text/plain"


def test_aliases_of_yaml_are_followed():
    request = REQUEST.replace("[application/json]", "&id001 [application/json]")
    response = RESPONSE.replace("[application/json]", "*id001")

    assert only(cassette(request, response)).response.headers == {"content-type": "application/json"}


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch executed']",
        "!!python/object/new:os.system ['touch executed']",
        "!!python/object/apply:multidict._multidict.istr [['touch executed']]",
        "!!python/object/apply:builtins.eval ['1']",
        "!!python/name:os.system ''",
        "!!python/module:os ''",
        "!!python/object:os.PathLike {}",
        "!ruby/object:File {}",
    ],
)
def test_nothing_in_a_cassette_is_executed(tag, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CassetteError) as error:
        from_text(cassette(REQUEST.replace("2023-06-01", tag)), "a.yaml")
    assert str(error.value).startswith("a.yaml:8: the cassette cannot be read: the ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("start", ["interactions: []\n", "# pytest-opus cassette, format 1:\ninteractions:\n"])
def test_a_bomb_of_aliases_is_refused(start):
    levels = [f"l0: &l0 [{', '.join(['x'] * 10)}]"]
    levels += [f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 10)}]" for level in range(1, 40)]
    text = start + "\n".join(levels) + "\n...\n# end 0 sha256:0123456789abcdef\n"

    with pytest.raises(CassetteError, match="aliases"):
        from_text(text, "a.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just: yaml\n", "a.yaml:1: the file is no cassette: it has no list of 'interactions'. " + CURE),
        ("# pytest-opus cass", "a.yaml:1: the file is no cassette: it has no list of 'interactions'. " + CURE),
        ("Hello", "a.yaml:1: the file is no cassette: it has no list of 'interactions'. " + CURE),
        ('{"a": ', "a.yaml:2: the cassette cannot be read: did not find expected node content. " + CURE),
        ("interactions: [1]\n", "a.yaml:1: this interaction cannot be read: it is no object. " + CURE),
        (
            "interactions:\n- request: {}\n",
            "a.yaml:2: this interaction cannot be read: its response is no object. " + CURE,
        ),
        (
            "- request: {}\n  response: {}\n",
            "a.yaml:1: the cassette has the format of vcrpy before 1.0. Convert it with vcrpy's migration script, or "
            "delete it and record again with --opus-record=all.",
        ),
        (
            cassette(REQUEST.replace("method: POST", "method: null")),
            "a.yaml:2: this interaction cannot be read: the method of its request is missing. " + CURE,
        ),
        (
            cassette(response=RESPONSE.replace("200", "OK")),
            "a.yaml:2: this interaction cannot be read: its response has no status. " + CURE,
        ),
        (
            cassette(response=RESPONSE.replace('\'{"type": "message"}\'', "!!binary '*'")),
            "a.yaml:15: the cassette cannot be read: the value of !!binary cannot be read. " + CURE,
        ),
        (
            cassette(response=RESPONSE.replace('string: \'{"type": "message"}\'', "base64_string: '*'")),
            "a.yaml:2: this interaction cannot be read: the body of its response is not base64. " + CURE,
        ),
        (
            cassette(response=RESPONSE.replace('\'{"type": "message"}\'', "!!binary H4sI")),
            "a.yaml:2: this interaction cannot be read: the body of its response cannot be decompressed with gzip. "
            + CURE,
        ),
        (
            cassette(
                response=RESPONSE.replace(
                    '\'{"type": "message"}\'', "!!binary /w==\n    headers: {content-encoding: snappy}"
                ).replace("    headers:\n      content-type: [application/json]\n", "")
            ),
            "a.yaml:2: this interaction cannot be read: the body of its response is compressed with 'snappy'. " + CURE,
        ),
        (cassette() + "---\na: 1\n", "a.yaml:17: the cassette cannot be read: a second YAML document begins. " + CURE),
        (
            cassette().replace("version: 1", "? [1]\n: 1"),
            "a.yaml:16: the cassette cannot be read: a key is not a text. " + CURE,
        ),
        (
            cassette().replace("version: 1", "a: *b"),
            "a.yaml:16: the cassette cannot be read: the alias *b refers to nothing before it. " + CURE,
        ),
        (
            "interactions: " + "[" * 300 + "]" * 300,
            "a.yaml:1: the cassette cannot be read: lists and objects are nested more than 200 deep. " + CURE,
        ),
    ],
)
def test_what_is_no_cassette_is_an_error_that_says_where(text, message):
    with pytest.raises(CassetteError) as error:
        from_text(text, "a.yaml")
    assert str(error.value) == message
