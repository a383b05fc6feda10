"""What a miss tells: what would help, and what it costs."""

from __future__ import annotations

import pytest

pytest.importorskip("vcr")

ASKS = """
    @pytest.mark.opus_cassette
    def test_it(opus):
        ask(url=BASE, **{})
    """


def told(taped, recorded, sent):
    taped.record(ASKS.format(recorded))
    return taped.run(ASKS.format(sent)).failure.splitlines()


def test_a_longer_conversation_cannot_be_ignored(taped):
    said = [{"role": "user", "content": "Hi"}]
    lines = told(taped, {"messages": said}, {"messages": said * 3})

    assert lines[0].endswith("messages[1] and 1 other place differs.")
    assert lines[-2:] == [
        "To record this test again (about $0.0011, as it cost then): pytest test_it.py::test_it --opus-record=all",
        "messages[1] differs: cassettes/test_it/test_it.yaml:4",
    ]


def test_all_that_would_have_to_be_ignored_is_named(taped):
    lines = told(taped, {"metadata": {"user_id": "a"}, "system": "1"}, {"system": "2"})

    assert 'If this changes from run to run: @pytest.mark.opus_cassette(ignore=["metadata", "system"])' in lines


def test_a_model_without_a_price_is_a_miss_like_any_other(taped, message):
    taped.seen.answer = lambda handler, body: handler.answer(200, message("Hi", model="of-a-gateway-9"))
    taped.record(ASKS.format({"text": "a"}))
    outcome = taped.run(ASKS.format({"text": "b"}), "-Werror")

    assert outcome.counts == {"failed": 1}
    assert "To record this test again: pytest test_it.py::test_it --opus-record=all" in outcome.failure


def test_the_price_of_a_shared_cassette_is_that_of_the_test(taped):
    source = """
        pytestmark = pytest.mark.opus_cassette("shared")

        def test_it(opus):
            ask({!r}, url=BASE)

        def test_other(opus):
            for name in "bcdefg":
                ask(name, url=BASE)
        """
    assert taped.run(source.format("a"), "--opus-record=once").counts == {"passed": 2}
    outcome = taped.run(source.format("x"))

    assert "To record this test again (about $0.0011, as it cost then): pytest test_it.py::test_it" in outcome.failure


def test_what_is_recorded_anew_or_belongs_to_other_tests_is_not_unused(taped):
    source = """
        pytestmark = pytest.mark.opus_cassette({})

        def test_it(opus):
            ask("a", url=BASE)

        def test_other(opus):
            ask("b", url=BASE)
        """
    for name in ("", "'shared'"):
        assert taped.run(source.format(name), "--opus-record=once").counts == {"passed": 2}
        assert "1 unused" not in taped.run(source.format(name), "--opus-record=all").text
        assert "1 unused" not in taped.run(source.format(name)).text
