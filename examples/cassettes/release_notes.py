"""An agent that writes release notes: it asks for the commits it needs, then streams its text to the terminal."""

import anthropic

MODEL = "claude-opus-4-7"
READ_COMMITS = {
    "name": "read_commits",
    "description": "Read the messages of the commits since a release",
    "input_schema": {
        "type": "object",
        "properties": {"since": {"type": "string", "description": "A release, such as 2.3.0"}},
        "required": ["since"],
    },
}
SYSTEM = """You write release notes for the users of a program.
Read the commits first. One line per change, no line about changes that users do not see."""


def write_notes(since, read_commits, show=print):
    client = anthropic.Anthropic()
    messages = [{"role": "user", "content": f"What is new since {since}?"}]
    while True:
        with client.messages.stream(
            model=MODEL, max_tokens=2_000, system=SYSTEM, tools=[READ_COMMITS], messages=messages
        ) as stream:
            for piece in stream.text_stream:
                show(piece)
            answer = stream.get_final_message()
        calls = [block for block in answer.content if block.type == "tool_use"]
        if not calls:
            return "".join(block.text for block in answer.content if block.type == "text")
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "content": read_commits(**call.input)} for call in calls
        ]
        messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
