"""A program that has Claude Code review a file: a subagent reads it while the main agent searches the web."""

import asyncio
import sys
from pathlib import Path

from claude_agent_sdk import AgentDefinition, ClaudeAgentOptions, ResultMessage, query

REVIEWER = AgentDefinition(description="Reviews a file", prompt="You review code.", tools=["Read"])


async def review(file: Path) -> str:
    """What Claude Code says in the end."""
    options = ClaudeAgentOptions(
        model="claude-opus-4-7",
        cwd=file.parent,
        system_prompt="You lead a review.",
        agents={"reviewer": REVIEWER},
        tools=["Agent", "Read", "WebSearch"],
        allowed_tools=["Agent", "Read", "WebSearch"],
        setting_sources=[],
    )
    said = ""
    async for message in query(prompt=f"Have {file.name} reviewed.", options=options):
        if isinstance(message, ResultMessage):  # the subagent works in the background: there may be several
            said = message.result or said
    return said


if __name__ == "__main__":
    print(asyncio.run(review(Path(sys.argv[1]))))
