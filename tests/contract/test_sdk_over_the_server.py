"""The `anthropic` SDK, whichever version is installed, over the loopback server: the tests of `test_sdk` once more."""

from __future__ import annotations

import pytest

pytest.importorskip("anthropic")

from .test_sdk import *  # noqa: F403 - every test but these three

del test_clients_wired_to_one_endpoint  # noqa: F821 - an inner endpoint that does not listen has no base URL
del test_a_stream_that_is_left_early_counts_what_it_reported  # noqa: F821 - a short one is sent before a client can
del test_a_streaming_response_that_is_not_read_is_aborted  # noqa: F821 - for the same reason


@pytest.fixture
def opus(opus_server):
    """Every test of the module gets the endpoint that listens; clients that it builds find it by ANTHROPIC_BASE_URL."""
    return opus_server


def test_the_socket_was_used(opus):
    import anthropic

    opus.script("one")
    with anthropic.Anthropic() as client:
        assert str(client.base_url).rstrip("/") == opus.url
        client.messages.create(model="claude-opus-4-7", max_tokens=9, messages=[{"role": "user", "content": "Hi"}])
    assert opus.calls[0].request.headers["host"].startswith("127.0.0.1:")
