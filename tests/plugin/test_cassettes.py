"""Tests that are marked `opus_cassette`: recorded from a local upstream, replayed without it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

pytest.importorskip("vcr")

KEY = "sk-ant-api03-" + "Zq7" * 20
BASE = 'BASE = __import__("os").environ["ANTHROPIC_BASE_URL"] + "/v1/messages"\n'


def run(project, source, *args, ini=""):
    return project.run(BASE + dedent(source), *args, ini=ini)


def cassette(name="test_it"):
    return Path("cassettes/test_it") / f"{name}.yaml"


def test_calls_are_recorded_when_asked_and_replayed_from_then_on(project, upstream):
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            assert ask("Hi", url=BASE).endswith("you said Hi")
            assert ask("Bye", url=BASE).endswith("you said Bye")
            first, second = opus.calls
            assert (first.status, first.end, first.usage.total_tokens) == (200, "complete", 100)
            assert first.live != first.recorded
        """
    assert run(project, source, "--opus-record=once").counts == {"passed": 1}
    assert len(upstream) == 2
    assert cassette().exists()

    assert run(project, source).counts == {"passed": 1}
    assert run(project, source, "--opus-record=once").counts == {"passed": 1}
    assert len(upstream) == 2


def record(project, source, *args):
    outcome = run(project, source, "--opus-record=once", *args)
    assert outcome.counts == {"passed": 1}, outcome.text
    return cassette().read_text(encoding="utf-8")


ONE_CALL = """
    @pytest.mark.opus_cassette
    def test_it(opus):
        ask("Hi", url=BASE)
    """


def test_without_a_flag_nothing_is_recorded_and_the_way_to_do_it_is_told(project, upstream):
    outcome = run(project, ONE_CALL)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines() == [
        "opus: call 1 is not recorded: there is no cassettes/test_it/test_it.yaml.",
        '  call 1: model claude-opus-4-7, 1 message, the last: user text "Hi"',
        "To record it: pytest test_it.py::test_it --opus-record=once",
    ]
    assert upstream == []
    assert not cassette().exists()


def test_the_marker_works_without_the_fixture(project, upstream):
    source = "@pytest.mark.opus_cassette\ndef test_it():\n    ask('Hi', url=BASE)\n"
    record(project, source)

    assert run(project, source).counts == {"passed": 1}
    assert len(upstream) == 1


def test_a_changed_prompt_fails_the_test_that_swallows_it_and_names_the_place(project, upstream):
    swallowed = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            try:
                ask("{}", url=BASE)
            except Exception:
                pass
        """
    record(project, swallowed.format("Say lorem alpha"))
    outcome = run(project, swallowed.format("Say lorem beta"))

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines() == [
        "opus: call 1 is not in the cassette cassettes/test_it/test_it.yaml: messages[0].content differs.",
        '  call 1: model claude-opus-4-7, 1 message, the last: user text "Say lorem beta"',
        "  recorded -> sent:",
        '    messages[0].content: "Say lorem alpha" -> "Say lorem beta"',
        "  nearest: interaction 1 of 1; everything else is equal",
        "To record this test again (about $0.0011, as it cost then): pytest test_it.py::test_it --opus-record=all",
        'If this changes from run to run: @pytest.mark.opus_cassette(ignore=["messages[*].content"])',
        "messages[0].content differs: cassettes/test_it/test_it.yaml:4",
    ]
    assert len(upstream) == 1


def test_what_changes_from_run_to_run_can_be_ignored(project, upstream):
    source = """
        import time

        @pytest.mark.opus_cassette(ignore=["metadata.user_id", "messages[1].content"])
        def test_it(opus):
            now = [{"role": "user", "content": "Hi"}, {"role": "user", "content": str(time.time())}]
            ask(url=BASE, messages=now, metadata={"user_id": str(time.time())})
        """
    record(project, source)

    assert run(project, source).counts == {"passed": 1}


def test_equal_requests_are_answered_in_recorded_order_and_one_more_is_a_miss(project, upstream):
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            assert [ask("Hi", url=BASE) for _ in range({})][:2] == ["1: you said Hi", "2: you said Hi"]
        """
    record(project, source.format(2))
    assert run(project, source.format(2)).counts == {"passed": 1}
    outcome = run(project, source.format(3))

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == (
        "opus: call 3 was recorded 2 times, and each was answered already: used 2 of 2 in "
        "cassettes/test_it/test_it.yaml."
    )


