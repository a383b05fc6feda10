"""The message of every kind of problem, whole."""


def test_unused_turns_before_any_call(project, lines):
    outcome = project.run("""
        def test_it(opus):
            opus.script("one")
        """)

    assert outcome.failure == lines("""
        opus: 1 of 1 scripted turn was never asked for.
          unused: turn 1, text "one"
          the program made 0 calls
        Take the turn out of the script, or find out why the program stopped early. Where fewer calls are fine: @pytest.mark.opus(unused_turns="off").
        """)


def test_unused_turns_after_a_call(project, lines):
    outcome = project.run("""
        def test_it(opus):
            opus.script("one", tool_use("run_tests"), rate_limited())
            ask("Fix it")
        """)

    assert outcome.failure == lines("""
        opus: 2 of 3 scripted turns were never asked for.
          unused: turn 2, tool_use run_tests (smallest input)
          unused: turn 3, error 429
          the program made 1 call
          nearest: the last answer, claude-opus-4-7 200 end_turn, to call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
        Take the turn out of the script, or find out why the program stopped early. Where fewer calls are fine: @pytest.mark.opus(unused_turns="off").
        """)


def test_unused_turns_of_routes_and_many_of_them(project, lines):
    outcome = project.run("""
        def test_it(opus):
            opus.when(model="sonnet", tools=["a", "b"]).script("of a route")
            opus.script(*"123456")
        """)

    assert outcome.failure == lines("""
        opus: 7 of 7 scripted turns were never asked for.
          unused: turn 1, text "1"
          unused: turn 2, text "2"
          unused: turn 3, text "3"
          unused: turn 4, text "4"
          unused: turn 5, text "5"
          ... and 2 more
          the program made 0 calls
        Take the turn out of the script, or find out why the program stopped early. Where fewer calls are fine: @pytest.mark.opus(unused_turns="off").
        """)


def test_a_route_is_named_with_its_conditions(project):
    outcome = project.run("""
        import re

        def is_short(request):
            return True

        def test_it(opus):
            opus.when(model="sonnet", system=re.compile("^You"), user="x", tools=["a", "b"], where=is_short).script("one")
            opus.when(tools="a").script("two")
        """)

    assert outcome.failure.splitlines()[1:3] == [
        "  unused: turn 1 of when(model='sonnet', system=re.compile('^You'), user='x', tools=['a', 'b'], where=is_short), "
        'text "one"',
        "  unused: turn 1 of when(tools='a'), text \"two\"",
    ]


def test_an_otherwise_that_was_never_asked_is_no_unused_turn(project):
    outcome = project.run("""
        def test_it(opus):
            opus.otherwise("always")
            opus.when(model="sonnet").otherwise("always")
        """)

    assert outcome.counts == {"passed": 1}


def test_unscripted_without_a_script(project, lines):
    outcome = project.run("""
        def test_it(opus):
            ask("Fix it")
        """)

    assert outcome.failure == lines("""
        opus: call 1 found no turn left in the script (0 turns).
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
        Add a turn to opus.script(...), or answer every further call with opus.otherwise(...).
        """)


def test_unscripted_after_the_last_turn_and_past_routes(project, lines):
    outcome = project.run("""
        @pytest.mark.opus(unused_turns="off")
        def test_it(opus):
            opus.when(model="sonnet").script("of a route")
            opus.script("one", "two")
            ask("Fix it")
            ask("Again")
            ask("And again")
        """)

    assert outcome.failure == lines("""
        opus: call 3 found no turn left in the script (2 turns, all used).
          call 3: model claude-opus-4-7, 1 message, the last: user text "And again"
          turn 1, text "one": used by call 1
          no match: when(model='sonnet'): 1 of 1 turn left
          nearest: turn 2, text "two": used by call 2
        Add a turn to opus.script(...), or answer every further call with opus.otherwise(...).
        """)


def test_unknown_host(project, lines):
    outcome = project.run(
        """
        def test_it(opus):
            send(url="https://gateway.example/anthropic/v1/messages")
        """,
        ini="opus_hosts = other.example:8443",
    )

    assert outcome.failure == lines("""
        opus: a Messages request went to gateway.example, which is not known as a Messages host.
          POST /anthropic/v1/messages
          known: api.anthropic.com, other.example:8443, and that of ANTHROPIC_BASE_URL
          nearest: opus_hosts = gateway.example
        List the host in the ini file, opus_hosts = gateway.example, to have it answered. To let such requests through: @pytest.mark.opus(unknown_host="off").
        """)


def test_unknown_host_with_a_port_names_what_to_list(project):
    outcome = project.run("""
        def test_it(opus):
            send(url="https://gateway.example:8443/v1/messages")
        """)

    assert "  nearest: opus_hosts = gateway.example:8443\n" in outcome.failure


def test_a_refused_request_is_one_problem(project, lines):
    outcome = project.run("""
        def test_it(opus):
            opus.script("one")
            ask("Fix it", max_tokens="many")
        """)

    assert outcome.failure == lines("""
        opus: call 1 was refused as the API would: 400 invalid_request_error: max_tokens: Input should be a valid integer
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
          at: max_tokens is "many"
        Mend the request. Where the refusal is meant: opus.expect_invalid(). Where our rule is wrong: @pytest.mark.opus(invalid_requests="off").
        """)


