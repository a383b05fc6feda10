"""Tests with an endpoint do not lean on each other: in any order, and whatever runs on behind them."""

import random

import pytest

MANY = """
    import asyncio

    def test_a_script(opus):
        opus.script("one", "two")
        assert (ask(), ask()) == ("one", "two")
        assert [call.number for call in opus.calls] == [1, 2]

    def test_ids_are_those_of_the_test(opus):
        opus.otherwise("x")
        first, second = send().json()["id"], send().json()["id"]
        assert first[-6:] == "000001" and second[-6:] == "000002"

    def test_it_swallows_an_error(opus):
        opus.script(rate_limited(), "one")
        ask(), ask()
        assert [call.status for call in opus.calls] == [429, 200]

    def test_two_nested(opus):
        opus.script("outer")
        with endpoint() as inner:
            inner.script("inner")
            assert ask() == "inner"
        assert ask() == "outer"

    def test_async(opus):
        opus.script("one")
        assert asyncio.run(ask_async()) == "one"

    @pytest.mark.opus(unscripted="off")
    def test_unscripted(opus):
        assert send().status_code == 400

    @pytest.mark.token_budget(1)
    def test_over_its_budget(opus):
        opus.script("one")
        ask()

    def test_without_an_endpoint():
        import os
        assert "ANTHROPIC_API_KEY" not in os.environ

    @pytest.mark.opus_chunking
    def test_chunking(opus):
        opus.script("one")
        assert ask(stream=False) == "one"
"""


@pytest.mark.parametrize("seed", range(5))
def test_in_random_order(project, seed):
    project.pytester.makeconftest(
        f"import random\ndef pytest_collection_modifyitems(items):\n    random.Random({seed}).shuffle(items)\n"
    )
    outcome = project.run(MANY)

    ran = [report.nodeid for report in outcome.reports if report.when == "call"]
    assert outcome.counts == {"passed": 10, "failed": 1}
    assert outcome.failure.startswith("token budget exceeded:")
    assert len(ran) == 11
    assert ran != sorted(ran)


def test_orders_differ():
    assert len({tuple(random.Random(seed).sample(range(11), 11)) for seed in range(5)}) == 5


def test_a_task_that_outlives_its_test_gets_an_answer_of_its_own(project):
    """It neither hangs nor reaches the network nor the next test's script."""
    outcome = project.run("""
        import asyncio
        import threading

        loop = asyncio.new_event_loop()
        runner = threading.Thread(target=loop.run_forever, daemon=True)
        runner.start()
        go = asyncio.Event()

        async def late():
            await go.wait()
            return await ask_async()

        async def start():
            return asyncio.create_task(late())

        def test_it(opus):
            opus.script("one")
            ask()
            globals()["task"] = asyncio.run_coroutine_threadsafe(start(), loop).result(10)

        def test_next(opus):
            opus.script("of the next test")
            loop.call_soon_threadsafe(go.set)
            answer = asyncio.run_coroutine_threadsafe(asyncio.wait_for(task, 10), loop).result(20)
            assert answer == "opus: a request came after the end of test_it.py::test_it."
            assert ask() == "of the next test"
            assert len(opus.calls) == 1

        def test_last():
            loop.call_soon_threadsafe(loop.stop)
            runner.join()
            loop.close()
        """)

    assert outcome.counts == {"passed": 3, "errors": 1}
    assert outcome.failure.startswith("opus: a request came after the end of test_it.py::test_it.")
