"""What `opus` tells of the calls: requests, answers, usage, tools, problems, and the same ids in every run."""

import re

import pytest


def test_a_call_and_its_request(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script(turn("one", id="msg_mine", usage={"input_tokens": 3, "output_tokens": 2}, headers={"x-mine": "yes"}))
            send("Fix it", system="Be brief.", tools=[TOOL], tool_choice={"type": "auto"})

            (call,) = opus.calls
            assert (call.number, call.status, call.end, call.stream, call.error) == (1, 200, "complete", False, None)
            assert (call.response.id, call.response.content[0].text) == ("msg_mine", "one")
            assert call.response["stop_reason"] == "end_turn"
            assert call.headers["X-Mine"] == "yes"
            assert call.headers["request-id"].startswith("req_011C")
            assert 0 <= call.first_byte <= call.seconds < 5
            assert (call.usage.input_tokens, call.usage.output_tokens, call.usage.total_tokens) == (3, 2, 5)
            assert call.usage.estimated is False
            assert repr(call) == "<Call 1: claude-opus-4-7 200 end_turn>"

            request = call.request
            assert (request.model, request.max_tokens, request.stream) == ("claude-opus-4-7", 100, False)
            assert (request.system, request.last_user_text, request.tool_names) == ("Be brief.", "Fix it", ["run_tests"])
            assert (request.tool_choice.type, request.tools[0].input_schema.required) == ("auto", ["file"])
            assert (request.version, request.betas) == ("2023-06-01", [])
            assert request.raw == body("Fix it", system="Be brief.", tools=[TOOL], tool_choice={"type": "auto"})
        """)

    assert outcome.counts == {"passed": 1}


def test_an_error_turn_is_a_call_without_response(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script(rate_limited(), api_error(413, message="Too big", retry_after=2))
            first, second = send(), send()
            assert first.json()["error"] == {
                "type": "rate_limit_error", "message": "This request would exceed your organization's rate limit.",
            }
            assert (first.headers["retry-after-ms"], second.headers["retry-after"]) == ("1", "2")
            assert [(c.status, c.response, c.error.type, c.error.message[:7], c.end) for c in opus.calls] == [
                (429, None, "rate_limit_error", "This re", "complete"), (413, None, "request_too_large", "Too big", "complete"),
            ]
            assert opus.usage.total_tokens == 0 and opus.problems == []
        """)

    assert outcome.counts == {"passed": 1}


def test_tool_calls_are_joined_with_their_results(project):
    outcome = project.run("""
        def test_it(opus):
            opus.script([tool_use("run_tests", {"file": "a.py"}), tool_use("run_tests", {"file": "b.py"})], "Done.")
            content = send("Fix it", tools=[TOOL]).json()["content"]
            assert [call.result for call in opus.tool_calls] == [None, None]

            results = [{"type": "tool_result", "tool_use_id": block["id"], "content": block["input"]["file"], "is_error": n == 1}
                       for n, block in enumerate(content)]
            messages = [{"role": "user", "content": "Fix it"}, {"role": "assistant", "content": content},
                        {"role": "user", "content": results}]
            send(messages=messages, tools=[TOOL])

            first, second = opus.tool_calls
            assert (first.name, first.input, first.input.file, first.id) == (
                "run_tests", {"file": "a.py"}, "a.py", content[0]["id"])
            assert first.call is opus.calls[0]
            assert (first.result.text, first.result.content, first.result.is_error) == ("a.py", "a.py", False)
            assert (second.result.text, second.result.is_error) == ("b.py", True)
            assert [result.text for result in opus.calls[1].request.tool_results] == ["a.py", "b.py"]
            assert repr(second) == "ToolCall('run_tests', {'file': 'b.py'}, result=ToolResult('b.py', is_error=True))"
        """)

    assert outcome.counts == {"passed": 1}


