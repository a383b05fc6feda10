"""The tools that calls offer: one cause is one problem, and advice is none."""

LOST = """
        LOST = {"name": "lost", "description": "x", "input_schema": {"type": "object", "not": {"$ref": "#/$defs/A"}}}
        OPEN = TOOL | {"strict": True}
"""


def test_what_the_api_takes_and_no_model_can_follow(project, lines):
    outcome = project.run(
        LOST
        + """
        def test_it(opus):
            opus.otherwise("one")
            assert ask(tools=[TOOL, LOST]) == "one"
            (problem,) = opus.problems
            assert (problem.kind, problem.severity, problem.call) == ("tool_schemas", "fail", opus.calls[0])
            assert problem.path == "tools[1].input_schema.not.$ref"
            ask("again", tools=[TOOL, LOST])
            ask("in another order", tools=[LOST, TOOL])
        """
    )

    assert outcome.failure == lines("""
        opus: tool 'lost' has a `$ref` to a definition that is not there: #/$defs/A.
          error ref_unresolvable at tools[1].input_schema.not.$ref is "#/$defs/A"
        Add the definition under $defs, or mend the reference. To switch this check off: @pytest.mark.opus(tool_schemas="off").
        """)


def test_it_can_be_a_warning_or_nothing(project):
    outcome = project.run(
        LOST
        + """
        @pytest.mark.opus(tool_schemas="warn")
        def test_warned(opus):
            opus.script("one")
            ask(tools=[LOST])
            assert [problem.severity for problem in opus.problems] == ["warn"]

        @pytest.mark.opus(tool_schemas="off")
        def test_off(opus):
            opus.script("one")
            ask(tools=[LOST])
            assert opus.problems == []
        """
    )

    assert outcome.counts == {"passed": 2, "warnings": 1}


def test_a_refused_definition_is_one_problem(project):
    outcome = project.run(
        LOST
        + """
        def test_it(opus):
            opus.script("one")
            assert "additionalProperties" in ask(tools=[OPEN, LOST])
            assert [problem.kind for problem in opus.problems] == ["invalid_requests"]
            with opus.expect_invalid():
                ask(tools=[OPEN])
            assert len(opus.problems) == 1
        """
    )

    assert outcome.failure.startswith("opus: call 1 was refused as the API would: 400 ")
    assert "\n\n" not in outcome.failure


def test_where_requests_are_not_judged_definitions_still_are(project):
    outcome = project.run(
        LOST
        + """
        @pytest.mark.opus(invalid_requests="off")
        def test_it(opus):
            opus.otherwise("one")
            assert ask(tools=[OPEN, {"name": "a b"}]) == "one"
            assert ask(tools="none") == "one"
            assert ask(tools=[3]) == "one"
            assert [problem.code for problem in opus.problems] == [
                "string_pattern", "field_required", "strict_open_object", "object_type"
            ]

        @pytest.mark.opus(invalid_requests="off", tool_schemas="off")
        def test_off(opus):
            opus.script("one")
            assert ask(tools=[OPEN]) == "one"
        """
    )

    assert outcome.counts == {"passed": 1, "failed": 1}
    assert len(outcome.failure.split("\n\n")) == 4


def test_advice_is_no_problem(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script("one")
            ask(tools=[{"name": "a", "input_schema": {"type": "object", "properties": {"b": {"enum": [1]}}}}])
            assert opus.problems == []
        """)

    assert outcome.counts == {"passed": 1}


def test_formats_of_an_input_count(project):
    outcome = project.run("""
        DATED = {"name": "at", "input_schema": {"type": "object", "properties": {"day": {"type": "string", "format": "date"}}}}

        def test_it(opus):
            opus.script(tool_use("at", {"day": "today"}))
            ask(tools=[DATED])
        """)

    assert outcome.failure.startswith(
        "opus: turn 1 gives 'at' an input that its schema forbids: day: 'today' is not a 'date'.\n"
    )


def test_a_refused_schema_is_told_with_the_place_in_it(project):
    """The API names the tool alone."""
    outcome = project.run("""
        SCHEMA = {"type": "object", "additionalProperties": False, "properties": {"size": {"type": "integer", "minimum": 1}}}

        def test_it(opus):
            opus.script("one")
            ask(tools=[{"name": "ticket", "strict": True, "input_schema": SCHEMA}])
        """)

    text = "tools.0.custom: For 'integer' type, property 'minimum' is not supported"
    assert outcome.failure.startswith(f"opus: call 1 was refused as the API would: 400 invalid_request_error: {text}\n")
    assert "\n  in it: tools[0].input_schema.properties.size.minimum\n" in outcome.failure


def test_the_smallest_input_fits_patterns_formats_and_references(project):
    outcome = project.run("""
        TICKET = {
            "name": "ticket",
            "input_schema": {
                "type": "object",
                "properties": {
                    "key": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$"},
                    "due": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                    "size": {"$ref": "#/$defs/Size"},
                    "note": {"type": "string"},
                },
                "required": ["key", "due", "size"],
                "$defs": {"Size": {"type": "integer", "minimum": 1}},
            },
        }

        def test_it(opus):
            opus.script(tool_use("ticket"), pytest_opus.plausible())
            for _ in range(2):
                send(tools=[TICKET])
            assert [call.input for call in opus.tool_calls] == [{"key": "AAA-0", "due": "2026-01-01", "size": 1}] * 2
        """)

    assert outcome.counts == {"passed": 1}
