"""Real clients of other makers, each against the loopback server. Who is not installed is skipped."""

import pytest


@pytest.fixture
def alone(opus_server, monkeypatch, tmp_path):
    """The server, and an environment in which clients keep to themselves: a home of their own, nothing fetched."""
    for name, value in {
        "HOME": str(tmp_path),
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_ERROR_REPORTING": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }.items():
        monkeypatch.setenv(name, value)
    return opus_server
