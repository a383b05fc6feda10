import gzip
import zlib

import pytest

from pytest_opus._http import Headers, decoded

KEYS = ["X-Api-Key", "authorization", "Cookie", "proxy-authorization"]


def test_names_in_any_case():
    headers = Headers([("Content-Type", "text/plain")])

    assert headers["content-type"] == headers["CONTENT-TYPE"] == "text/plain"
    assert "Content-type" in headers
    assert headers.get("accept") is None
    assert list(headers) == ["content-type"]
    assert len(headers) == 1


def test_repeated_fields_are_joined():
    assert Headers([("a", "1"), ("A", "2"), ("b", "3")]) == {"a": "1, 2", "b": "3"}


@pytest.mark.parametrize("name", KEYS)
def test_repr_hides_keys(name):
    headers = Headers([(name, "secret"), ("accept", "*/*")])

    assert repr(headers) == f"Headers({{{name.lower()!r}: '...', 'accept': '*/*'}})"
    assert headers[name] == "secret"


def test_nothing_shows_a_key(make_request, make_call):
    request = make_request(headers=[("x-api-key", "secret")])
    call = make_call()
    call.request = request

    assert "secret" not in f"{request!r} {request.headers!r} {request.headers} {call!r}"


@pytest.mark.parametrize(
    ("encoding", "content", "body"),
    [
        ("gzip", gzip.compress(b"{}", mtime=0), b"{}"),
        ("X-GZip", gzip.compress(b"{}", mtime=0), b"{}"),
        ("deflate", zlib.compress(b"{}"), b"{}"),
        ("deflate", zlib.compress(b"{}", wbits=-15), b"{}"),
        ("identity", b"{}", b"{}"),
        ("br", b"{}", b"{}"),
        ("gzip", b"{}", b"{}"),
        (None, b"{}", b"{}"),
    ],
)
def test_the_encoding_of_a_body_is_undone_where_it_can_be(make_http, encoding, content, body):
    assert decoded(make_http(content=content, headers={"content-encoding": encoding})).body == body
