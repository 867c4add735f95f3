"""Two choices of messages beside each other, run by run."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from training.simulate import Round
from training.simulate_pairs import differences

LUCK = np.random.default_rng(4).normal(0.6, 0.1, 12)
"""How easy each run's messages are; more than any choice matters."""


def rounds(*reach):
    return [Round(100.0 * i, 0.5, each, 0.4, 0.1, 0.0) for i, each in enumerate((0.3, *reach))]


def runs(gain, luck=LUCK):
    noise = np.random.default_rng(5).normal(0.0, 0.01, len(luck))
    return {
        "random": [rounds(each, each) for each in luck],
        "ours": [
            rounds(each + gain + n, each + gain + n) for each, n in zip(luck, noise, strict=True)
        ],
    }


def reach(found):
    return next(each for each in found if each.figure == "reach")


@pytest.mark.parametrize(
    ("gain", "verdict"), [(0.02, "better"), (-0.02, "worse"), (0.0, "not shown")]
)
def test_a_small_gain_shows_in_pairs_where_luck_would_hide_it(gain, verdict):
    assert reach(differences(runs(gain))).verdict == verdict


def test_it_is_hidden_when_the_runs_are_not_those_of_the_same_messages():
    mixed = runs(0.02)
    mixed["ours"] = mixed["ours"][::-1]
    assert reach(differences(mixed)).verdict == "not shown"


def test_the_interval_is_that_of_the_paired_t_test():
    found = reach(differences(runs(0.02)))
    ours, theirs = ([each[1].reach for each in one] for one in [*runs(0.02).values()][::-1])
    expected = ttest_rel(ours, theirs).confidence_interval(0.95)
    assert (found.interval.low, found.interval.high) == pytest.approx((expected.low, expected.high))
    assert found.pairs == 12


def test_one_run_shows_nothing():
    assert differences(runs(0.02, LUCK[:1])) == []