def test_different_requests_are_answered_in_any_order(project, upstream):
    source = """
        import asyncio

        @pytest.mark.opus_cassette
        def test_it(opus):
            async def ask_all(names):
                return await asyncio.gather(*(ask_async(name) for name in names))

            names = [f"prompt {{number}}" for number in {}]
            answers = asyncio.run(ask_all(names))
            assert [answer.partition(" you said ")[2] for answer in answers] == names
        """.replace("ask_async(name)", "ask_async(name, url=BASE)")
    project.write("")
    program = Path("program.py").read_text(encoding="utf-8")
    project.pytester.makepyfile(program=program.replace("client.post(URL", "client.post(more.pop('url')"))
    record(project, source.format("range(20)"))

    assert run(project, source.format("reversed(range(20))")).counts == {"passed": 1}
    assert len(upstream) == 20


def test_interactions_that_nobody_asks_for_fail_the_test(project, upstream):
    source = """
        @pytest.mark.opus_cassette
        @pytest.mark.opus({})
        def test_it(opus):
            for name in {}:
                ask(name, url=BASE)
        """
    record(project, source.format("", ["a", "b"]))
    outcome = run(project, source.format("", ["a"]))

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines() == [
        "opus: 1 of 2 interactions of cassettes/test_it/test_it.yaml was never asked for: 2.",
        '  interaction 2, cassettes/test_it/test_it.yaml:43: model claude-opus-4-7, 1 message, the last: user text "b"',
        "Find out why the program asked for less than when it was recorded. To record the test again: "
        "pytest test_it.py::test_it --opus-record=all",
        'Where fewer calls are fine: @pytest.mark.opus(unused_interactions="off").',
    ]
    assert run(project, source.format("unused_interactions='off'", ["a"])).counts == {"passed": 1}
    assert run(project, dedent(source).format("", ["a"]) + "    pytest.skip()\n").counts == {"skipped": 1}


def test_nothing_is_written_unless_the_test_passes(project, upstream):
    failing = dedent(ONE_CALL) + "    assert False\n"
    assert run(project, failing, "--opus-record=once").counts == {"failed": 1}
    assert not cassette().exists()

    before = record(project, ONE_CALL)
    assert run(project, failing, "--opus-record=all").counts == {"failed": 1}
    assert cassette().read_text(encoding="utf-8") == before
    assert len(upstream) == 3


def test_all_replaces_what_was_recorded_and_new_episodes_adds_to_it(project, upstream):
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            for name in {}:
                ask(name, url=BASE)
        """
    record(project, source.format(["a", "b"]))
    assert run(project, source.format(["a", "c"]), "--opus-record=new_episodes").counts == {"passed": 1}
    assert [one["body"]["messages"][0]["content"] for one in upstream] == ["a", "b", "c"]
    assert run(project, source.format(["a", "b", "c"])).counts == {"passed": 1}

    assert run(project, source.format(["a", "d"]), "--opus-record=all").counts == {"passed": 1}
    assert run(project, source.format(["a", "d"])).counts == {"passed": 1}
    assert len(upstream) == 5


def test_two_recordings_differ_in_one_line_per_interaction(project, upstream):
    source = """
        from concurrent.futures import ThreadPoolExecutor

        @pytest.mark.opus_cassette
        def test_it(opus):
            ask("first", url=BASE)
            with ThreadPoolExecutor() as pool:
                list(pool.map(lambda name: send(name, url=BASE, stream=True).read(), "abcdef"))
        """
    first = record(project, source)
    upstream.clear()
    assert run(project, source, "--opus-record=all").counts == {"passed": 1}
    second = cassette().read_text(encoding="utf-8")

    fixed = [[line for line in text.splitlines() if "recorded_at" not in line] for text in (first, second)]
    assert fixed[0] == fixed[1]


def test_a_replay_needs_no_key_and_hands_none_to_subprocesses(project, upstream, monkeypatch):
    source = """
        import os

        @pytest.mark.opus_cassette
        def test_it(opus):
            ask("Hi", url=BASE)
            assert {}
        """
    record(project, source.format(f'os.environ["ANTHROPIC_API_KEY"] == "{KEY}"'))
    assert KEY not in cassette().read_text(encoding="utf-8")
    fake = 'os.environ["ANTHROPIC_API_KEY"] == "sk-ant-api03-pytest-opus-fake-key"'
    assert run(project, source.format(fake)).counts == {"passed": 1}
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    assert run(project, source.format(fake)).counts == {"passed": 1}


def test_a_retry_is_recorded_and_replayed_without_its_wait(project, upstream):
    anthropic = pytest.importorskip("anthropic")
    source = """
        import anthropic

        @pytest.mark.opus_cassette
        def test_it(opus):
            client = anthropic.Anthropic()
            message = client.messages.create(
                model="claude-opus-4-7", max_tokens=9, messages=[{"role": "user", "content": "busy"}]
            )
            assert message.content[0].text.endswith("you said busy")
            assert [call.status for call in opus.calls] == [429, 200]
            headers = opus.calls[0].headers
            assert (headers.get("retry-after-ms"), headers.get("retry-after")) == WAIT
        """
    assert anthropic
    text = record(project, "WAIT = None, '1'\n" + dedent(source))
    assert 'retry-after: "1"' in text

    assert run(project, "WAIT = '1', '0'\n" + dedent(source)).counts == {"passed": 1}
    half = run(project, "WAIT = '500', '0'\n" + dedent(source), ini="opus_replay_speed = 2")
    assert half.counts == {"passed": 1}


def test_compressed_answers_are_stored_readable(project, upstream):
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            assert ask("zip", url=BASE) == "1: you said zip"
        """
    assert '"1: you said zip"' in record(project, source)

    assert run(project, source).counts == {"passed": 1}


