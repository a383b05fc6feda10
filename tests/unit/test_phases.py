"""Which phase a call belongs to."""

import asyncio
from threading import Thread

import pytest

from pytest_opus._ledger.phases import Phase, Phases


@pytest.fixture
def phases():
    return Phases()


@pytest.fixture
def opened(phases):
    return lambda name: Phase(phases, name, rule=False)


@pytest.fixture
def name(phases, make_request):
    return lambda *said: phases.name_of(make_request(*said))


def test_a_block(opened, name):
    with opened("look") as phase:
        assert (phase.name, name()) == ("look", "look")
    assert name() is None


def test_blocks_within_blocks(opened, name):
    with opened("look"):
        with opened("closer"):
            assert name() == "closer"
        assert name() == "look"


def test_a_block_that_is_used_again(opened, name):
    phase = opened("look")
    for _ in range(2):
        with phase:
            assert name() == "look"
    with phase, phase:
        assert name() == "look"
    assert name() is None


def test_the_first_rule_that_matches_and_blocks_before_rules(phases, opened, name):
    phases.add_rule("b", lambda request: "b" in request.last_user_text)
    phases.add_rule("any", lambda _: True)

    assert (name("abc"), name("xyz")) == ("b", "any")
    with opened("look"):
        assert name("abc") == "look"


def test_blocks_of_another_endpoint_do_not_count(opened, name, make_request):
    other = Phases()
    with opened("look"), Phase(other, "other", rule=False):
        assert (name(), other.name_of(make_request())) == ("look", "other")


def test_a_thread_of_the_program_belongs_to_the_open_block(opened, name):
    seen = []
    with opened("look"):
        thread = Thread(target=lambda: seen.append(name()))
        thread.start()
        thread.join()
    assert seen == ["look"]


def test_tasks_side_by_side_keep_their_own(opened, name):
    async def work(phase):
        with opened(phase):
            await asyncio.sleep(0)
            return name()

    async def both():
        return await asyncio.gather(work("a"), work("b"))

    assert asyncio.run(both()) == ["a", "b"]


def test_a_block_left_in_another_context(opened, name):
    phase = opened("look")
    asyncio.run(asyncio.wait_for(_enter(phase), 1))
    assert name() == "look"
    phase.__exit__(None, None, None)
    assert name() is None


async def _enter(phase):
    phase.__enter__()


def test_a_rule_is_no_block(phases):
    with pytest.raises(TypeError) as caught, Phase(phases, "look", rule=True):
        pass

    assert str(caught.value) == (
        "phase('look', ...) with conditions is a rule for the whole test; with a block, write `with opus.phase('look'):`."
    )
