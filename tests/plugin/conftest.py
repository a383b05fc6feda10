"""A small project with a program that calls the API, and a way to run tests in it."""

from importlib.util import find_spec
from textwrap import dedent

import pytest

PROGRAM = '''
"""A program under test: it posts with httpx and knows nothing of the plugin."""

import os

import httpx

URL = "https://api.anthropic.com/v1/messages"
TOOL = {
    "name": "run_tests",
    "description": "Run a test file.",
    "input_schema": {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]},
}


def headers(**more):
    return {"x-api-key": os.environ.get("ANTHROPIC_API_KEY", ""), "anthropic-version": "2023-06-01"} | more


def body(text="Hi", **more):
    return {"model": "claude-opus-4-7", "max_tokens": 100, "messages": [{"role": "user", "content": text}]} | more


def send(text="Hi", url=URL, **more):
    return httpx.post(url, headers=headers(), json=body(text, **more))


def ask(text="Hi", **more):
    answer = send(text, **more).json()
    return answer["content"][0]["text"] if answer["type"] == "message" else answer["error"]["message"]


async def ask_async(text="Hi", **more):
    async with httpx.AsyncClient() as client:
        answer = (await client.post(URL, headers=headers(), json=body(text, **more))).json()
    return answer["content"][0]["text"] if answer["type"] == "message" else answer["error"]["message"]
'''

HEADER = """
import pytest
import pytest_opus
from pytest_opus import api_error, endpoint, rate_limited, text, tool_use, turn
from program import TOOL, ask, ask_async, body, headers, send
"""


class Outcome:
    """What a run of the small project gave."""

    def __init__(self, result):
        self.result = result
        self.stdout = result.stdout
        self.text = result.stdout.str()
        self.ret = result.ret
        self._reprec = getattr(result, "reprec", None)

    @property
    def counts(self):
        return self.result.parseoutcomes()

    @property
    def reports(self):
        return self._reprec.getreports("pytest_runtest_logreport")

    @property
    def failures(self):
        """The whole text of every failure and error, in order."""
        return [report.longreprtext for report in self.reports if report.failed]

    @property
    def failure(self):
        """The whole text of the one failure or error."""
        (text,) = self.failures
        return text

    @property
    def section(self):
        """The report section "opus" of the one failure."""
        ((text,),) = [
            [text for name, text in report.sections if name == "opus"] for report in self.reports if report.failed
        ]
        return text


class Project:
    """A folder with `program.py`; `run()` puts one test module beside it and runs pytest."""

    def __init__(self, pytester):
        self.pytester = pytester
        pytester.makepyfile(program=PROGRAM)

    def write(self, source, name="test_it"):
        self.pytester.makepyfile(**{name: HEADER + dedent(source)})

    def run(self, source, *args, ini=""):
        self.write(source)
        self._ini(ini)
        return Outcome(self.pytester.runpytest_inprocess("-Wdefault", *args))

    def run_subprocess(self, source, *args, ini=""):
        self.write(source)
        self._ini(ini)
        return Outcome(self.pytester.runpytest_subprocess(*args))

    def _ini(self, lines):
        loop_scope = "asyncio_default_fixture_loop_scope = function" if find_spec("pytest_asyncio") else ""
        self.pytester.makeini("\n".join(["[pytest]", loop_scope, dedent(lines)]))


@pytest.fixture
def project(pytester):
    return Project(pytester)
