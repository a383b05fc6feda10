import re

import pytest

from pytest_opus._api.ids import Ids


@pytest.mark.parametrize("prefix", ["msg_01", "toolu_01", "srvtoolu_01", "req_011C"])
def test_they_look_like_those_of_the_api(prefix):
    assert re.fullmatch(prefix + "[1-9A-HJ-NP-Za-km-z]{16}000001", Ids("a test").new(prefix))


def test_they_are_the_same_in_every_run():
    first, second = Ids("a test"), Ids("a test")

    assert [first.new("msg_01") for _ in range(5)] == [second.new("msg_01") for _ in range(5)]


def test_they_do_not_depend_on_how_many_of_another_kind_were_made():
    first, second = Ids("a test"), Ids("a test")
    second.new("toolu_01")

    assert first.new("msg_01") == second.new("msg_01")


def test_they_differ_within_a_test_and_between_tests():
    made = [Ids(seed).new(prefix)[len(prefix) :] for seed in ("a", "b") for prefix in ("msg_01", "toolu_01")]
    ids = Ids("a")
    made += [ids.new("req_011C") for _ in range(200)]

    assert len(set(made)) == len(made)
