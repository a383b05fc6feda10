"""Tests with cassettes among everything else that a test suite has: other recorders, reruns, selections, classes."""

from __future__ import annotations

import gzip
import json
import os
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pytest

pytest.importorskip("vcr")

BOTH = """
    import httpx
    import os

    OTHER = os.environ["OTHER"]

    @pytest.mark.vcr
    def test_theirs():
        assert httpx.post(OTHER, json=body("theirs")).status_code == 200

    @pytest.mark.opus_cassette
    def test_ours(opus):
        assert ask("ours", url=BASE).endswith("you said ours")

    @pytest.mark.vcr
    @pytest.mark.opus_cassette("messages")
    def test_both(opus):
        assert ask("both", url=BASE).endswith("you said both")
        assert httpx.post(OTHER, json=body("theirs")).status_code == 200
    """


@pytest.fixture
def other(taped, monkeypatch):
    """Another host than that of the API, on the same server."""
    monkeypatch.setenv("OTHER", os.environ["ANTHROPIC_BASE_URL"].replace("127.0.0.1", "localhost") + "/other")
    return taped


@pytest.mark.skipif(
    find_spec("pytest_recording") is None and find_spec("pytest_vcr") is None, reason="neither installed"
)
def test_beside_another_recorder(other):
    once = "--record-mode=once" if find_spec("pytest_recording") else "--vcr-record=once"
    none = "--record-mode=none" if find_spec("pytest_recording") else "--vcr-record=none"
    outcome = other.run(BOTH, once, "--opus-record=once")
    assert outcome.counts == {"passed": 3}, outcome.text
    assert {"messages.yaml", "test_ours.yaml"} <= {path.name for path in other.path().parent.iterdir()}
    paths = [one["path"] for one in other.seen]
    assert sorted(paths) == ["/other", "/other", "/v1/messages", "/v1/messages"]

    replayed = other.run(BOTH, none)
    assert replayed.counts == {"passed": 3}, replayed.text
    assert len(other.seen) == 4


@pytest.mark.skipif(find_spec("pytest_recording") is None, reason="pytest-recording is not installed")
def test_two_recorders_do_not_write_to_one_file(other):
    outcome = other.run(BOTH.replace('("messages")', ""), "--record-mode=once", "--opus-record=once", "-k", "both")

    assert outcome.counts == {"errors": 1, "deselected": 2}
    assert outcome.failure == (
        "@pytest.mark.opus_cassette: pytest-recording would write the cassette of @pytest.mark.vcr to the same file; "
        'give ours a name: @pytest.mark.opus_cassette("messages").'
    )
    assert other.seen == []


FLAKY = """
    tries = []

    @pytest.mark.opus_cassette
    def test_it(opus):
        tries.append(1)
        ask("Hi", url=BASE)
        ask("again", url=BASE)
        assert len(opus.calls) == 2
        assert len(tries) == {}
    """


@pytest.mark.skipif(find_spec("pytest_rerunfailures") is None, reason="pytest-rerunfailures not installed")
def test_a_test_that_is_run_again_begins_its_cassette_anew(taped):
    outcome = taped.run(FLAKY.format(2), "--opus-record=once", "--reruns=1")
    assert outcome.counts == {"passed": 1, "rerun": 1}, outcome.text
    assert taped.path().read_text(encoding="utf-8").count("- request:") == 2

    assert taped.run(FLAKY.format(2), "--reruns=1").counts == {"passed": 1, "rerun": 1}
    assert len(taped.seen) == 4


def test_tests_that_failed_last_time_can_be_recorded_alone(taped):
    source = """
        @pytest.mark.opus_cassette
        @pytest.mark.parametrize("name", ["a", "b"])
        def test_it(opus, name):
            ask({}, url=BASE)
        """
    assert taped.run(source.format("name"), "--opus-record=once").counts == {"passed": 2}
    changed = source.format("name.replace('b', 'c')")
    assert taped.run(changed).counts == {"passed": 1, "failed": 1}
    before = taped.path("test_it[a]").read_bytes()

    assert taped.run(changed, "--lf", "--opus-record=all").counts["passed"] == 1
    assert len(taped.seen) == 3
    assert taped.path("test_it[a]").read_bytes() == before
    assert taped.run(changed).counts == {"passed": 2}


def test_an_expected_failure_is_one_whatever_fails_it(taped):
    source = """
        @pytest.mark.xfail(strict={})
        @pytest.mark.opus_cassette
        def test_it(opus):
            ask("Hi", url=BASE)
            {}
        """
    assert taped.run(source.format(False, "")).counts == {"xfailed": 1}
    assert taped.run(source.format(True, "assert 0"), "--opus-record=once").counts == {"xfailed": 1}
    assert not taped.path().exists()
    assert taped.run(source.format(False, ""), "--opus-record=once").counts == {"xpassed": 1}
    assert taped.path().exists()


