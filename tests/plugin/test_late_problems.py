"""Problems that arise after the test was judged are errors of its teardown."""


def test_a_call_in_the_teardown_of_a_fixture(project):
    outcome = project.run("""
        @pytest.fixture
        def agent(opus):
            yield
            ask("Goodbye")

        def test_it(agent, opus):
            opus.script("one")
            assert ask() == "one"
        """)

    assert outcome.counts == {"passed": 1, "errors": 1}
    assert outcome.failure.splitlines()[0] == "opus: call 2 found no turn left in the script (1 turn, all used)."


def test_what_the_test_was_told_is_not_told_again(project):
    outcome = project.run("""
        @pytest.fixture
        def agent(opus):
            yield
            ask("Goodbye")

        def test_it(agent, opus):
            ask()
        """)

    assert outcome.counts == {"failed": 1, "errors": 1}
    of_call, of_teardown = outcome.failures
    assert of_call.splitlines()[0] == "opus: call 1 found no turn left in the script (0 turns)."
    assert of_teardown.splitlines()[0] == "opus: call 2 found no turn left in the script (0 turns)."
    assert of_teardown.count("opus: ") == 1


def test_a_test_that_failed_by_itself_still_hears_of_its_teardown(project):
    outcome = project.run("""
        @pytest.fixture
        def agent(opus):
            yield
            ask("Goodbye")

        def test_it(agent, opus):
            pytest.fail("mine")
        """)

    assert outcome.counts == {"failed": 1, "errors": 1}


def test_a_turn_scripted_for_the_teardown_is_unused_when_the_test_ends(project):
    outcome = project.run("""
        @pytest.fixture
        def agent(opus):
            yield
            assert ask("Goodbye") == "two"

        def test_it(agent, opus):
            opus.script("one", "two")
            ask()
        """)

    assert outcome.counts == {"failed": 1}


def test_a_thread_that_outlives_its_test_gets_an_answer_of_its_own(project, lines):
    outcome = project.run("""
        import contextvars
        import threading

        go, answers = threading.Event(), []

        def late():
            go.wait()
            answers.append(ask())

        def test_it(opus):
            opus.script("one")
            ask()
            globals()["thread"] = threading.Thread(target=contextvars.copy_context().run, args=(late,))
            thread.start()

        def test_next(opus):
            opus.script("of the next test")
            go.set()
            thread.join()
            assert answers == ["opus: a request came after the end of test_it.py::test_it."]
            assert ask() == "of the next test"
            assert len(opus.calls) == 1
        """)

    assert outcome.counts == {"passed": 2, "errors": 1}
    assert outcome.failure == lines("""
        opus: a request came after the end of test_it.py::test_it.
          POST /v1/messages
        Wait for the test's tasks and threads before it ends, or cancel them.
        """)
