"""A bug-fixing agent on the `anthropic` SDK.

python sdk_agent.py "Fix this null-handling bug: function getName(u){ return u.profile.name.trim() }"
"""

import subprocess
import sys

from anthropic import Anthropic
from anthropic.types import MessageParam, ToolParam, ToolResultBlockParam, ToolUseBlock

MODEL = "claude-opus-4-7"
SYSTEM = "You are a senior TypeScript engineer. Fix the bug, prove it with a test run and answer briefly."
RUN_TESTS: ToolParam = {
    "name": "run_tests",
    "description": "Run a target test file and return failure summary",
    "input_schema": {
        "type": "object",
        "properties": {"file": {"type": "string", "description": "Test file path"}},
        "required": ["file"],
    },
}
MAX_ROUNDS = 10


class AgentError(Exception):
    """The agent gave up; the message says why."""


def run_agent(task: str) -> str:
    """Work on the task until the model answers without asking for a tool."""
    client = Anthropic()
    messages: list[MessageParam] = [{"role": "user", "content": task}]
    for _ in range(MAX_ROUNDS):
        answer = client.messages.create(
            model=MODEL, max_tokens=4_000, system=SYSTEM, tools=[RUN_TESTS], messages=messages
        )
        if answer.stop_reason == "end_turn":
            return "".join(block.text for block in answer.content if block.type == "text")
        if answer.stop_reason != "tool_use":
            raise AgentError(f"the model stopped early: {answer.stop_reason}")
        messages.append({"role": "assistant", "content": answer.content})
        results = [call_tool(block) for block in answer.content if block.type == "tool_use"]
        messages.append({"role": "user", "content": results})
    raise AgentError(f"no answer after {MAX_ROUNDS} rounds")


def call_tool(call: ToolUseBlock) -> ToolResultBlockParam:
    """Run the tool; what goes wrong goes back to the model, which may try something else."""
    try:
        return {"type": "tool_result", "tool_use_id": call.id, "content": run_tests(**call.input)}
    except (OSError, subprocess.SubprocessError, TypeError) as error:
        return {"type": "tool_result", "tool_use_id": call.id, "content": str(error), "is_error": True}


def run_tests(file: str) -> str:
    command = ["npx", "vitest", "run", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - no shell
    return (done.stdout + done.stderr)[-4_000:]


if __name__ == "__main__":
    print(run_agent(sys.argv[1]))