def test_other_endpoints_of_the_api_are_recorded_too(project, upstream):
    source = """
        import httpx

        @pytest.mark.opus_cassette
        def test_it(opus):
            answer = httpx.post(BASE + "/count_tokens", headers=headers(), json=body("Hi"))
            assert answer.json() == {"input_tokens": 12}
            assert opus.calls == []
        """
    record(project, source)

    assert run(project, source).counts == {"passed": 1}
    assert len(upstream) == 1


STREAM = """
    import httpx

    def read(text, events=99):
        arrived = []
        with httpx.stream("POST", BASE, headers=headers(), json=body(text, stream=True), timeout=0.5) as answer:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    arrived.append(line)
                    if len(arrived) == events:
                        break
        return arrived
    """


def streaming(test):
    return dedent(STREAM) + dedent(test)


def test_a_stream_reaches_the_program_while_it_is_recorded_and_is_replayed_by_events(project, upstream):
    source = streaming("""
        import time

        @pytest.mark.opus_cassette
        def test_it(opus):
            start = time.perf_counter()
            arrivals = []
            with httpx.stream("POST", BASE, headers=headers(), json=body("slow", stream=True)) as answer:
                arrivals = [time.perf_counter() - start for chunk in answer.iter_raw()]
            assert len(arrivals) > 5
            assert opus.calls[0].response.content[0].text == "you said slow"
            assert opus.calls[0].usage.output_tokens == 30
            assert opus.calls[0].first_byte < opus.calls[0].seconds / 2
            assert (arrivals[-1] - arrivals[0] > 0.4) is SLOW
        """)
    record(project, "SLOW = True\n" + source)

    assert run(project, "SLOW = False\n" + source).counts == {"passed": 1}
    slowly = run(project, "SLOW = True\n" + source, ini="opus_replay_speed = recorded")
    assert slowly.counts == {"passed": 1}


def test_a_stream_that_the_program_leaves_is_recorded_as_far_as_it_was_read(project, upstream):
    source = streaming("""
        @pytest.mark.opus_cassette
        def test_it(opus):
            assert len(read("slow", events=4)) == 4
            assert opus.calls[0].end == "aborted"
            assert opus.calls[0].response.content[0].text == "you s"
        """)
    text = record(project, source)
    assert "state: aborted" in text
    assert run(project, source).counts == {"passed": 1}

    reads_on = streaming("""
        @pytest.mark.opus_cassette
        def test_it(opus):
            try:
                read("slow")
            except httpx.RemoteProtocolError as error:
                assert "reads on where the recording stops" in str(error)
        """)
    outcome = run(project, reads_on)
    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == (
        "opus: call 1 reads on where the recording stops: when interaction 1 was recorded, the program closed the "
        "stream."
    )


