"""Turns that the API could not have answered with: the whole message of each code, and what is not judged."""

import pytest

OTHER = '{"name": "lint", "input_schema": {"type": "object"}}'


def test_a_tool_that_is_not_offered(project, lines):
    outcome = project.run("""
        def test_it(opus):
            opus.script(tool_use("run_test", {}))
            ask("Fix it", tools=[TOOL])
            assert opus.problems[0].code == "tool_not_offered"
        """)

    assert outcome.failure == lines("""
        opus: turn 1 calls 'run_test', which the request does not offer (it offers run_tests).
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
          turn 1, tool_use run_test {}
          nearest: tool_use('run_tests', ...)
        Script a tool that the program offers, or let the program offer this one. To switch this check off: @pytest.mark.opus(impossible_turns="off").
        """)


def test_a_tool_where_none_is_offered(project, lines):
    outcome = project.run("""
        def test_it(opus):
            opus.script(tool_use("run_tests"))
            ask("Fix it")
        """)

    assert outcome.failure == lines("""
        opus: turn 1 calls 'run_tests', which the request does not offer (it offers no tools).
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
          turn 1, tool_use run_tests (smallest input)
        Script a tool that the program offers, or let the program offer this one. To switch this check off: @pytest.mark.opus(impossible_turns="off").
        """)


def test_a_call_under_tool_choice_none(project, lines):
    outcome = project.run("""
        def test_it(opus):
            opus.script(tool_use("run_tests", {"file": "a.py"}))
            ask("Fix it", tools=[TOOL], tool_choice={"type": "none"})
            assert opus.problems[0].code == "tool_choice_none"
        """)

    assert outcome.failure == lines("""
        opus: turn 1 calls 'run_tests', but the request says tool_choice none.
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
          turn 1, tool_use run_tests {"file": "a.py"}
        Answer in text, or let the program offer the choice. To switch this check off: @pytest.mark.opus(impossible_turns="off").
        """)


def test_another_tool_than_the_forced_one(project, lines):
    outcome = project.run(f"""
        def test_it(opus):
            opus.script(tool_use("lint", {{}}))
            ask("Fix it", tools=[TOOL, {OTHER}], tool_choice={{"type": "tool", "name": "run_tests"}})
            assert opus.problems[0].code == "not_the_forced_tool"
        """)

    assert outcome.failure == lines("""
        opus: turn 1 calls 'lint', but tool_choice forces 'run_tests'.
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
          turn 1, tool_use lint {}
          nearest: tool_use('run_tests', ...)
        Script a call of the forced tool. To switch this check off: @pytest.mark.opus(impossible_turns="off").
        """)


def test_two_calls_where_parallel_ones_are_disabled(project, lines):
    outcome = project.run("""
        def test_it(opus):
            opus.script([tool_use("run_tests"), tool_use("run_tests")])
            ask("Fix it", tools=[TOOL], tool_choice={"type": "auto", "disable_parallel_tool_use": True})
            assert opus.problems[0].code == "parallel_calls"
        """)

    assert outcome.failure == lines("""
        opus: turn 1 calls 2 tools at once, but the request sets disable_parallel_tool_use.
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
          turn 1, tool_use run_tests (smallest input), tool_use run_tests (smallest input)
          nearest: one turn per call
        Script the calls as turns of their own. To switch this check off: @pytest.mark.opus(impossible_turns="off").
        """)


@pytest.mark.parametrize(
    ("turn", "request_fields"),
    [
        ('[tool_use("run_tests"), tool_use("run_tests")]', "tools=[TOOL]"),
        ('[tool_use("run_tests"), tool_use("run_tests")]', 'tools=[TOOL], tool_choice={"type": "any"}'),
        ('"just text"', 'tools=[TOOL], tool_choice={"type": "any"}'),
        ('"just text"', 'tools=[TOOL], tool_choice={"type": "tool", "name": "run_tests"}'),
        ('tool_use("run_tests")', 'tools=[TOOL], tool_choice={"type": "tool", "name": "run_tests"}'),
        ('pytest_opus.thinking("Hm.")', ""),
        ('"much longer than one token allows"', "max_tokens=1"),
        ('pytest_opus.server_tool_use("web_search", {"query": "x"})', ""),
    ],
)
def test_what_could_have_been_answered_is_served(project, turn, request_fields):
    outcome = project.run(f"""
        def test_it(opus):
            opus.script({turn})
            assert send({", ".join(filter(None, ['"Hi"', request_fields]))}).status_code == 200
        """)

    assert outcome.counts == {"passed": 1}


def test_an_impossible_turn_is_not_served_and_takes_its_place_in_the_ledger(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script(tool_use("run_tests"))
            answer = send()
            (call,), (problem,) = opus.calls, opus.problems
            assert (answer.status_code, answer.headers["x-should-retry"]) == (400, "false")
            assert answer.json()["error"] == {"type": "invalid_request_error", "message": problem.summary}
            assert (call.status, call.response, call.error.message) == (400, None, problem.summary)
            assert (problem.kind, problem.severity, problem.call) == ("impossible_turns", "fail", call)
            print("all of it is so")
        """)

    assert outcome.counts == {"failed": 1}
    outcome.stdout.fnmatch_lines(["all of it is so"])


def test_switched_off_it_is_served(project):
    outcome = project.run("""
        @pytest.mark.opus(impossible_turns="off")
        def test_it(opus):
            opus.script(tool_use("run_tests", {}))
            assert send().json()["content"][0]["name"] == "run_tests"
        """)

    assert outcome.counts == {"passed": 1}
