"""The tools that an agent offers, and the call with which it offers them."""

from anthropic import Anthropic

RUN_TESTS = {
    "name": "run_tests",
    "description": "Run one test file and return how many tests passed, with the output of those that did not.",
    "input_schema": {
        "type": "object",
        "properties": {
            "file": {"type": "string", "pattern": r"\.test\.ts$", "description": "Path, such as src/utils/a.test.ts."},
            "retries": {"type": "integer", "minimum": 0, "maximum": 3, "description": "Runs after a failed one."},
        },
        "required": ["file"],
    },
}
READ_FILE = {
    "name": "read_file",
    "description": "Read a text file of the repository and return its lines with their numbers.",
    "strict": True,
    "input_schema": {
        "type": "object",
        "properties": {"path": {"type": "string", "description": "Path, relative to the root of the repository."}},
        "required": ["path"],
        "additionalProperties": False,
    },
}
TOOLS = [RUN_TESTS, READ_FILE]


def next_call(task):
    """The tool that the model wants to use first, and with what."""
    answer = Anthropic().messages.create(
        model="claude-opus-4-7", max_tokens=1_000, tools=TOOLS, messages=[{"role": "user", "content": task}]
    )
    call = next(block for block in answer.content if block.type == "tool_use")
    return call.name, call.input