@pytest.mark.parametrize(("text", "error"), [("drop", "RemoteProtocolError"), ("stall", "ReadTimeout")])
def test_a_stream_that_breaks_is_replayed_with_its_error_and_its_partial_text(project, upstream, text, error):
    source = streaming(f"""
        @pytest.mark.opus_cassette
        def test_it(opus):
            with pytest.raises(httpx.{error}) as caught:
                read("{text}")
            assert type(caught.value).__name__ == "{error}"
            assert opus.calls[0].response.content[0].text == "you s"
            assert opus.calls[0].end == "{"dropped" if text == "drop" else "timeout"}"
        """)
    stored = record(project, source)
    assert f"state: error:{error}" in stored.replace('"', "")

    assert run(project, source).counts == {"passed": 1}
    assert len(upstream) == 1


def test_a_server_that_is_not_there_is_recorded_as_what_it_raised(project, upstream, monkeypatch):
    source = """
        import httpx

        @pytest.mark.opus_cassette
        def test_it(opus):
            with pytest.raises(httpx.ConnectError):
                ask("Hi", url="http://127.0.0.1:9/v1/messages")
            assert (opus.calls[0].status, opus.calls[0].end) == (None, "dropped")
        """
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    record(project, source)

    assert run(project, source).counts == {"passed": 1}


def test_nothing_private_is_in_the_file_or_on_the_terminal(project, upstream):
    source = f"""
        @pytest.mark.opus_cassette
        def test_it(opus):
            ask("My key is {KEY}", url=BASE)
            assert opus.calls[0].response.content[0].text == ANSWER
            assert not FAIL
        """
    secret = f'ANSWER, FAIL = "1: you said My key is {KEY}", False\n'
    text = record(project, secret + dedent(source))
    for planted in (KEY, "PlantedRequest", "planted-org", "planted-cookie", "planted-ray", "x-stainless"):
        assert planted not in text

    scrubbed = 'ANSWER, FAIL = "1: you said My key is <scrubbed ANTHROPIC_API_KEY>", {}\n'
    assert run(project, scrubbed.format(False) + dedent(source)).counts == {"passed": 1}
    outcome = run(project, scrubbed.format(True) + dedent(source), "--no-header", "-rN", "--tb=no")
    assert outcome.counts == {"failed": 1}
    assert KEY not in outcome.text
    assert "<scrubbed ANTHROPIC_API_KEY>" in outcome.section


def test_recording_asked_for_in_ci_is_refused_without_a_second_flag(project, upstream, monkeypatch):
    monkeypatch.setenv("CI", "true")
    outcome = run(project, ONE_CALL, "--opus-record=once")
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    assert "--opus-record calls the real API, and this is CI" in outcome.result.stderr.str()
    assert upstream == []

    assert run(project, ONE_CALL, "--opus-record=once", "--opus-record-in-ci").counts == {"passed": 1}
    assert run(project, ONE_CALL).counts == {"passed": 1}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--opus-record=some"], "--opus-record is 'some'; none, once, new_episodes or all is expected."),
        (
            ["--opus-record=all", "--opus-live"],
            "--opus-record and --opus-live exclude each other: a live test is not recorded.",
        ),
        (
            ["-oopus_replay_speed=fast"],
            "opus_replay_speed is 'fast'; instant, recorded or a number above 0 is expected.",
        ),
        (["-oopus_replay_speed=0"], "opus_replay_speed is '0'; instant, recorded or a number above 0 is expected."),
    ],
)
def test_wrong_options_are_usage_errors(project, monkeypatch, arguments, message):
    monkeypatch.delenv("CI", raising=False)
    outcome = run_without_upstream(project, *arguments)

    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    assert message in outcome.result.stderr.str()


def run_without_upstream(project, *arguments):
    return project.run("def test_it(): pass", *arguments)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("(1)", "@pytest.mark.opus_cassette takes one positional argument, a name; got (1,)."),
        ("('a', 'b')", "@pytest.mark.opus_cassette takes one positional argument, a name; got ('a', 'b')."),
        ("(' ')", "@pytest.mark.opus_cassette takes one positional argument, a name; got (' ',)."),
        ("(mode='all')", "@pytest.mark.opus_cassette: unknown argument 'mode'; it takes a name and ignore."),
        ("(ignore='a')", "@pytest.mark.opus_cassette: ignore is 'a'; a list of paths is expected."),
        ("(ignore=[1])", "@pytest.mark.opus_cassette: ignore is [1]; a list of paths is expected."),
        (
            "(ignore=['a..b'])",
            "@pytest.mark.opus_cassette: 'a..b' is no path into a request; metadata.user_id or "
            "messages[*].content[*].id is one.",
        ),
    ],
)
def test_wrong_arguments_of_the_marker_fail_the_test_in_setup(project, marker, message):
    outcome = project.run(f"@pytest.mark.opus_cassette{marker}\ndef test_it(): pass")

    assert outcome.counts == {"errors": 1}
    assert outcome.failure == message


