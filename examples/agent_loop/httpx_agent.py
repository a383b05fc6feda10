"""The same agent without an SDK: `httpx`, a stream, and the events put together by hand.

python httpx_agent.py "Fix this null-handling bug: function getName(u){ return u.profile.name.trim() }"
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx

MODEL = "claude-opus-4-7"
SYSTEM = "You are a senior TypeScript engineer. Fix the bug, prove it with a test run and answer briefly."
RUN_TESTS = {
    "name": "run_tests",
    "description": "Run a target test file and return failure summary",
    "input_schema": {
        "type": "object",
        "properties": {"file": {"type": "string", "description": "Test file path"}},
        "required": ["file"],
    },
}
MAX_ROUNDS = 10
MAX_RETRIES = 3
RETRIED = (429, 500, 502, 503, 504, 529)

Json = dict[str, Any]


class AgentError(Exception):
    """The agent gave up; the message says why."""


def run_agent(task: str, on_text: Callable[[str], None] = lambda _: None) -> str:
    """Work on the task until the model answers without asking for a tool; `on_text` gets the text as it comes."""
    messages: list[Json] = [{"role": "user", "content": task}]
    with open_client() as client:
        for _ in range(MAX_ROUNDS):
            answer = ask(client, messages, on_text)
            if answer["stop_reason"] == "end_turn":
                return "".join(block["text"] for block in answer["content"] if block["type"] == "text")
            if answer["stop_reason"] != "tool_use":
                raise AgentError(f"the model stopped early: {answer['stop_reason']}")
            messages.append({"role": "assistant", "content": answer["content"]})
            results = [call_tool(block) for block in answer["content"] if block["type"] == "tool_use"]
            messages.append({"role": "user", "content": results})
    raise AgentError(f"no answer after {MAX_ROUNDS} rounds")


def open_client() -> httpx.Client:
    return httpx.Client(
        base_url=os.environ.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
        headers={"authorization": f"Bearer {os.environ['ANTHROPIC_API_KEY']}", "anthropic-version": "2023-06-01"},
        timeout=600,
    )


def ask(client: httpx.Client, messages: list[Json], on_text: Callable[[str], None]) -> Json:
    """One answer of the model; refused attempts that are worth it are repeated."""
    body = {
        "model": MODEL,
        "max_tokens": 4_000,
        "system": SYSTEM,
        "tools": [RUN_TESTS],
        "messages": messages,
        "stream": True,
    }
    for attempt in range(MAX_RETRIES + 1):
        with client.stream("POST", "/v1/messages", json=body) as response:
            if response.status_code == 200:
                return read_message(read_events(response.iter_lines()), on_text)
            error = json.loads(response.read())["error"]
            if response.status_code not in RETRIED or attempt == MAX_RETRIES:
                raise AgentError(f"{error['type']}: {error['message']}")
            pause = seconds_to_wait(response.headers, attempt)
        time.sleep(pause)
    raise AssertionError


def seconds_to_wait(headers: httpx.Headers, attempt: int) -> float:
    """What the API asks for, else 1, 2, 4 seconds with jitter."""
    if "retry-after-ms" in headers:
        return float(headers["retry-after-ms"]) / 1000
    if "retry-after" in headers:
        return float(headers["retry-after"])
    return 2.0**attempt * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, no secret


def read_events(lines: Iterable[str]) -> Iterator[Json]:
    """The payloads of a stream of server-sent events."""
    data: list[str] = []
    for line in lines:
        if line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
        elif not line and data:
            yield json.loads("\n".join(data))
            data.clear()


def read_message(events: Iterable[Json], on_text: Callable[[str], None]) -> Json:
    """The message that the events tell of, piece by piece."""
    message: Json = {}
    for event in events:
        match event:
            case {"type": "message_start"}:
                message = event["message"]
            case {"type": "content_block_start", "content_block": block}:
                # Until it is complete, the input of a tool is the JSON that has come.
                message["content"].append(block | {"input": ""} if block["type"] == "tool_use" else block)
            case {"type": "content_block_delta", "index": index, "delta": delta}:
                add_piece(message["content"][index], delta, on_text)
            case {"type": "content_block_stop", "index": index}:
                block = message["content"][index]
                if block["type"] == "tool_use":
                    block["input"] = json.loads(block["input"] or "{}")
            case {"type": "message_delta", "delta": delta, "usage": usage}:
                message |= delta
                message["usage"] |= usage
            case {"type": "message_stop"}:
                return message
            case {"type": "error", "error": error}:
                raise AgentError(f"{error['type']}: {error['message']}")
    raise AgentError("the stream ended too early")


def add_piece(block: Json, delta: Json, on_text: Callable[[str], None]) -> None:
    match delta:
        case {"type": "text_delta", "text": text}:
            block["text"] += text
            on_text(text)
        case {"type": "input_json_delta", "partial_json": piece}:
            block["input"] += piece


def call_tool(call: Json) -> Json:
    """Run the tool; what goes wrong goes back to the model, which may try something else."""
    try:
        return {"type": "tool_result", "tool_use_id": call["id"], "content": run_tests(**call["input"])}
    except (OSError, subprocess.SubprocessError, TypeError) as error:
        return {"type": "tool_result", "tool_use_id": call["id"], "content": str(error), "is_error": True}


def run_tests(file: str) -> str:
    command = ["npx", "vitest", "run", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - no shell
    return (done.stdout + done.stderr)[-4_000:]


def show(text: str) -> None:
    print(text, end="", flush=True)


if __name__ == "__main__":
    run_agent(sys.argv[1], on_text=show)
    print()
