"""What the process environment holds while an endpoint is open, and that it is as before afterwards."""

import pytest

PROFILE_VARIABLES = (
    "ANTHROPIC_PROFILE",
    "ANTHROPIC_CONFIG_DIR",
    "ANTHROPIC_FEDERATION_RULE_ID",
    "ANTHROPIC_IDENTITY_TOKEN",
    "ANTHROPIC_IDENTITY_TOKEN_FILE",
    "ANTHROPIC_SERVICE_ACCOUNT_ID",
)
SHOW = """
import os

def shown():
    return {name: value for name, value in os.environ.items() if name.startswith("ANTHROPIC_")}
"""
FAKE_KEY = "sk-ant-api03-pytest-opus-fake-key"
FAKE_TOKEN = "sk-ant-oat01-pytest-opus-fake-token"


@pytest.mark.parametrize(
    ("before", "during"),
    [
        ({}, {"ANTHROPIC_API_KEY": FAKE_KEY}),
        ({"ANTHROPIC_API_KEY": "sk-real"}, {"ANTHROPIC_API_KEY": FAKE_KEY}),
        ({"ANTHROPIC_API_KEY": ""}, {"ANTHROPIC_API_KEY": FAKE_KEY}),
        ({"ANTHROPIC_AUTH_TOKEN": "real"}, {"ANTHROPIC_AUTH_TOKEN": FAKE_TOKEN}),
        ({"ANTHROPIC_API_KEY": "sk-real", "ANTHROPIC_AUTH_TOKEN": "real"}, {"ANTHROPIC_API_KEY": FAKE_KEY}),
        (dict.fromkeys(PROFILE_VARIABLES, "real"), {"ANTHROPIC_API_KEY": FAKE_KEY}),
        ({"ANTHROPIC_CUSTOM_HEADERS": "kept"}, {"ANTHROPIC_CUSTOM_HEADERS": "kept", "ANTHROPIC_API_KEY": FAKE_KEY}),
    ],
)
def test_credentials_are_fake_and_restored(project, monkeypatch, before, during):
    for name, value in before.items():
        monkeypatch.setenv(name, value)

    outcome = project.run(f"""
{SHOW}
def test_before():
    assert shown() == {before}

def test_it(opus):
    assert shown() == {during}

def test_endpoint():
    with endpoint():
        assert shown() == {during}
    assert shown() == {before}

@pytest.mark.opus()
def test_marker():
    assert shown() == {during}

def test_after():
    assert shown() == {before}
""")

    assert outcome.counts == {"passed": 5}


def test_nested_endpoints_restore_only_at_the_end(project):
    outcome = project.run(f"""
{SHOW}
def test_it(opus):
    during = shown()
    with endpoint():
        assert shown() == during
    assert shown() == during

def test_after():
    assert shown() == {{}}
""")

    assert outcome.counts == {"passed": 2}


def test_it_is_restored_after_a_failing_test(project):
    outcome = project.run(f"""
{SHOW}
def test_it(opus):
    assert False

def test_after():
    assert shown() == {{}}
""")

    assert outcome.counts == {"passed": 1, "failed": 1}


def test_the_key_is_there_for_fixtures_of_the_function(project):
    outcome = project.run("""
        import os

        @pytest.fixture
        def key():
            return os.environ["ANTHROPIC_API_KEY"]

        @pytest.mark.opus()
        def test_it(key):
            assert key.startswith("sk-ant-api03-pytest-opus-")
        """)

    assert outcome.counts == {"passed": 1}


def test_the_base_url_is_a_messages_host(project, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://gateway.example/anthropic")

    outcome = project.run(
        """
        def test_as_the_session_began(opus, monkeypatch):
            monkeypatch.delenv("ANTHROPIC_BASE_URL")
            opus.script("one")
            assert ask(url="https://gateway.example/anthropic/v1/messages") == "one"

        def test_as_it_is(opus, monkeypatch):
            monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://other.example:8080/")
            opus.script("one", "two", "three")
            assert ask(url="http://other.example:8080/v1/messages") == "one"
            assert ask(url="https://gateway.example/anthropic/v1/messages") == "two"
            assert ask() == "three"
        """.replace("ask(url=", "answer(")
        + """
        def answer(url):
            return send(url=url).json()["content"][0]["text"]
        """
    )

    assert outcome.counts == {"passed": 2}


def test_an_unreadable_base_url_does_not_disturb_requests_elsewhere(project):
    outcome = project.run(
        """
        def test_it(opus, monkeypatch):
            monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://gateway:port")
            opus.script("one", "two")
            assert ask() == "one"
            assert send(url="https://gateway.example/v1/messages").json()["content"][0]["text"] == "two"
        """,
        ini="opus_hosts = gateway.example",
    )

    assert outcome.counts == {"passed": 1}


def test_the_key_of_a_test_that_sets_one_itself_is_restored_too(project, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-real")
    outcome = project.run(
        """
        import os

        def test_it(monkeypatch, opus):
            monkeypatch.setenv("ANTHROPIC_API_KEY", "mine")

        def test_after():
            assert os.environ["ANTHROPIC_API_KEY"] == "sk-ant-real"
        """
    )
    assert outcome.counts == {"passed": 2}


def test_an_assertion_on_headers_shows_no_key(project):
    outcome = project.run(
        """
        def test_it(opus):
            opus.script("x")
            send()
            sent = dict(opus.calls[0].request.headers)
            assert opus.calls[0].request.headers == {"x-api-key": "other"}
        """,
        "-vv",
        "-l",
    )
    assert outcome.counts == {"failed": 1}
    assert "sk-ant-api03" not in outcome.text
    assert "'x-api-key': '...'" in outcome.text
