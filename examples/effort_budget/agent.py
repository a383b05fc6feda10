"""An agent that works in phases, with an effort level and a task budget.

python agent.py xhigh "Why does the nightly build fail?"
"""

import sys
from pathlib import Path

import anthropic

MODEL = "claude-opus-4-7"
BETAS = ["task-budgets-2026-03-13"]
TASK_BUDGET = 100_000
READ_LOG = {
    "name": "read_log",
    "description": "Read one of the build's log files",
    "input_schema": {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]},
}
ANALYSE = "You find out why builds fail. Plan first, then read logs."
VERIFY = "You doubt a finding about a failed build. Answer CONFIRMED or say what is wrong."
REPORT = "You write a report of three sentences about a failed build."
MOST_ROUNDS = 8


def investigate(question, effort="xhigh", read_log=lambda file: Path(file).read_text(encoding="utf-8")):
    """The report: analyse with tools, have the finding verified, write it up."""
    finding = analyse(question, effort, read_log)
    verdict = ask(VERIFY, f"{question}\n\nFinding: {finding}", effort)
    return ask(REPORT, f"{question}\n\nFinding: {finding}\n\nVerdict: {verdict}", "low")


def analyse(question, effort, read_log):
    messages = [{"role": "user", "content": question}]
    for _ in range(MOST_ROUNDS):
        answer = create(
            system=ANALYSE,
            messages=messages,
            tools=[READ_LOG],
            output_config={"effort": effort, "task_budget": {"type": "tokens", "total": TASK_BUDGET}},
        )
        calls = [block for block in answer.content if block.type == "tool_use"]
        if not calls:
            return text(answer)
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": read_log(**call.input)} for call in calls]
        messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
    raise RuntimeError(f"no finding after {MOST_ROUNDS} rounds")


def ask(system, prompt, effort):
    return text(create(system=system, messages=[{"role": "user", "content": prompt}], output_config={"effort": effort}))


def create(**request):
    return anthropic.Anthropic().beta.messages.create(model=MODEL, max_tokens=16_000, betas=BETAS, **request)


def text(answer):
    return "".join(block.text for block in answer.content if block.type == "text")


if __name__ == "__main__":
    print(investigate(sys.argv[2], effort=sys.argv[1]))
