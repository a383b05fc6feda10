"""An agent that deals with every way in which an answer can end.

python agent.py "What changed in Python 3.14?"
"""

import sys
from pathlib import Path

import anthropic

MODEL = "claude-opus-5"
SECOND_OPINION = "claude-sonnet-5"
WEB_SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 5}
SAVE_NOTE = {
    "name": "save_note",
    "description": "Save a note to a file.",
    "input_schema": {
        "type": "object",
        "properties": {"path": {"type": "string"}, "text": {"type": "string"}},
        "required": ["path", "text"],
    },
}
MOST_TOKENS = 16_000


class RefusedError(Exception):
    """Both models declined; the message says why."""


def save(path, text):
    Path(path).write_text(text)
    return f"saved {len(text)} characters"


def ask(prompt, save_note=save, max_tokens=1_000):
    """The final text of the answer to `prompt`."""
    client = anthropic.Anthropic()
    model = MODEL
    messages = [{"role": "user", "content": prompt}]
    while True:
        answer = client.messages.create(
            model=model, max_tokens=max_tokens, tools=[WEB_SEARCH, SAVE_NOTE], messages=messages
        )
        match answer.stop_reason:
            case "tool_use":
                messages += [said(answer), {"role": "user", "content": results(answer, save_note)}]
            case "pause_turn":  # the API stopped in the middle of its own tools: send the answer back as it is
                messages.append(said(answer))
            case "max_tokens" if answer.content and answer.content[-1].type == "tool_use":
                # the call is cut off and must not run; nothing of this answer can stay, so ask again with more room
                if max_tokens >= MOST_TOKENS:
                    raise RuntimeError("the call does not fit into the largest answer")
                max_tokens = min(4 * max_tokens, MOST_TOKENS)
            case "refusal" if model == MODEL:  # what was said until then is not to be repeated
                model = SECOND_OPINION
            case "refusal":
                raise RefusedError(answer.stop_details.explanation)
            case "model_context_window_exceeded" | "max_tokens":
                return f"{text(answer)} [cut off]"
            case _:
                return text(answer)


def said(answer):
    return {"role": "assistant", "content": answer.content}


def results(answer, save_note):
    calls = [block for block in answer.content if block.type == "tool_use"]
    return [{"type": "tool_result", "tool_use_id": call.id, "content": save_note(**call.input)} for call in calls]


def text(answer):
    return "".join(block.text for block in answer.content if block.type == "text")


if __name__ == "__main__":
    print(ask(sys.argv[1]))
