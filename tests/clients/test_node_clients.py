"""Clients on Node: `npm install` in the folder `node` beside this file installs them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_opus import overloaded, rate_limited, tool_use, turn

FOLDER = Path(__file__).parent / "node"


def run(opus, program, package):
    if shutil.which("node") is None or not (FOLDER / "node_modules" / package).is_dir():
        pytest.skip(f"{package} is not installed")
    done = subprocess.run(
        ["node", program], cwd=FOLDER, env=opus.env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_anthropic_sdk(alone):
    alone.script(overloaded(), tool_use("run_tests", {"file": "a.test.ts"}), "All pass.")
    alone.script(turn("All tests pass.", chunks=["All ", "tests", " pass."]), turn("word " * 200, chunks=5, pace=0.01))
    alone.script("Still here.")
    assert run(alone, "sdk.mjs", "@anthropic-ai/sdk") == ["All pass.", "All |tests| pass.", "Still here."]
    assert alone.tool_calls[0].result.text == "a.test.ts: 3 passed"
    assert [call.end for call in alone.calls] == [*["complete"] * 4, "aborted", "complete"]


def test_ai_sdk(alone):
    alone.script(tool_use("run_tests", {"file": "a.test.ts"}), "All pass.")
    alone.script(turn("All tests pass.", chunks=["All ", "tests", " pass."]))
    assert run(alone, "ai_sdk.mjs", "@ai-sdk/anthropic") == ["All pass.", "All |tests| pass."]
    assert alone.tool_calls[0].result.text == "a.test.ts: 3 passed"


def test_langchain(alone):
    alone.script(rate_limited(), tool_use("run_tests", {"file": "a.test.ts"}), "All pass.")
    alone.script(turn("All tests pass.", chunks=["All ", "tests", " pass."]))
    assert run(alone, "langchain.mjs", "@langchain/anthropic") == ["All pass.", "All |tests| pass."]
    assert alone.tool_calls[0].result.text == "a.test.ts: 3 passed"
