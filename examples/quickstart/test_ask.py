import asyncio

from ask import ask, ask_all


def test_returns_the_answer(opus):
    opus.script("A function that prepares what a test needs.")

    assert ask("What is a fixture?") == "A function that prepares what a test needs."

    assert opus.calls[0].request.last_user_text == "What is a fixture?"
    assert opus.calls[0].request.model == "claude-opus-4-7"


def test_answers_come_in_the_order_of_the_questions(opus):
    opus.when(user="fixture").script("It prepares what a test needs.")
    opus.when(user="marker").script("It says something about a test.")

    answers = asyncio.run(ask_all(["What is a fixture?", "What is a marker?"]))

    assert answers == ["It prepares what a test needs.", "It says something about a test."]