def test_without_a_terminal(taped):
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            ask("Hi", url=BASE)
        """
    assert taped.run_subprocess(source, "--opus-record=once", "-p", "no:terminal").ret == 0
    assert taped.run_subprocess(source, "-p", "no:terminal").ret == 0
    assert taped.run_subprocess(source, "-p", "no:terminal", "-p", "no:cacheprovider").ret == 0
    assert len(taped.seen) == 1


def test_each_effort_level_has_its_cassette(taped):
    source = """
        @pytest.mark.opus_cassette
        @pytest.mark.opus_effort("low", "high")
        def test_it(opus, opus_effort):
            ask("Hi", url=BASE, output_config={"effort": opus_effort})
        """
    assert taped.run(source, "--opus-record=once").counts == {"passed": 2}
    names = sorted(path.name for path in taped.path().parent.iterdir())
    assert names == ["test_it[high].yaml", "test_it[low].yaml"]

    outcome = taped.run(source)
    assert outcome.counts == {"passed": 2}
    assert len(taped.seen) == 2


def test_classes_and_modules_are_marked_as_a_whole(taped):
    source = """
        import unittest

        @pytest.mark.opus_cassette
        class TestIt:
            def test_one(self):
                ask("one", url=BASE)

            def test_two(self, opus):
                ask("two", url=BASE)

        @pytest.mark.opus_cassette
        class Case(unittest.TestCase):
            def test_it(self):
                assert ask("case", url=BASE).endswith("you said case")
        """
    module = "pytestmark = pytest.mark.opus_cassette\n" + dedent(source).replace("@pytest.mark.opus_cassette\n", "")
    assert taped.run(source, "--opus-record=once").counts == {"passed": 3}
    names = sorted(path.name for path in taped.path().parent.iterdir())
    assert names == ["Case.test_it.yaml", "TestIt.test_one.yaml", "TestIt.test_two.yaml"]

    assert taped.run(source).counts == {"passed": 3}
    assert taped.run(module).counts == {"passed": 3}
    assert len(taped.seen) == 3
    assert taped.run(source.replace("you said case", "you said no")).counts == {"passed": 2, "failed": 1}


ORIGINALS = Path(__file__).parents[2].parent / "shared/corpus/originals"


def plain(path):
    """The interactions of a cassette as its own tool reads it: requests, statuses, and answers as JSON or events."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: str(node.value))
    for one in yaml.load(path.read_text(encoding="utf-8"), Loader)["interactions"]:
        request, response = one["request"], one["response"]
        sent = request.get("parsed_body") or content_of(request.get("body"))
        got = response.get("parsed_body") or content_of(response.get("body") or response["content"])
        status = response.get("status") or response["status_code"]
        status = status["code"] if isinstance(status, dict) else status
        betas = [value for name, value in request["headers"].items() if name.lower() == "anthropic-beta"]
        beta = ",".join(betas[0] if isinstance(betas[0], list) else betas) if betas else ""
        yield request["method"], request["uri"], beta, sent, status, got


def content_of(body):
    if isinstance(body, dict):
        body = next(body[key] for key in ("string", "content", "text") if key in body)
    if isinstance(body, bytes):
        body = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()
    if not isinstance(body, str):
        return body
    if body.lstrip().startswith("event:"):
        return [json.loads(line[5:]) for line in body.splitlines() if line.startswith("data:")]
    return json.loads(body)


@pytest.mark.skipif(not ORIGINALS.exists(), reason="the recorded traffic is not here")
@pytest.mark.parametrize("original", sorted(ORIGINALS.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_other_projects_have_recorded_is_replayed(project, original):
    interactions = list(plain(original))
    Path("interactions.json").write_text(json.dumps(interactions), encoding="utf-8")
    outcome = project.run(
        f"""
        import httpx, json

        def test_it():
            with endpoint(cassette={str(original)!r}) as opus:
                for method, uri, beta, sent, status, expected in json.load(open("interactions.json")):
                    betas = {{"anthropic-beta": beta}} if beta else {{}}
                    answer = httpx.request(method, uri, headers=betas, json=sent)
                    assert answer.status_code == status, answer.text
                    data = [json.loads(line[5:]) for line in answer.text.splitlines() if line.startswith("data:")]
                    assert (data or answer.json()) == expected
        """
    )
    assert interactions
    assert outcome.counts["passed"] == 1, outcome.text
