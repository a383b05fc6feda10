"""Beside us in one test: libraries that mock other hosts, in whichever order the fixtures are asked for."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import permutations

import pytest

orders = pytest.mark.parametrize("order", list(permutations(("opus", "MOCK"))), ids=" ".join)


def needs(module):
    return pytest.mark.skipif(find_spec(module) is None, reason=f"{module} is not installed")


def run(project, order, fixture, body, *, marks="", repeat=2):
    """The same test several times over: what one leaves behind must not trouble the next."""
    arguments = ", ".join(order).replace("MOCK", fixture)
    tests = [f"{marks}\ndef test_{number}({arguments}):\n{body}" for number in range(repeat)]
    after = "def test_after(opus):\n    opus.script('x')\n    assert ask() == 'x'"
    return project.run("import httpx\n" + "\n\n".join([*tests, after]))


@needs("pytest_httpx")
@orders
def test_pytest_httpx(project, order):
    """It mocks every host of httpx but ours."""
    body = """
    httpx_mock.add_response(url="https://other.example/", text="mocked")
    opus.script("Hello.")
    assert ask() == "Hello."
    assert httpx.get("https://other.example/").text == "mocked"
"""
    assert run(project, order, "httpx_mock", body).counts == {"passed": 3}


@needs("pytest_httpx")
def test_pytest_httpx_that_was_active_when_the_first_endpoint_opened(project):
    outcome = project.run(
        """
        import httpx

        @pytest.mark.httpx_mock(assert_all_requests_were_expected=False)
        def test_first(httpx_mock):
            httpx_mock.add_response(url="https://other.example/", text="mocked")
            with endpoint() as opus:
                opus.script("Hello.")
                assert ask() == "Hello."
                assert httpx.get("https://other.example/").text == "mocked"

        def test_second(opus):
            opus.script("Hello again.")
            assert ask() == "Hello again."
        """
    )
    assert outcome.counts == {"passed": 2}


@needs("respx")
@orders
def test_respx(project, order):
    body = """
    respx_mock.get("https://other.example/").respond(text="mocked")
    opus.script("Hello.")
    assert ask() == "Hello."
    assert httpx.get("https://other.example/").text == "mocked"
"""
    assert run(project, order, "respx_mock", body).counts == {"passed": 3}


@needs("pytest_recording")
@orders
def test_pytest_recording(project, order):
    """Its cassette holds the other host; calls to ours never reach it."""
    body = """
    opus.script("Hello.")
    assert ask() == "Hello."
    with pytest.raises(Exception, match="GET https://other.example/"):
        httpx.get("https://other.example/")
"""
    assert run(project, order, "vcr", body, marks="@pytest.mark.vcr").counts == {"passed": 3}


@needs("pytest_httpx2")
@orders
def test_httpx2_pytest_and_the_sdk(project, order):
    pytest.importorskip("anthropic", minversion="2.0")
    body = """
    import anthropic, httpx2
    httpx2_mock.add_response(url="https://other.example/", text="mocked")
    opus.script("Hello.")
    message = anthropic.Anthropic().messages.create(**body())
    assert message.content[0].text == "Hello."
    assert httpx2.get("https://other.example/").text == "mocked"
"""
    assert run(project, order, "httpx2_mock", body).counts == {"passed": 3}
