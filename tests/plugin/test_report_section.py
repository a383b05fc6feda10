"""The section "opus" of a failing test: what its failure does not show yet, and the transcript."""


def test_it_shows_the_transcript(project, lines):
    outcome = project.run("""
        def test_it(opus):
            opus.script(turn(tool_use("run_tests", {"file": "a.py"}), usage={"input_tokens": 120, "output_tokens": 48}))
            ask_body = body("Fix it", tools=[TOOL])
            send("Fix it", tools=[TOOL])
            assert 1 == 2
        """)

    assert outcome.section == lines("""
        call 1: claude-opus-4-7 200 tool_use, 120 tokens in, 48 out
          > user: text "Fix it"
          < tool_use run_tests {"file": "a.py"}
        """)


def test_it_shows_the_problems_of_a_test_that_failed_by_itself(project, lines):
    outcome = project.run("""
        def test_it(opus):
            assert ask() == "one"
        """)

    assert outcome.section == lines("""
        opus: call 1 found no turn left in the script (0 turns).
          call 1: model claude-opus-4-7, 1 message, the last: user text "Hi"
        Add a turn to opus.script(...), or answer every further call with opus.otherwise(...).

        call 1: claude-opus-4-7 400 invalid_request_error
          > user: text "Hi"
          < invalid_request_error: opus: call 1 found no turn left in the script (0 turns).
        """)


def test_it_does_not_repeat_what_the_failure_says(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script("one")
        """)

    assert outcome.section == "(no request was seen)"


def test_it_does_not_repeat_what_endpoint_raised(project):
    outcome = project.run("""
        def test_it():
            with endpoint() as opus:
                opus.script("one")
        """)

    assert outcome.section == "(no request was seen)"


def test_it_shows_every_endpoint_of_the_test(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script("outer")
            ask("To the outer")
            with endpoint() as inner:
                inner.script("inner")
                ask("To the inner")
            assert 1 == 2
        """)

    assert 'text "To the outer"' in outcome.section
    assert 'text "To the inner"' in outcome.section


def test_it_shows_what_happened_before_setup_failed(project):
    outcome = project.run("""
        @pytest.fixture
        def broken(opus):
            opus.script("one")
            ask("From a fixture")
            raise OSError("no disk")

        def test_it(broken): ...
        """)

    assert outcome.counts == {"errors": 1}
    assert 'text "From a fixture"' in outcome.section


def test_it_is_absent_where_no_endpoint_was_open(project):
    outcome = project.run("""
        def test_with(opus): ...

        def test_without():
            assert 1 == 2
        """)

    assert "- opus -" not in outcome.text


def test_it_is_absent_where_the_test_passed(project):
    outcome = project.run(
        """
        def test_it(opus):
            opus.script("one")
            ask()
        """,
        "-rP",
    )

    assert "- opus -" not in outcome.text


def test_it_hides_keys(project):
    outcome = project.run("""
        import httpx
        from program import URL

        def test_it(opus):
            httpx.post(URL, headers=headers(**{"x-api-key": "sk-ant-secret"}), json=body())
            print(opus.calls[0].request.headers, opus.calls[0].request)
        """)

    assert outcome.counts == {"failed": 1}
    assert "sk-ant-secret" not in outcome.text


def test_the_summary_line_is_the_first_line(project):
    outcome = project.run(
        """
        def test_it(opus):
            opus.script("one", "two")
            ask()
        """,
        "-rf",
    )

    assert "FAILED test_it.py::test_it - Failed: opus: 1 of 2 scripted turns was neve" in outcome.text


def test_it_shows_the_last_endpoints_only(project):
    outcome = project.run("""
        def test_it():
            for number in range(50):
                with endpoint() as opus:
                    opus.script("one")
                    ask(f"Question {number}")
            assert 1 == 2
        """)

    assert "Question 49" in outcome.section
    assert outcome.section.count("Question") <= 5
