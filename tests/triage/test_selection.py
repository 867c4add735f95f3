"""What is shown first for labelling: the unsure in turns of intents, and some by chance."""

import random

import pytest

from triagebot.triage.selection import Doubt, choose, unsure_first

DOUBTS = [
    Doubt("delivery", 0.5),
    Doubt("delivery", 0.01),
    Doubt("delivery", 0.02),
    Doubt("purchase", 0.3),
    Doubt("purchase", 0.9),
    Doubt("activity", 0.04),
]


def test_each_intent_has_its_turn_the_unsurest_message_first():
    assert unsure_first(DOUBTS, set()) == [1, 5, 3, 2, 4, 0]
    assert unsure_first(DOUBTS, {1, 5}) == [2, 3, 0, 4]


@pytest.mark.parametrize("n", [0, 1, 4, 6, 50])
def test_nothing_is_chosen_twice_and_no_more_than_there_is(n):
    chosen = choose(DOUBTS, n, random.Random(1))
    assert len(chosen) == len(set(chosen)) == min(n, len(DOUBTS))


def test_without_chance_it_is_the_unsure_alone():
    assert choose(DOUBTS, 3, random.Random(1), 0.0) == [1, 5, 3]


def test_those_by_chance_are_spread_and_every_message_has_one():
    doubts = [Doubt("delivery", place / 1000) for place in range(1000)]
    sure = [place for seed in range(60) for place in choose(doubts, 40, random.Random(seed))[:20]
            if place >= 40]  # fmt: skip
    assert 200 < len(sure) < 400, "a quarter of the first half too"
    assert max(sure) > 900


def test_an_empty_list_has_nothing_to_choose_from():
    assert choose([], 5, random.Random(1)) == []
