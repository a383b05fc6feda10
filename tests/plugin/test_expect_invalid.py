"""`expect_invalid()`: called, it permits refusals; as a context manager, it demands one."""


def test_called_it_permits_refusals_from_there_on(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script("one")
            opus.expect_invalid()
            assert ask(max_tokens="many") == "max_tokens: Input should be a valid integer"
            assert ask() == "one"
            assert ask(max_tokens="more") == "max_tokens: Input should be a valid integer"
            assert opus.problems == []
            assert [call.status for call in opus.calls] == [400, 200, 400]
        """)

    assert outcome.counts == {"passed": 1}


def test_called_it_demands_nothing(project):
    outcome = project.run("""
        def test_it(opus):
            opus.expect_invalid()
        """)

    assert outcome.counts == {"passed": 1}


def test_as_a_block_it_permits_refusals_inside_only(project):
    outcome = project.run("""
        def test_it(opus):
            with opus.expect_invalid():
                ask(max_tokens="inside")
            ask(max_tokens="outside")
            assert [problem.call.number for problem in opus.problems] == [2]
        """)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0].startswith("opus: call 2 was refused as the API would: 400 ")


def test_as_a_block_it_demands_a_refusal(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script("one")
            with opus.expect_invalid():
                ask()
        """)

    assert outcome.failure.splitlines()[-3:] == [
        "E       AssertionError: opus: expect_invalid() saw no refused request inside its block.",
        "",
        "test_it.py:8: AssertionError",
    ]


def test_a_refusal_before_the_block_does_not_count(project):
    outcome = project.run("""
        def test_it(opus):
            opus.expect_invalid()
            ask(max_tokens="many")
            with opus.expect_invalid():
                pass
        """)

    assert "AssertionError: opus: expect_invalid() saw no refused request inside its block." in outcome.failure


def test_it_does_not_hide_what_its_block_raises(project):
    outcome = project.run("""
        def test_it(opus):
            with opus.expect_invalid():
                raise OSError("no disk")
        """)

    assert outcome.failure.splitlines()[-3] == "E           OSError: no disk"


def test_a_block_within_a_test_that_permits_refusals_ends_without_forbidding_them(project):
    outcome = project.run("""
        def test_it(opus):
            opus.expect_invalid()
            with opus.expect_invalid():
                ask(max_tokens="many")
            ask(max_tokens="more")
        """)

    assert outcome.counts == {"passed": 1}


def test_a_refusal_that_is_meant_leaves_its_turn_in_the_script(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script("one")
            with opus.expect_invalid():
                ask(max_tokens="many")
        """)

    assert outcome.failure.splitlines()[0] == "opus: 1 of 1 scripted turn was never asked for."


def test_it_counts_refusals_of_every_resource(project):
    outcome = project.run("""
        import httpx

        def test_it(opus):
            with opus.expect_invalid():
                httpx.get("https://api.anthropic.com/v1/models")
        """)

    assert outcome.counts == {"passed": 1}


def test_a_turn_that_does_not_fit_is_no_refusal(project):
    outcome = project.run("""
        def test_it(opus):
            opus.expect_invalid()
            ask()
        """)

    assert outcome.failure.splitlines()[0] == "opus: call 1 found no turn left in the script (0 turns)."
