"""The markers are registered, and `pytest --markers` explains them."""


def test_the_markers_are_registered(project):
    outcome = project.run(
        """
        @pytest.mark.opus(unused_turns="off")
        @pytest.mark.token_budget(20_000)
        def test_it(opus):
            opus.script("one", "two")
            ask()
        """,
        "--strict-markers",
    )

    assert outcome.counts == {"passed": 1}


def test_the_help_on_markers_names_their_arguments(project):
    outcome = project.run("", "--markers")

    outcome.stdout.fnmatch_lines(
        [
            '@pytest.mark.opus(?, profile="auto", KIND="fail"|"warn"|"off"): answer the test\'s Messages requests *',
            "@pytest.mark.token_budget(total=None, ?, input=None, output=None, calls=None, per_call=None, cost=None, *): fail *",
            "@pytest.mark.opus_effort(?levels): run the test once per effort level *",
        ]
    )
