"""How much each kind of problem matters: by marker, by ini option, by `endpoint()`; the closest wins."""

import pytest

SPOIL = {
    "unused_turns": 'opus.script("one")',
    "unscripted": "ask()",
    "unknown_host": 'send(url="https://gateway.example/v1/messages")',
    "invalid_requests": 'ask(max_tokens="many")',
    "tool_inputs": 'opus.script(tool_use("run_tests", {"file": 3})); send(tools=[TOOL])',
    "impossible_turns": 'opus.script(tool_use("run_tests", {})); send()',
}
KINDS = [kind for kind in SPOIL if kind != "unknown_host"]

OPTIONS = (
    "unused_turns, unscripted, unknown_host, invalid_requests, tool_schemas, tool_inputs, impossible_turns, "
    "task_budgets, unused_interactions, unrecorded, profile"
)


@pytest.mark.parametrize("kind", SPOIL)
def test_every_kind_fails_by_default(project, kind):
    outcome = project.run(f"""
        def test_it(opus):
            {SPOIL[kind]}
        """)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.count("opus: ") == 1


@pytest.mark.parametrize("kind", SPOIL)
def test_every_kind_can_be_a_warning(project, kind):
    outcome = project.run(
        f"""
        @pytest.mark.opus({kind}="warn")
        def test_it(opus):
            {SPOIL[kind]}
            print([(problem.kind, problem.severity) for problem in opus.problems])
        """,
        "-rP",
    )

    assert outcome.counts == {"passed": 1, "warnings": 1}
    outcome.stdout.fnmatch_lines(["*= warnings summary =*", "test_it.py::test_it", "*OpusWarning: opus: *"])
    if kind != "unused_turns":
        outcome.stdout.fnmatch_lines([f"[[]('{kind}', 'warn')]"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_switched_off(project, kind):
    outcome = project.run(f"""
        @pytest.mark.opus({kind}="off")
        def test_it(opus):
            {SPOIL[kind].replace('max_tokens="many"', 'user="me"')}
            assert opus.problems == []
            {'opus.otherwise("one")' if kind == "invalid_requests" else ""}
        """)

    assert outcome.counts == {"failed" if kind == "invalid_requests" else "passed": 1}


def test_an_invalid_request_is_served_where_it_is_not_judged(project):
    outcome = project.run("""
        @pytest.mark.opus(invalid_requests="off")
        def test_it(opus):
            opus.script("one")
            assert ask(max_tokens="many") == "one"
            assert opus.problems == []
        """)

    assert outcome.counts == {"passed": 1}


def test_an_invalid_request_is_refused_where_it_is_a_warning(project):
    outcome = project.run("""
        @pytest.mark.opus(invalid_requests="warn")
        def test_it(opus):
            opus.script("one")
            assert ask(max_tokens="many") == "max_tokens: Input should be a valid integer"
            assert ask() == "one"
        """)

    assert outcome.counts == {"passed": 1, "warnings": 1}


def test_a_request_to_an_unknown_host_goes_through_where_that_is_allowed(project):
    outcome = project.run("""
        import httpcore
        import httpx

        class Network(Exception): ...

        def connect(pool, request):
            raise Network

        @pytest.mark.opus(unknown_host="off")
        def test_it(opus, monkeypatch):
            monkeypatch.setattr(httpcore.ConnectionPool, "handle_request", connect)
            with pytest.raises(Network):
                send(url="https://gateway.example/v1/messages")
            assert opus.calls == []
        """)

    assert outcome.counts == {"passed": 1}


def test_a_misfit_is_served_where_it_is_a_warning(project):
    outcome = project.run("""
        @pytest.mark.opus(tool_inputs="warn", impossible_turns="warn")
        def test_it(opus):
            opus.script(tool_use("run_tests", {"file": 3}), tool_use("run_tests"))
            assert send(tools=[TOOL]).json()["content"][0]["input"] == {"file": 3}
            assert send().json()["content"][0]["input"] == {}
        """)

    assert outcome.counts == {"passed": 1, "warnings": 2}


def test_the_closest_marker_wins_kind_by_kind(project):
    outcome = project.run(
        """
        pytestmark = pytest.mark.opus(unused_turns="off", unscripted="off")

        def test_of_the_module(opus):
            opus.script("one")

        @pytest.mark.opus(unscripted="fail")
        class TestClass:
            def test_of_the_class(self, opus):
                opus.script("one")

            @pytest.mark.opus(unused_turns="fail")
            def test_of_the_function(self, opus):
                opus.script("one")

            @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.opus(unused_turns="off")), 2])
            @pytest.mark.opus(unused_turns="fail")
            def test_of_the_parameter(self, opus, n):
                opus.script("one")

            def test_of_the_class_again(self, opus):
                ask()
        """,
        "-rA",
    )

    assert outcome.counts == {"passed": 3, "failed": 3}
    failed = [report.nodeid.partition("::TestClass::")[2] for report in outcome.reports if report.failed]
    assert failed == ["test_of_the_function", "test_of_the_parameter[2]", "test_of_the_class_again"]


def test_the_lower_of_two_markers_is_the_closest(project):
    outcome = project.run("""
        @pytest.mark.opus(unused_turns="fail")
        @pytest.mark.opus(unused_turns="off")
        def test_it(opus):
            opus.script("one")
        """)

    assert outcome.counts == {"passed": 1}


def test_an_ini_option_holds_unless_a_marker_says_otherwise(project):
    outcome = project.run(
        """
        def test_ini(opus):
            opus.script("one")

        def test_endpoint():
            with endpoint() as opus:
                opus.script("one")

        def test_options_of_endpoint():
            with endpoint(unused_turns="fail") as opus:
                opus.script("one")

        @pytest.mark.opus(unused_turns="fail")
        def test_marker(opus):
            opus.script("one")
        """,
        ini="opus_unused_turns = off",
    )

    assert outcome.counts == {"passed": 2, "failed": 2}


def test_a_marker_does_not_reach_endpoint(project):
    outcome = project.run("""
        @pytest.mark.opus(unused_turns="off")
        def test_it():
            with endpoint() as opus:
                opus.script("one")
        """)

    assert outcome.counts == {"failed": 1}


WRONG = {
    "@pytest.mark.opus(unused_turn='off')": f"@pytest.mark.opus: unknown option 'unused_turn' (did you mean 'unused_turns'?); its options are {OPTIONS}.",
    "@pytest.mark.opus(colour='red')": f"@pytest.mark.opus: unknown option 'colour'; its options are {OPTIONS}.",
    "@pytest.mark.opus(unscripted='ignore')": "@pytest.mark.opus: unscripted is 'ignore'; one of 'fail', 'warn', 'off' is expected.",
    "@pytest.mark.opus(unscripted=False)": "@pytest.mark.opus: unscripted is False; one of 'fail', 'warn', 'off' is expected.",
    "@pytest.mark.opus(unscripted=[])": "@pytest.mark.opus: unscripted is []; one of 'fail', 'warn', 'off' is expected.",
    "@pytest.mark.opus(profile='azure')": "@pytest.mark.opus: profile is 'azure'; one of 'auto', 'anthropic', 'toapis' is expected.",
    "@pytest.mark.opus('off')": "@pytest.mark.opus takes keyword arguments only; got 'off'.",
}


@pytest.mark.parametrize("marker", WRONG)
@pytest.mark.parametrize("arguments", ["opus", ""])
def test_a_wrong_marker_is_an_error_of_that_test_alone(project, marker, arguments):
    outcome = project.run(f"""
        {marker}
        def test_it({arguments}): ...

        def test_other(opus): ...
        """)

    assert outcome.counts == {"errors": 1, "passed": 1}
    assert outcome.failure == WRONG[marker]


@pytest.mark.parametrize(
    ("ini", "says"),
    [
        ("opus_unused_turns = never", "ini option opus_unused_turns: unused_turns is 'never'; one of 'fail', 'warn', 'off' is expected."),
        ("opus_profile = azure", "ini option opus_profile: profile is 'azure'; one of 'auto', 'anthropic', 'toapis' is expected."),
        ("opus_hosts = https://", "ini option opus_hosts: 'https://' names no host and port; HOST, HOST:PORT or a base URL is expected."),
        ("opus_hosts = gateway:port", "ini option opus_hosts: 'gateway:port' *; HOST, HOST:PORT or a base URL is expected."),
    ],
)  # fmt: skip
def test_a_wrong_ini_option_ends_the_run(project, ini, says):
    outcome = project.run("def test_it(): ...", ini=ini)

    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.result.stderr.fnmatch_lines([f"ERROR: {says}"])


def test_wrong_options_of_endpoint_are_a_value_error_at_that_line(project):
    outcome = project.run("""
        def test_it():
            endpoint(unused="off")
        """)

    assert [line.replace(" " * 8, "") for line in outcome.failure.splitlines()[-3:]] == [
        f"E       ValueError: endpoint(): unknown option 'unused' (did you mean 'unused_turns'?); its options are {OPTIONS}.",
        "",
        "test_it.py:7: ValueError",
    ]


def test_warnings_that_are_errors_fail_the_test_with_every_message(project):
    outcome = project.run(
        """
        @pytest.mark.opus(invalid_requests="warn")
        def test_it(opus):
            ask(max_tokens="many")
            ask()
        """,
        "-Werror::pytest_opus.OpusWarning",
    )

    assert outcome.counts == {"failed": 1}
    assert "call 1 was refused as the API would" in outcome.failure
    assert "call 2 found no turn left in the script" in outcome.failure
    assert "_verdict.py" not in outcome.failure
