"""What is shown first for labelling: what stands for most doubt, and some by chance."""

import random

import numpy as np
import pytest

from triagebot.triage.selection import Doubt, choose, in_turns, most_doubt

DOUBTS = [
    Doubt("delivery", 0.5),
    Doubt("delivery", 0.01),
    Doubt("delivery", 0.02),
    Doubt("purchase", 0.3),
    Doubt("purchase", 0.9),
    Doubt("activity", 0.04),
]
MANY = [Doubt("delivery", place / 1000) for place in range(1000)]


def alone(places):
    """Nothing is like anything else."""
    return np.eye(len(places))


@pytest.mark.parametrize("n", [0, 1, 4, 6, 50])
def test_nothing_is_chosen_twice_and_no_more_than_there_is(n):
    chosen = choose(DOUBTS, alone, n, random.Random(1))
    assert len(chosen) == len(set(chosen)) == min(n, 6)


def test_without_likeness_and_chance_it_is_the_unsurest():
    assert choose(DOUBTS, alone, 3, random.Random(1), 0.0) == [1, 5, 3]


def test_each_intent_has_its_turn():
    assert in_turns(DOUBTS, alone, set()) == [1, 5, 3, 2, 4, 0]
    assert in_turns(DOUBTS, alone, {1, 5}) == [2, 3, 0, 4]


def test_of_alike_messages_one_is_enough_and_it_goes_before_an_odd_one():
    """0 to 2 say the same, 3 is the unsurest but like no other, 4 shares a little with 0."""
    cosines = np.eye(5)
    cosines[:3, :3] = 0.95
    cosines[0, 4] = cosines[4, 0] = 0.3
    doubt = np.array([0.6, 0.55, 0.5, 0.9, 0.5])
    assert most_doubt(doubt, cosines) == [0, 3, 4, 1, 2]


def test_frequent_words_in_common_are_no_likeness():
    cosines = np.full((40, 40), 0.2)
    doubt = np.linspace(1.0, 0.1, 40)
    assert most_doubt(doubt, cosines) == [*range(40)]


def test_those_by_chance_are_spread_and_every_message_has_one():
    lists = [choose(MANY, alone, 40, random.Random(seed)) for seed in range(60)]
    sure = [place for chosen in lists for place in chosen[:20] if place >= 40]
    assert 200 < len(sure) < 400, "a quarter of the first half too"
    assert max(sure) > 900


def test_an_empty_list_has_nothing_to_choose_from():
    assert choose([], alone, 5, random.Random(1)) == []
