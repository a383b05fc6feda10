"""The `anthropic` SDK, used by the program or handed out by the endpoint."""

import pytest

anthropic = pytest.importorskip("anthropic")

since_0_97 = pytest.mark.skipif(
    anthropic.__version__.startswith("0.40."), reason="this SDK knows neither trio nor tool runners"
)

SDK = """
import anthropic

ASK = {"model": "claude-opus-4-7", "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]}
"""


def test_a_program_that_builds_its_own_client(project):
    outcome = project.run(f"""
{SDK}
client = anthropic.Anthropic(api_key="sk-mine")

def test_it(opus):
    opus.script("one", "two", "three")
    assert anthropic.Anthropic().messages.create(**ASK).content[0].text == "one"
    assert client.messages.create(**ASK).content[0].text == "two"
    with client.messages.stream(**ASK) as stream:
        assert stream.get_final_text() == "three"
""")

    assert outcome.counts == {"passed": 1}


def test_an_async_program(project):
    outcome = project.run(
        f"""
{SDK}
async def test_it(opus):
    opus.script("one", "two")
    async with anthropic.AsyncAnthropic() as client:
        assert (await client.messages.create(**ASK)).content[0].text == "one"
        async with client.messages.stream(**ASK) as stream:
            assert await stream.get_final_text() == "two"
""",
        ini="asyncio_mode = auto",
    )

    assert outcome.counts == {"passed": 1}


@since_0_97
def test_a_program_under_trio(project):
    pytest.importorskip("trio")

    outcome = project.run(f"""
{SDK}
@pytest.fixture
def anyio_backend():
    return "trio"

@pytest.mark.anyio
async def test_it(opus):
    opus.script(turn("one", delay=0.01, pace=0.001))
    async with anthropic.AsyncAnthropic() as client, client.messages.stream(**ASK) as stream:
        assert await stream.get_final_text() == "one"
""")

    assert outcome.counts == {"passed": 1}


def test_retries_are_calls_and_do_not_sleep(project):
    outcome = project.run(f"""
{SDK}
import time

def test_it(opus, monkeypatch):
    naps = []
    monkeypatch.setattr(time, "sleep", naps.append)
    opus.script(rate_limited(), pytest_opus.overloaded(), "three")
    assert anthropic.Anthropic().messages.create(**ASK).content[0].text == "three"
    assert len(naps) == 2 and sum(naps) < 0.1
    assert [call.status for call in opus.calls] == [429, 529, 200]
""")

    assert outcome.counts == {"passed": 1}


def test_a_mismatch_is_not_retried(project):
    outcome = project.run(f"""
{SDK}
def test_it(opus):
    with pytest.raises(anthropic.BadRequestError, match="found no turn left in the script"):
        anthropic.Anthropic().messages.create(**ASK)
    assert len(opus.calls) == 1
""")

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == "opus: call 1 found no turn left in the script (0 turns)."


def test_a_program_that_swallows_the_error_fails(project):
    outcome = project.run(f"""
{SDK}
def test_it(opus):
    try:
        anthropic.Anthropic().messages.create(**ASK)
    except Exception:
        pass
""")

    assert outcome.counts == {"failed": 1}


def test_the_client_of_the_endpoint(project):
    outcome = project.run(f"""
{SDK}
def test_it(opus):
    opus.script("one", "two")
    client = opus.client(max_retries=7)
    assert isinstance(client, anthropic.Anthropic) and client.max_retries == 7
    assert client.messages.create(**ASK).content[0].text == "one"
    with endpoint() as inner:
        inner.script("of the inner")
        assert client.messages.create(**ASK).content[0].text == "two"
        assert inner.client().messages.create(**ASK).content[0].text == "of the inner"
""")

    assert outcome.counts == {"passed": 1}


def test_the_async_client_of_the_endpoint(project):
    outcome = project.run(
        f"""
{SDK}
async def test_it(opus):
    opus.script("one")
    client = opus.async_client(api_key="sk-mine")
    assert (await client.messages.create(**ASK)).content[0].text == "one"
    assert "sk-mine" in " ".join(opus.calls[0].request.headers.values())
""",
        ini="asyncio_mode = auto",
    )

    assert outcome.counts == {"passed": 1}


def test_without_the_sdk_the_client_says_what_to_install(project):
    outcome = project.run("""
        import sys

        def test_it(opus, monkeypatch):
            monkeypatch.setitem(sys.modules, "anthropic", None)
            with pytest.raises(ImportError, match=r"^opus.client\\(\\) needs the SDK: pip install anthropic$"):
                opus.client()
            with pytest.raises(ImportError, match=r"^opus.async_client\\(\\) needs the SDK: pip install anthropic$"):
                opus.async_client()
        """)

    assert outcome.counts == {"passed": 1}


@since_0_97
def test_the_tool_runner_runs_the_tools(project):
    outcome = project.run(f"""
{SDK}
from anthropic import beta_tool

@beta_tool
def run_tests(file: str) -> str:
    \"\"\"Run a test file.

    Args:
        file: its path.
    \"\"\"
    return f"3 passed in {{file}}"

def test_it(opus):
    opus.script(tool_use("run_tests", {{"file": "a.py"}}), "All tests pass now.")
    runner = anthropic.Anthropic().beta.messages.tool_runner(tools=[run_tests], **ASK)
    assert runner.until_done().content[0].text == "All tests pass now."
    assert [call.result.text for call in opus.tool_calls] == ["3 passed in a.py"]
""")

    assert outcome.counts == {"passed": 1}
