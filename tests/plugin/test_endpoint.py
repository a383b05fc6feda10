"""`endpoint()`: an endpoint outside a fixture."""

import pytest

from pytest_opus import _active


def test_it_raises_at_its_end_what_is_wrong(project, lines):
    outcome = project.run("""
        def test_it():
            with endpoint() as opus:
                opus.script("one", "two")
                ask()
                ask(max_tokens="many")
        """)

    assert outcome.counts == {"failed": 1}
    said = [line.removeprefix("E").strip() for line in outcome.failure.splitlines() if line.startswith("E")]
    assert said[0].startswith("AssertionError: opus: call 2 was refused as the API would: 400 invalid_request_error: ")
    assert outcome.failure.endswith("test_it.py:7: AssertionError")
    assert "_endpoint.py" not in outcome.failure


def test_the_whole_message_outside_of_pytest(project):
    project.write(
        """
        with pytest_opus.endpoint() as opus:
            opus.script("one", "two")
            assert ask() == "one"
        """,
        name="script",
    )
    result = project.pytester.runpython(project.pytester.path / "script.py")

    assert result.ret == 1
    assert "\n".join(result.stderr.lines).endswith(
        "AssertionError: opus: 1 of 2 scripted turns was never asked for.\n"
        '  unused: turn 2, text "two"\n'
        "  the program made 1 call\n"
        "  nearest: the last answer, claude-opus-4-7 200 end_turn, to call 1: model claude-opus-4-7, 1 message, "
        'the last: user text "Hi"\n'
        "Take the turn out of the script, or find out why the program stopped early. "
        'Where fewer calls are fine: @pytest.mark.opus(unused_turns="off").'
    )


@pytest.mark.parametrize("raised", ["OSError", "KeyboardInterrupt", "pytest.skip.Exception"])
def test_it_does_not_hide_what_its_block_raises(project, raised):
    outcome = project.run(f"""
        def test_it():
            with pytest.raises({raised}):
                with endpoint() as opus:
                    opus.script("one")
                    raise {raised}("mine")
        """)

    assert outcome.counts == {"passed": 1}


def test_its_options_are_those_of_the_marker(project):
    outcome = project.run("""
        def test_it():
            with endpoint(unused_turns="off", unscripted="off", profile="toapis") as opus:
                opus.when(model="sonnet").script("one")
                opus.script(rate_limited())
                assert send().json()["error"]["type"] == "rate_limit_exceeded"
                ask()
            assert opus.problems == []
        """)

    assert outcome.counts == {"passed": 1}


def test_warnings_name_the_line_of_the_block(project):
    outcome = project.run("""
        def test_it():
            with endpoint(unscripted="warn"):
                ask()
        """)

    assert outcome.counts == {"passed": 1, "warnings": 1}
    outcome.stdout.fnmatch_lines(["*test_it.py:7: OpusWarning: opus: call 1 found no turn left in the script*"])


def test_the_inner_of_two_answers(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script("outer 1", "outer 2")
            assert ask() == "outer 1"
            with endpoint() as inner:
                inner.script("inner")
                assert ask() == "inner"
            assert ask() == "outer 2"
            assert (len(opus.calls), len(inner.calls)) == (2, 1)
        """)

    assert outcome.counts == {"passed": 1}


def test_a_session_fixture_may_open_one(project):
    outcome = project.run("""
        @pytest.fixture(scope="session")
        def api():
            with endpoint() as opus:
                opus.otherwise("of the session")
                yield opus

        def test_one(api):
            assert ask() == "of the session"

        def test_with_its_own(api, opus):
            opus.script("of the test")
            assert ask() == "of the test"

        def test_two(api):
            assert ask() == "of the session"
            assert len(api.calls) == 2
        """)

    assert outcome.counts == {"passed": 3}


def test_problems_of_a_session_fixture_are_an_error_of_its_teardown(project):
    outcome = project.run("""
        @pytest.fixture(scope="session")
        def api():
            with endpoint() as opus:
                opus.script("one")
                yield opus

        def test_one(api): ...
        """)

    assert outcome.counts == {"passed": 1, "errors": 1}
    assert "AssertionError: opus: 1 of 1 scripted turn was never asked for." in outcome.failure


def test_under_given_every_example_has_its_own(project):
    pytest.importorskip("hypothesis")

    outcome = project.run("""
        from hypothesis import given, settings, strategies as st

        @settings(max_examples=20, database=None)
        @given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs", "Zs", "Cc"])))
        def test_it(word):
            with endpoint() as opus:
                opus.script(word)
                assert ask(word) == word
                assert opus.calls[0].request.last_user_text == word
        """)

    assert outcome.counts == {"passed": 1}


def test_under_given_it_finds_the_failing_example(project):
    pytest.importorskip("hypothesis")

    outcome = project.run("""
        from hypothesis import given, settings, strategies as st

        @settings(max_examples=100, database=None)
        @given(st.integers(min_value=0, max_value=100))
        def test_it(number):
            with endpoint() as opus:
                opus.script(*["one"] * (number // 10))
                for _ in range(min(number // 10, 3)):
                    ask()
        """)

    assert outcome.counts == {"failed": 1}
    assert "opus: 1 of 4 scripted turns was never asked for." in outcome.failure
    assert "number=40" in outcome.text


def test_threads_with_an_endpoint_each(project):
    outcome = project.run("""
        from threading import Barrier, Thread

        def test_it():
            both, answers = Barrier(2), {}

            def work(name):
                with endpoint() as opus:
                    opus.script(*[f"{name} {n}" for n in range(20)])
                    both.wait()
                    answers[name] = [ask() for _ in range(20)]
                    both.wait()

            threads = [Thread(target=work, args=(name,)) for name in "ab"]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            assert answers == {name: [f"{name} {n}" for n in range(20)] for name in "ab"}
        """)

    assert outcome.counts == {"passed": 1}


def test_threads_of_the_program_share_the_endpoint_of_the_test(project):
    outcome = project.run("""
        from concurrent.futures import ThreadPoolExecutor

        def test_it(opus):
            opus.script(*[str(n) for n in range(50)])
            with ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(ask, map(str, range(50))))
            assert sorted(answers, key=int) == [str(n) for n in range(50)]
            assert [call.number for call in opus.calls] == list(range(1, 51))
        """)

    assert outcome.counts == {"passed": 1}


def test_tasks_with_an_endpoint_each(project):
    outcome = project.run(
        """
        import asyncio

        async def work(name):
            with endpoint() as opus:
                opus.script(f"{name} 1", f"{name} 2")
                first = await ask_async()
                await asyncio.sleep(0)
                return [first, await ask_async()]

        async def test_it():
            assert await asyncio.gather(work("a"), work("b")) == [["a 1", "a 2"], ["b 1", "b 2"]]
        """,
        ini="asyncio_mode = auto",
    )

    assert outcome.counts == {"passed": 1}


def test_an_endpoint_of_wider_scope_that_was_opened_within_a_test(project):
    """It ends after the fixture of that test; nothing of the one that ended first may come back."""
    outcome = project.run(
        """
        @pytest.fixture(scope="module")
        def shared():
            with endpoint(unused_turns="off") as opus:
                opus.otherwise("shared")
                yield opus

        def test_first(request, opus):
            request.getfixturevalue("shared")
            assert ask() == "shared"
        """,
    )
    assert outcome.counts == {"passed": 1}
    assert _active.current() is None