@pytest.mark.parametrize("call", ["script('a')", "otherwise('a')", "when(user='a')"])
def test_a_script_in_a_cassette_test_raises_at_that_line(project, call):
    outcome = project.run(f"@pytest.mark.opus_cassette\ndef test_it(opus):\n    opus.{call}\n")

    assert outcome.counts == {"failed": 1}
    name = call.partition("(")[0]
    assert f"RuntimeError: opus.{name}(): this test replays a cassette; a script has no effect here." in outcome.failure


def test_opus_live_lets_the_calls_through(project, upstream):
    assert run(project, ONE_CALL, "--opus-live").counts == {"passed": 1}
    assert len(upstream) == 1
    assert not cassette().exists()


def test_names_of_files_never_collide(project, upstream):
    ids = ["a/b", "a:b", "a-b", "A-b", "é", "x" * 300, "x" * 300 + "y", ".", "..", "con|?"]
    source = f"""
        @pytest.mark.opus_cassette
        @pytest.mark.parametrize("name", {ids!r}, ids={ids!r})
        def test_it(opus, name):
            assert ask(name, url=BASE)

        class TestIt:
            @pytest.mark.opus_cassette
            def test_it(self, opus):
                ask("class", url=BASE)
        """
    assert run(project, source, "--opus-record=once").counts == {"passed": len(ids) + 1}
    names = [path.name for path in Path("cassettes/test_it").iterdir()]
    assert len({name.casefold() for name in names}) == len(ids) + 1
    assert max(map(len, names)) < 150
    assert {"test_it[a-b].yaml", "TestIt.test_it.yaml"} <= set(names)

    assert run(project, source).counts == {"passed": len(ids) + 1}
    assert len(upstream) == len(ids) + 1


def test_a_token_budget_judges_recorded_calls(project, upstream):
    source = """
        @pytest.mark.opus_cassette
        @pytest.mark.token_budget({})
        def test_it(opus):
            ask("Hi", url=BASE)
        """
    record(project, source.format(100))
    outcome = run(project, source.format(99))

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.startswith("token budget exceeded: 100 tokens used of 99 (+1%) in 1 call")


def test_a_miss_that_ends_the_test_is_the_failure_that_is_shown(project, upstream):
    source = """
        class AgentError(Exception):
            pass

        @pytest.mark.opus_cassette
        def test_it(opus):
            try:
                send("{}", url=BASE).raise_for_status()
            except Exception as error:
                raise AgentError(opus.calls[0].error.message) from error
        """
    record(project, source.format("a"))
    outcome = run(project, source.format("b"))

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == (
        "opus: call 1 is not in the cassette cassettes/test_it/test_it.yaml: messages[0].content differs."
    )
    assert "AgentError" not in outcome.failure

    other = dedent(source).format("b").replace("opus.calls[0].error.message) from error", "'no')")
    assert "AgentError: no" in run(project, other.replace("raise_for_status()", "json()['content']")).failure


SHARED = """
    import pytest

    pytestmark = pytest.mark.opus_cassette("shared")

    @pytest.mark.parametrize("name", {})
    def test_it(opus, name):
        ask(name, url=BASE)
        ask("both", url=BASE)
    """


def test_tests_may_share_a_cassette_and_each_gets_its_own_answers(project, upstream):
    answer = 'assert ask("both", url=BASE)[0] == NUMBER[name]'
    source = dedent(SHARED).format(["a", "b"]).replace('ask("both", url=BASE)', answer)
    first = "NUMBER = {'a': '2', 'b': '2'}\n" + source
    assert run(project, first, "--opus-record=once").counts == {"passed": 2}
    assert len(upstream) == 3

    assert run(project, first).counts == {"passed": 2}
    again = "NUMBER = {'a': '2', 'b': '5'}\n" + source
    assert run(project, again, "--opus-record=all", "-k", "[b]").counts == {"passed": 1, "deselected": 1}
    assert run(project, again).counts == {"passed": 2}
    assert len(upstream) == 5


