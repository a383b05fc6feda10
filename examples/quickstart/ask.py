"""Ask Claude: python ask.py "What is a fixture?" """

import asyncio
import sys

from anthropic import Anthropic, AsyncAnthropic

MODEL = "claude-opus-4-7"


def ask(question: str) -> str:
    message = Anthropic().messages.create(
        model=MODEL,
        max_tokens=300,
        messages=[{"role": "user", "content": question}],
    )
    return message.content[0].text


async def ask_all(questions: list[str]) -> list[str]:
    """Ask several questions at once."""
    async with AsyncAnthropic() as client:
        messages = await asyncio.gather(
            *(
                client.messages.create(
                    model=MODEL,
                    max_tokens=300,
                    messages=[{"role": "user", "content": question}],
                )
                for question in questions
            )
        )
    return [message.content[0].text for message in messages]


if __name__ == "__main__":
    print("\n".join(asyncio.run(ask_all(sys.argv[1:]))))
