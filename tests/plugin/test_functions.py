"""Functions of the test, as turns and as conditions of routes: what they get, and what their errors become."""

import pytest


def test_a_function_sees_the_request_and_makes_the_turn(project):
    outcome = project.run("""
        def echo(request):
            return f"{request.model}: {request.last_user_text}"

        def test_it(opus):
            opus.script(echo)
            opus.otherwise(lambda request: [text("a"), text("b")])
            assert ask("Hello") == "claude-opus-4-7: Hello"
            assert [block["text"] for block in send().json()["content"]] == ["a", "b"]
        """)

    assert outcome.counts == {"passed": 1}


def test_it_gets_the_same_object_as_the_ledger(project):
    outcome = project.run("""
        def test_it(opus):
            seen = []
            opus.script(lambda request: seen.append(request) or "one")
            ask()
            assert seen == [opus.calls[0].request]
            assert seen[0] is opus.calls[0].request
        """)

    assert outcome.counts == {"passed": 1}


@pytest.mark.parametrize(
    "returned",
    ['"one"', 'text("one")', '[text("one")]', 'turn("one")', "lambda request: 'one'",
     '{"type": "message", "content": [{"type": "text", "text": "one"}]}'],
)  # fmt: skip
def test_it_may_return_every_form_of_a_turn(project, returned):
    outcome = project.run(f"""
        def test_it(opus):
            opus.script(lambda request: {returned})
            assert ask() == "one"
        """)

    assert outcome.counts == {"passed": 1}


def test_it_may_return_an_error_turn_and_plausible(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script(lambda request: api_error(413), lambda request: pytest_opus.plausible())
            assert send().status_code == 413
            assert ask() == "This is a plausible answer."
        """)

    assert outcome.counts == {"passed": 1}


def test_a_failing_assert_in_it_is_the_failure(project):
    outcome = project.run("""
        def check(request):
            assert request.max_tokens == 200
            return "one"

        def test_it(opus):
            opus.script(check)
            answer = send()
            assert answer.status_code == 400
            assert answer.headers["x-should-retry"] == "false"
            assert answer.json()["error"]["message"].startswith("opus: call 1: turn 1, function check raised AssertionError")
        """)

    assert outcome.counts == {"failed": 1}
    assert ">       assert request.max_tokens == 200" in outcome.failure
    assert "E       assert 100 == 200\n" in outcome.failure
    assert outcome.failure.endswith("test_it.py:7: AssertionError")


@pytest.mark.parametrize(
    "fails",
    ['assert ask() == "one"', "with pytest.raises(OSError): ask()", "ask(); pytest.fail('mine')"],
)
def test_it_is_the_failure_also_where_its_answer_made_the_test_fail(project, fails):
    outcome = project.run(f"""
        def check(request):
            assert request.max_tokens == 200

        def test_it(opus):
            opus.script(check)
            {fails}
        """)

    assert outcome.counts == {"failed": 1}
    assert "E       assert 100 == 200\n" in outcome.failure


def test_it_is_the_failure_of_endpoint_too(project):
    outcome = project.run("""
        def check(request):
            assert request.max_tokens == 200

        def test_swallowed():
            with endpoint() as opus:
                opus.script(check)
                ask()

        def test_raised_by_its_answer():
            with endpoint() as opus:
                opus.script(check)
                assert ask() == "one"
        """)

    assert outcome.counts == {"failed": 2}
    for failure in outcome.failures:
        assert "assert 100 == 200\n" in failure


def test_its_error_is_a_problem_at_once(project):
    outcome = project.run("""
        def check(request):
            raise KeyError("file")

        def test_it(opus):
            opus.script(check)
            ask("Fix it")
            (problem,) = opus.problems
            print(problem.message)
            print((problem.kind, problem.code, problem.severity, problem.call is opus.calls[0]))
        """)

    assert outcome.failure.splitlines()[-1].endswith(":7: KeyError")
    outcome.stdout.fnmatch_lines(
        [
            "opus: call 1: turn 1, function check raised KeyError: 'file'",
            '  call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"',
            '  */test_it.py:7: raise KeyError("file")',
            "Mend the function, or the program whose request it does not accept.",
            "('unscripted', 'function_raised', 'fail', True)",
        ],
        consecutive=True,
    )


def test_none_is_a_problem(project, lines):
    outcome = project.run("""
        def forgets(request):
            if request.model == "x":
                return "one"

        def test_it(opus):
            opus.script(forgets)
            ask("Fix it")
        """)

    assert outcome.failure == lines("""
        opus: call 1: turn 1, function forgets returned no turn: None.
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
        Return a turn from every branch of the function, such as "text" or tool_use(...).
        """)


def test_something_else_is_a_problem(project):
    outcome = project.run("""
        def counts(request):
            return 3

        def test_it(opus):
            opus.script(counts)
            ask()
        """)

    assert outcome.failure.splitlines()[0].startswith(
        "opus: call 1: turn 1, function counts returned no turn: the function: 3 (int) is no turn; a turn is a str, "
    )


def test_a_turn_that_its_function_could_not_build(project):
    outcome = project.run("""
        def builds(request):
            return turn("one", stop_reason="stop")

        def test_it(opus):
            opus.script(builds)
            ask()
        """)

    assert "ValueError: turn(): stop_reason is 'stop' (str); one of end_turn, " in outcome.failure


def test_a_condition_that_raises(project):
    outcome = project.run("""
        def is_planner(request):
            return request.system["role"]

        def test_it(opus):
            opus.when(where=is_planner).otherwise("plan")
            opus.otherwise("one")
            assert ask() == "opus: call 1: when(where=is_planner) raised TypeError: 'NoneType' object is not subscriptable"
        """)

    assert outcome.counts == {"failed": 1}
    assert "E       TypeError: 'NoneType' object is not subscriptable" in outcome.failure
    assert outcome.failure.endswith("test_it.py:7: TypeError")


def test_a_function_runs_outside_the_lock(project):
    outcome = project.run("""
        def delegates(request):
            return ask("To the helper")

        def test_it(opus):
            opus.script(delegates, "of the helper")
            assert ask() == "of the helper"
            assert [call.request.last_user_text for call in opus.calls] == ["Hi", "To the helper"]
        """)

    assert outcome.counts == {"passed": 1}


def test_skipping_inside_a_function_skips_the_test(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script(lambda request: pytest.skip("not today"))
            ask()
        """)

    assert outcome.counts == {"skipped": 1}


def test_an_async_function_is_refused_when_it_is_scripted(project):
    outcome = project.run("""
        async def asks(request): ...

        def test_it(opus):
            opus.script(asks)
        """)

    assert "TypeError: script(): turn 1: <function asks at 0x" in outcome.failure
    assert " (function) is async; a turn is made by a plain function (request) -> turn." in outcome.failure
    assert outcome.failure.endswith("test_it.py:9: TypeError")