def test_what_none_of_the_sharers_asks_for_fails_the_session_if_all_of_them_ran_and_passed(project, upstream):
    assert run(project, SHARED.format(["a", "b", "c"]), "--opus-record=once").counts == {"passed": 3}
    assert len(upstream) == 4
    two = SHARED.format(["a", "b"])

    for arguments in ([], ["-n2"], ["-q"]):
        outcome = run(project, two, *arguments)
        assert outcome.counts == {"passed": 2}
        assert outcome.ret == pytest.ExitCode.TESTS_FAILED
        assert (
            "opus: cassettes/test_it/shared.yaml: of 4 interactions none of the 2 tests that share it asked for: 4. "
            "To record it again: pytest --opus-record=all"
        ) in outcome.text

    three = run(project, SHARED.format(["a", "b", "c"]))
    assert (three.counts, three.ret) == ({"passed": 3}, 0), three.text
    assert run(project, two, "-k", "[a]").ret == 0
    assert run(project, two, "test_it.py::test_it[a]").ret == 0
    assert run(project, two.replace("opus, name):", "opus, name):\n        assert name == 'a'")).counts == {
        "passed": 1,
        "failed": 1,
    }
    mark = "pytest.mark.opus_cassette("
    off = two.replace(
        f"= {mark}'shared')".replace("'", '"'), f"= [{mark}'shared'), pytest.mark.opus(unused_interactions='off')]"
    )
    assert run(project, off).ret == 0


def test_xdist_loses_nothing_of_a_shared_cassette(project, upstream):
    source = SHARED.format(list("abcdefgh")).replace('ask("both", url=BASE)', "pass")
    assert run(project, source, "--opus-record=once", "-n4").counts == {"passed": 8}
    assert len(upstream) == 8

    assert run(project, source).counts == {"passed": 8}
    assert run(project, source, "-n4").counts == {"passed": 8}
    assert len(upstream) == 8


def test_an_endpoint_of_any_scope_plays_a_cassette(project, upstream):
    source = """
        @pytest.fixture(scope="module")
        def agent():
            with endpoint(cassette="tapes/agent") as opus:
                yield opus

        def test_one(agent):
            assert ask("one", url=BASE) == "1: you said one"

        def test_two(agent):
            assert ask("two", url=BASE) == "2: you said two"
            assert len(agent.calls) == 2
        """
    assert run(project, source, "--opus-record=once").counts == {"passed": 2}
    assert Path("tapes/agent.yaml").exists()

    assert run(project, source).counts == {"passed": 2}
    assert len(upstream) == 2
    outcome = run(project, source, "-k", "one")
    assert outcome.counts == {"passed": 1, "errors": 1, "deselected": 1}
    assert "opus: 1 of 2 interactions of tapes/agent.yaml was never asked for: 2." in outcome.failure


def test_nested_endpoints_play_their_own_cassettes(project, upstream):
    source = """
        import threading

        @pytest.mark.opus_cassette
        def test_it(opus):
            ask("outer", url=BASE)
            with endpoint(cassette="inner.yaml") as inner:
                ask("inner", url=BASE)
            ask("outer again", url=BASE)
            assert (len(opus.calls), len(inner.calls)) == (2, 1)
        """
    record(project, source)

    assert run(project, source).counts == {"passed": 1}
    assert len(upstream) == 3


def test_the_summary_tells_of_cassettes(project, upstream):
    source = """
        @pytest.mark.opus_cassette
        def test_it(opus):
            ask("Hi", url=BASE)
            ask("Bye", url=BASE)
        """
    assert "2 recorded" in run(project, source, "--opus-record=once").text
    outcome = run(project, source)
    assert "  2 replayed" in outcome.text

    text = cassette().read_text(encoding="utf-8")
    today = text.partition('day: "')[2][:10]
    cassette().write_text(text.replace(today, "2024-01-31"), encoding="utf-8")
    old = "1 cassette is older than 180 days, the oldest cassettes/test_it/test_it.yaml (2024-01-31)."
    assert old in run(project, source).text
    assert "older than" not in run(project, source, ini="opus_cassette_max_age = 0").text


