"""Shared by all tests. Nothing in here reaches a network: every request is answered by an endpoint."""

import importlib
import json
from importlib.util import find_spec
from textwrap import dedent

import httpx  # noqa: F401 - see below
import pytest

import pytest_opus
from pytest_opus._api.reader import BodyReader
from pytest_opus._api.request import Request, Sent
from pytest_opus._http import Headers, HttpRequest
from pytest_opus._ledger.call import Call

pytest_plugins = ["pytester"]

# In-process runs of pytester forget the modules that they import. What is imported here already is imported once.
for _name in pytest_opus.__all__:
    getattr(pytest_opus, _name)
for _name in (
    "pytest_opus._adapters",
    "pytest_opus._recording",
    "pytest_opus._adapters.loopback",
    "pytest_opus._schema.draft",
    "anthropic",
    "httpcore",
    "httpcore2",
    "hypothesis",
    "pytest_asyncio",
    "trio",
    "vcr",
    "yaml",
):
    if find_spec(_name):
        importlib.import_module(_name)

if find_spec("hypothesis"):
    from hypothesis import settings

    settings.register_profile("pytest-opus", deadline=None)  # a busy machine is no failure
    settings.load_profile("pytest-opus")

MODEL = "claude-opus-4-7"


@pytest.fixture(autouse=True)
def no_account(monkeypatch):
    """Tests say themselves what is set in the environment."""
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def lines():
    """An indented text as it is meant: `lines('''...''')`."""
    return lambda text: dedent(text).strip("\n")


@pytest.fixture
def make_body():
    """Builds a request body: `make_body("Hi", tools=[...])`."""
    return _body


@pytest.fixture
def make_request():
    """Builds the typed view of a request: `make_request(system="...")`."""
    return lambda *messages, headers=(), **fields: _request(_body(*messages, **fields), headers)


@pytest.fixture
def read_request():
    """The typed view of a request of any body: `read_request({"messages": "none"})`."""
    return _request


@pytest.fixture
def make_call():
    """Builds an answered call: `make_call(1, usage={"input_tokens": 3, "output_tokens": 2})`."""
    return _call


@pytest.fixture
def make_http():
    """Builds a request as adapters hand it in: `make_http(body, headers={...})`."""
    return _http


def _body(*messages, **fields):
    said = [{"role": "user", "content": one} if isinstance(one, str | list) else one for one in messages or ("Hi",)]
    return {"model": MODEL, "max_tokens": 100, "messages": said} | fields


def _request(body, headers=()):
    read = BodyReader().read(json.dumps(body).encode())
    return Request(Sent(read.fields, read.conversation), Headers(headers))


def _call(number=1, *, usage=None, status=200, estimated=False, content=(), **fields):
    call = Call(number=number, request=_request(_body(**fields)), started=0.0)
    call.status, call.end, call.estimated = status, "complete", estimated
    if status == 200:
        call.message = {
            "model": MODEL,
            "content": list(content),
            "stop_reason": "end_turn",
            "usage": usage or {"input_tokens": 10, "output_tokens": 5},
        }
    return call


def _http(body=None, *, content=None, headers=None, **fields):
    sent = {"x-api-key": "sk-ant-test", "anthropic-version": "2023-06-01"} | (headers or {})
    target = {"method": "POST", "host": "api.anthropic.com", "port": 443, "path": "/v1/messages", "query": ""}
    return HttpRequest(
        **target | fields,
        headers=Headers((name, value) for name, value in sent.items() if value is not None),
        body=json.dumps(_body() if body is None else body).encode() if content is None else content,
        received=1_800_000_000.0,
    )
