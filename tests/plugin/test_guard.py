"""`opus_guard`: no request to a Messages host goes unseen."""

from __future__ import annotations

GUARD = "opus_guard = true"


def test_a_request_outside_of_everything_fails_the_test_with_its_line(project):
    outcome = project.run(
        """
        def run_agent():
            return ask()

        def test_it():
            assert run_agent().startswith("opus: ")
        """,
        ini=GUARD,
    )
    assert outcome.counts == {"failed": 1}
    first, *rest = outcome.failure.splitlines()
    assert first.endswith(", in send, sent a request to api.anthropic.com, which opus_guard forbids.")
    assert "program.py:" in first
    assert rest == [
        "  POST /v1/messages",
        "  nearest: the `opus` fixture, which would have answered it",
        "Ask for the `opus` fixture, or mark the test @pytest.mark.opus_live if the real API is meant.",
    ]


def test_a_budget_does_not_open_the_door(project):
    outcome = project.run("@pytest.mark.token_budget(1_000)\ndef test_it():\n    ask()", ini=GUARD)
    assert outcome.counts == {"failed": 1}
    assert "which opus_guard forbids" in outcome.failure


def test_tests_with_an_endpoint_and_other_hosts_are_left_alone(project):
    outcome = project.run(
        """
        import httpx

        def test_fixture(opus):
            opus.script("x")
            assert ask() == "x"

        def test_block():
            with endpoint() as opus:
                opus.script("x")
                assert ask() == "x"

        def test_other_hosts():
            with pytest.raises(httpx.ConnectError):
                send(url="http://127.0.0.1:9/v1/messages")
        """,
        ini=GUARD,
    )
    assert outcome.counts == {"passed": 3}


def test_each_test_hears_of_its_own_requests_only(project):
    outcome = project.run("def test_a():\n    ask()\n\ndef test_b():\n    pass", ini=GUARD)
    assert outcome.counts == {"failed": 1, "passed": 1}