def test_a_newer_client_is_told_and_replayed_all_the_same(project, upstream):
    source = """
        import httpx

        @pytest.mark.opus_cassette
        def test_it(opus):
            sdk = {{"x-stainless-lang": "python", "x-stainless-package-version": "{}"}}
            httpx.post(BASE, headers=headers(**sdk), json=body())
        """
    record(project, source.format("2.12.0"))

    outcome = run(project, source.format("2.14.0"))
    assert outcome.counts == {"passed": 1}
    assert "Recorded with SDK python 2.12.0, now python 2.14.0 (1 test)." in outcome.text


PROCESS = """
    import json
    import os
    import urllib.request

    request = urllib.request.Request(
        os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages",
        data=json.dumps({"model": "claude-opus-4-7", "max_tokens": 9, "messages": [
            {"role": "user", "content": "zip"}]}).encode(),
        headers={"x-api-key": os.environ["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01",
                 "content-type": "application/json", "accept-encoding": "br, gzip"},
    )
    with urllib.request.urlopen(request) as answer:
        answer.read()
        print(answer.status, answer.headers["content-type"])
    """


def test_another_process_is_recorded_and_replayed_through_the_server(project, upstream, monkeypatch):
    project.pytester.makepyfile(process=dedent(PROCESS))
    source = """
        import subprocess
        import sys

        @pytest.mark.opus_cassette
        def test_it(opus_server):
            done = subprocess.run([sys.executable, "process.py"], env=opus_server.env, capture_output=True, text=True)
            assert done.stdout == "200 application/json\\n", done.stderr
            assert opus_server.calls[0].response.content[0].text == "1: you said zip"
        """
    text = record(project, source)
    assert KEY not in text
    assert upstream[0]["headers"]["x-api-key"] == KEY
    assert upstream[0]["headers"]["accept-encoding"] == "gzip"
    monkeypatch.delenv("ANTHROPIC_API_KEY")

    assert run(project, source).counts == {"passed": 1}
    assert len(upstream) == 1


THREADS = """
    import anthropic

    @anthropic.beta_tool
    def run_tests(file: str) -> str:
        '''Run a test file.

        Args:
            file: its path
        '''
        return f"{file}: 3 passed"

    def check(opus, way):
        with anthropic.Anthropic() as client:
            runner = client.beta.messages.tool_runner(
                model="claude-opus-5-5", max_tokens=300, system="You run tests.", tools=[run_tests],
                messages=[{"role": "user", "content": "Are the tests green?"}],
            )
            assert runner.until_done().content[0].text == "All green."
        assert [(call.request.raw.get("thread") or {}).get("type") for call in opus.calls] == [
            "create", "continue", "continue"
        ]
        last = opus.calls[2].request
        assert [message.role for message in last.messages] == ["user", "assistant", "user", "assistant", "user"]
        assert [message.role for message in last.sent_messages] == ["user"]
        assert (last.system, last.tool_names) == ("You run tests.", ["run_tests"])
        assert [call.result.text for call in opus.tool_calls] == ["a.py: 3 passed", "b.py: 3 passed"]

    @pytest.mark.opus_cassette
    def test_it(opus):
        check(opus, "cassette")

    @pytest.mark.opus_live
    def test_live(opus):
        check(opus, "live")
    """


def test_a_call_within_a_message_thread_reads_as_the_whole_conversation(project, upstream, message):
    pytest.importorskip("anthropic", minversion="2.0")

    def answer(handler, body):
        thread = body["thread"]
        place = int(thread["previous_message_id"][-1]) + 1 if thread["type"] == "continue" else 1
        tool = {
            "type": "tool_use",
            "id": f"toolu_{place}",
            "name": "run_tests",
            "input": {"file": f"{' ab'[place % 3]}.py"},
        }
        done = {} if place == 3 else {"content": [tool], "stop_reason": "tool_use"}
        handler.answer(200, message("All green.", id=f"msg_{place}", **done))

    upstream.answer = answer
    assert run(project, THREADS, "--opus-record=once").counts == {"passed": 1, "skipped": 1}
    assert [one["body"]["thread"]["type"] for one in upstream] == ["create", "continue", "continue"]

    assert run(project, THREADS).counts == {"passed": 1, "skipped": 1}
    assert len(upstream) == 3
    assert run(project, THREADS, "--opus-live").counts == {"passed": 2}
    assert len(upstream) == 9