def test_a_request_without_a_key(project, lines):
    outcome = project.run("""
        import httpx
        from program import URL

        def test_it(opus):
            answer = httpx.post(URL, headers={"anthropic-version": "2023-06-01"}, json=body())
            assert answer.status_code == 401
            assert answer.json()["error"] == {"type": "authentication_error", "message": "x-api-key header is required"}
        """)

    assert outcome.failure == lines("""
        opus: call 1 was refused as the API would: 401 authentication_error: x-api-key header is required
          call 1: model claude-opus-4-7, 1 message, the last: user text "Hi"
          nearest: send x-api-key, or Authorization: Bearer KEY
        Mend the request. Where the refusal is meant: opus.expect_invalid(). Where our rule is wrong: @pytest.mark.opus(invalid_requests="off").
        """)


def test_a_refused_probe_names_its_path(project):
    outcome = project.run("""
        import httpx
        from program import URL

        def test_it(opus):
            assert httpx.get("https://api.anthropic.com/v1/models").status_code == 401
            assert httpx.post(URL + "/count_tokens", headers=headers(), json={"model": "claude-opus-4-7"}).status_code == 400
            assert [problem.call for problem in opus.problems] == [None, None]
        """)

    assert [line for line in outcome.failure.splitlines() if line.startswith("opus:")] == [
        "opus: a request to /v1/models was refused as the API would: 401 authentication_error: x-api-key header is required",
        "opus: a request to /v1/messages/count_tokens was refused as the API would: 400 invalid_request_error: "
        "messages: Field required",
    ]


def test_tool_inputs(project, lines):
    outcome = project.run("""
        def test_it(opus):
            opus.script(tool_use("run_tests", {"file": 3}))
            ask("Fix it", tools=[TOOL])
        """)

    assert outcome.failure == lines("""
        opus: turn 1 gives 'run_tests' an input that its schema forbids: file: 3 is not of type 'string'.
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
          turn 1, tool_use run_tests {"file": 3}
          nearest: the schema declares file: string
        Mend the input, or write tool_use(..., invalid=True) if the program is to get a wrong one. To switch this check off: @pytest.mark.opus(tool_inputs="off").
        """)


def test_tool_inputs_shows_what_the_schema_declares(project):
    outcome = project.run("""
        SCHEMA = {
            "type": "object",
            "properties": {"mode": {"enum": ["all", "one"]}, "lines": {"type": ["integer", "null"]}, "any": {}},
            "required": ["mode"],
        }

        def test_it(opus):
            opus.script([text("Now."), tool_use("run_tests", {"lines": 1})])
            ask(tools=[TOOL | {"input_schema": SCHEMA}])
        """)

    assert "forbids: 'mode' is a required property.\n" in outcome.failure
    assert "  nearest: the schema declares mode: 'all'|'one', lines?: integer|null, any?: any\n" in outcome.failure


def test_an_input_that_is_wrong_on_purpose_reaches_the_program(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script(tool_use("run_tests", {"file": 3}, invalid=True))
            (block,) = send(tools=[TOOL]).json()["content"]
            assert block["input"] == {"file": 3}
            assert block.keys() == {"type", "id", "name", "input"}
        """)

    assert outcome.counts == {"passed": 1}


def test_no_smallest_input(project, lines):
    outcome = project.run("""
        SCHEMA = {"type": "object", "properties": {"file": {"type": "string", "minLength": 3, "maxLength": 2}}, "required": ["file"]}

        def test_it(opus):
            opus.script(tool_use("run_tests"))
            ask("Fix it", tools=[TOOL | {"input_schema": SCHEMA}])
        """)

    text = outcome.failure
    assert text.startswith("opus: turn 1 leaves the input open, and no smallest input was found for the schema (file: ")
    assert text.endswith(
        lines("""
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
          turn 1, tool_use run_tests (smallest input)
        Write the input: tool_use(name, {...}).
        """)
    )


def test_an_unreadable_schema_is_no_exception_in_the_transport(project):
    outcome = project.run("""
        @pytest.mark.opus(invalid_requests="off", tool_schemas="off")
        @pytest.mark.parametrize("part", [{"type": "strin"}, {"pattern": "["}, {"minimum": "1"}])
        def test_it(opus, part):
            opus.script(tool_use("run_tests", {"file": "x"}))
            schema = {"type": "object", "properties": {"file": part}}
            assert send(tools=[TOOL | {"input_schema": schema}]).status_code == 200
        """)

    assert outcome.counts == {"passed": 3}


def test_no_plausible_json(project, lines):
    outcome = project.run("""
        SCHEMA = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^a$", "format": "date"}}, "required": ["a"],
                  "additionalProperties": False}

        def test_it(opus):
            opus.script(pytest_opus.plausible())
            answer = send("Fix it", output_config={"format": {"type": "json_schema", "schema": SCHEMA}})
            assert answer.status_code == 400
        """)

    assert outcome.failure == lines("""
        opus: turn 1 finds no JSON for the schema of output_config.format (a: 'a1' does not match '^a$').
          call 1: model claude-opus-4-7, 1 message, the last: user text "Fix it"
          turn 1, plausible()
        Write the answer as a str.
        """)