def test_usage_is_the_sum_of_the_calls(project):
    outcome = project.run("""
        from decimal import Decimal

        def test_it(opus):
            usage = {"input_tokens": 100, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 3, "output_tokens": 40}
            opus.script(turn("one", usage=usage), rate_limited(), turn("two", usage=usage))
            send(); send(); send()
            assert (opus.usage.input_tokens, opus.usage.output_tokens) == (200, 80)
            assert (opus.usage.cache_creation_input_tokens, opus.usage.cache_read_input_tokens) == (40, 6)
            assert opus.usage.total_tokens == 326 and not opus.usage.estimated
            assert isinstance(opus.usage.cost, Decimal)
            assert opus.usage.cost == opus.calls[0].cost + opus.calls[2].cost
            assert opus.calls[1].cost == 0
        """)

    assert outcome.counts == {"passed": 1}


def test_probes_are_no_calls_but_in_the_transcript(project, lines):
    outcome = project.run(
        """
        import httpx

        def test_it(opus):
            base = "https://api.anthropic.com"
            counted = httpx.post(base + "/v1/messages/count_tokens?beta=true", headers=headers(),
                                 json={key: value for key, value in body().items() if key != "max_tokens"})
            assert counted.json()["input_tokens"] > 0
            assert httpx.get(base + "/v1/models", headers=headers()).json()["data"][0]["type"] == "model"
            assert httpx.get(base + "/v1/models/claude-opus-4-7", headers=headers()).json()["id"] == "claude-opus-4-7"
            missing = httpx.get(base + "/v1/files", headers=headers())
            assert (missing.status_code, missing.json()["error"]) == (404, {"type": "not_found_error", "message": "Not found"})
            assert opus.calls == [] and opus.problems == []
            print(opus.transcript())
        """,
        "-rP",
    )

    assert outcome.counts == {"passed": 1}
    assert lines("""
        POST /v1/messages/count_tokens: 200
        GET /v1/models: 200
        GET /v1/models/claude-opus-4-7: 200
        GET /v1/files: 404
        """) in outcome.text  # fmt: skip


def test_a_stream_that_the_program_leaves_early(project):
    outcome = project.run("""
        import httpx
        from program import URL

        def test_it(opus):
            opus.script(turn("one two three", chunks=["one ", "two ", "three"], usage={"input_tokens": 9, "output_tokens": 9}))
            with httpx.stream("POST", URL, headers=headers(), json=body(stream=True)) as response:
                seen = ""
                for line in response.iter_lines():
                    seen += line
                    if "two" in line:
                        break
            (call,) = opus.calls
            assert (call.end, call.status, call.stream) == ("aborted", 200, True)
            assert call.response.content[0].text == "one two "
            assert (call.response.stop_reason, call.usage.output_tokens) == (None, 1)
            assert "three" not in opus.transcript() and "(aborted)" in opus.transcript()
        """)

    assert outcome.counts == {"passed": 1}


IDS = """
@pytest.mark.parametrize("n", range(3))
def test_it(opus, n):
    opus.script(tool_use("run_tests"), tool_use("run_tests"))
    send(tools=[TOOL]); send(tools=[TOOL])
    ids = [call.id for call in opus.tool_calls] + [call.response.id for call in opus.calls]
    ids += [call.headers["request-id"] for call in opus.calls]
    assert len(set(ids)) == 6
    print("IDS", n, *ids)
"""


def test_ids_are_the_same_in_every_run_and_every_order(project):
    def ids(*args):
        return sorted(re.findall("IDS.*", project.run(IDS, "-s", *args).text))

    first = ids()
    assert len(first) == 3
    assert ids() == first
    assert ids("test_it.py::test_it[2]", "test_it.py::test_it[0]", "test_it.py::test_it[1]") == first
    assert ids("-ktest_it[1]") == first[1:2]
    assert len({line.split()[2] for line in first}) == 3


@pytest.mark.parametrize("prefix", ["msg_01", "toolu_01", "req_011C"])
def test_ids_look_like_those_of_the_api(project, prefix):
    text = project.run(IDS, "-s").text

    assert len(re.findall(rf"\b{prefix}[0-9A-Za-z]{{22}}\b", text)) == 6


@pytest.mark.parametrize("limit", ["x", "0", "-1", "1001"])
def test_models_with_a_wrong_limit(project, limit):
    outcome = project.run(f"""
        import httpx

        def test_it(opus):
            with opus.expect_invalid():
                answer = httpx.get("https://api.anthropic.com/v1/models?limit={limit}", headers=headers())
            assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
        """)

    assert outcome.counts == {"passed": 1}
