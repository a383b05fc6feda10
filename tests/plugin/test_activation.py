"""How an endpoint comes to a test: the fixture, the marker alone, `getfixturevalue`, and when it is there."""


def test_the_marker_alone_activates_it(project):
    outcome = project.run("""
        @pytest.mark.opus()
        def test_it():
            assert ask() == "opus: call 1 found no turn left in the script (0 turns)."

        @pytest.mark.opus
        def test_bare():
            assert ask() == "opus: call 1 found no turn left in the script (0 turns)."
        """)

    assert outcome.counts == {"failed": 2}
    assert {failure.splitlines()[0] for failure in outcome.failures} == {
        "opus: call 1 found no turn left in the script (0 turns)."
    }


def test_the_marker_of_a_module_activates_it(project):
    outcome = project.run("""
        pytestmark = pytest.mark.opus(unscripted="off")

        def test_it():
            assert ask() == "opus: call 1 found no turn left in the script (0 turns)."
        """)

    assert outcome.counts == {"passed": 1}


def test_it_comes_after_wider_fixtures_and_before_those_of_the_function(project):
    outcome = project.run(
        """
        @pytest.fixture(scope="session")
        def of_session(): ...

        @pytest.fixture(scope="module", autouse=True)
        def of_module(): ...

        @pytest.fixture
        def of_function(): ...

        @pytest.fixture(autouse=True)
        def of_function_autouse(): ...

        @pytest.mark.opus()
        @pytest.mark.parametrize("n", [1])
        def test_it(of_function, of_session, n): ...
        """,
        "--setup-show",
    )

    set_up = [line.split()[2] for line in outcome.text.splitlines() if "SETUP" in line]
    assert set_up.index("of_session") < set_up.index("opus")
    assert set_up.index("of_module") < set_up.index("opus")
    assert set_up.index("opus") < set_up.index("of_function_autouse")
    assert set_up.index("opus") < set_up.index("of_function")


def test_getfixturevalue(project):
    outcome = project.run("""
        def test_it(request):
            opus = request.getfixturevalue("opus")
            opus.script("one", "two")
            assert ask() == "one"
            assert request.getfixturevalue("opus") is opus
        """)

    assert outcome.counts == {"failed": 1}
    assert outcome.failure.splitlines()[0] == "opus: 1 of 2 scripted turns was never asked for."


def test_a_fixture_may_script_it(project):
    outcome = project.run("""
        @pytest.fixture
        def greeter(opus):
            opus.script("Hello.")
            return ask

        def test_it(greeter, opus):
            assert greeter() == "Hello."
            assert len(opus.calls) == 1
        """)

    assert outcome.counts == {"passed": 1}


def test_an_async_fixture_shares_it(project):
    outcome = project.run(
        """
        import pytest_asyncio

        @pytest_asyncio.fixture
        async def greeting(opus):
            opus.script("Hello.", "And again.")
            yield await ask_async()

        async def test_it(greeting, opus):
            assert greeting == "Hello."
            assert await ask_async() == "And again."
        """,
        ini="asyncio_mode = auto",
    )

    assert outcome.counts == {"passed": 1}


def test_a_client_made_at_import_time_is_answered(project):
    outcome = project.run("""
        import httpx
        from program import URL

        client = httpx.Client(base_url="https://api.anthropic.com")

        def test_it(opus):
            opus.script("one")
            answer = client.post("/v1/messages", headers=headers(), json=body())
            assert answer.json()["content"] == [{"type": "text", "text": "one"}]
        """)

    assert outcome.counts == {"passed": 1}


def test_every_test_has_its_own(project):
    outcome = project.run("""
        seen = []

        @pytest.mark.parametrize("n", range(3))
        def test_it(opus, n):
            opus.script("one")
            ask()
            assert len(opus.calls) == 1
            assert opus not in seen
            seen.append(opus)
        """)

    assert outcome.counts == {"passed": 3}


def test_without_an_endpoint_requests_are_left_alone(project):
    outcome = project.run("""
        import httpcore

        class Network(Exception): ...

        def connect(pool, request):
            raise Network

        def test_with(opus): ...

        def test_without(monkeypatch):
            monkeypatch.setattr(httpcore.ConnectionPool, "handle_request", connect)
            with pytest.raises(Network):
                ask()
        """)

    assert outcome.counts == {"passed": 2}


def test_requests_to_other_hosts_are_left_alone(project):
    outcome = project.run("""
        import httpcore
        import httpx

        class Network(Exception): ...

        def connect(pool, request):
            raise Network

        @pytest.mark.parametrize("url", [
            "https://example.com/",
            "https://example.com/v1/models",
            "https://anthropic.com/v1/messages",
            "http://localhost:8000/v1/messages",
            "http://127.0.0.1/v1/messages",
            "https://api.anthropic.com:8443/v2",
        ])
        def test_it(opus, monkeypatch, url):
            monkeypatch.setattr(httpcore.ConnectionPool, "handle_request", connect)
            with pytest.raises(Network):
                httpx.post(url, json=body(), headers={"anthropic-version": "2023-06-01"} if "local" in url else {})
            assert opus.calls == []
        """)

    assert outcome.counts == {"passed": 6}


def test_mock_transports_are_left_alone(project):
    outcome = project.run("""
        import httpx
        from program import URL

        def test_it(opus):
            with httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(418))) as client:
                assert client.post(URL, json=body()).status_code == 418
            assert opus.calls == []
        """)

    assert outcome.counts == {"passed": 1}
