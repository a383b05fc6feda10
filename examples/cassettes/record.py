"""Records the cassettes of this folder, with a scripted endpoint in the place of the real API.

python record.py
"""

import subprocess
import sys
from pathlib import Path

import pytest_opus
from pytest_opus import text, tool_use, turn

ASKS = turn(
    text("I will look at the commits first."),
    tool_use("read_commits", {"since": "2.3.0"}),
    usage={"input_tokens": 412, "output_tokens": 68},
)
ANSWERS = turn(
    "- New: dark mode\n- Fixed: no crash any more when the list is empty\n",
    usage={"input_tokens": 520, "output_tokens": 24},
)

with pytest_opus.serve() as api:
    api.when(where=lambda request: request.tool_results).otherwise(ANSWERS)
    api.otherwise(ASKS)
    command = [sys.executable, "-m", "pytest", "-q", "--opus-record=all"]
    done = subprocess.run(command, cwd=Path(__file__).parent, env=api.env, check=False)  # noqa: S603 - our own tests

sys.exit(done.returncode)
