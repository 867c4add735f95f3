"""What the loop may answer is proven by intent or as one, and both hold what was promised."""

import numpy as np
import pytest

from training.simulate_proof import Evidence, prove
from triagebot.triage.case import NEVER

CELLS = ((0, 0.9, 0.0), (0, 0.5, 0.08), (1, 0.9, 0.07), (1, 0.5, 0.4))
"""Intent, confidence and share of wrong messages, of which there are:"""
SHARES = (0.2, 0.2, 0.3, 0.3)


def _drawn(n, rng):
    cells = rng.choice(len(CELLS), n, p=SHARES)
    intent, confidence, wrong = np.array(CELLS)[cells].T
    return Evidence(intent.astype(np.int64), confidence, rng.random(n) >= wrong, np.ones(n))


def _error(thresholds):
    """Return the true share of wrong messages among those that are answered, 0 without any."""
    cells = [(share, wrong) for share, (intent, confidence, wrong) in
             zip(SHARES, CELLS, strict=True) if confidence >= thresholds[intent]]  # fmt: skip
    return sum(a * b for a, b in cells) / sum(a for a, _ in cells) if cells else 0.0


def test_the_better_of_the_two_holds_what_answering_both_would_not():
    rng = np.random.default_rng(1)
    ours, either = [], []
    for _ in range(20):
        drawn = _drawn(20_000, rng)
        ours.append(_error(prove(drawn, 2, 0.05, 0.95).thresholds))
        one, own = _as_one(drawn), _own(drawn)
        either.append(_error(np.minimum(one, own)))
    assert sum(error > 0.05 for error in ours) <= 2
    assert sum(error > 0.05 for error in either) > 15, "what is answered for either alone"
    assert max(ours) > 0.0


def _as_one(drawn):
    return prove(Evidence(drawn.guessed * 0, *_rest(drawn)), 1, 0.05, 0.95).thresholds.repeat(2)


def _own(drawn):
    mine = drawn.guessed == 0
    alone = Evidence(drawn.guessed[mine], *(each[mine] for each in _rest(drawn)))
    return np.array([prove(alone, 1, 0.05, 0.95).thresholds[0], NEVER])


def _rest(drawn):
    return drawn.confidence, drawn.right, drawn.weights


@pytest.mark.parametrize(
    ("many", "few", "own"),
    [(400, 20, (0,)), (400, 300, (0, 1)), (30, 30, ())],
    ids=["one is asked often", "both", "none"],
)
def test_an_intent_asked_often_is_proven_by_itself(many, few, own):
    """Beside them stand messages of an intent that is wrong half of the time."""
    guessed = np.repeat([0, 1, 2], [many, few, 400])
    right = np.where(guessed < 2, True, np.arange(len(guessed)) % 2 == 0)
    drawn = Evidence(guessed, np.full(len(guessed), 0.8), right, np.ones(len(guessed)))
    found = prove(drawn, 3, 0.05, 0.95)
    assert sorted(found.own) == sorted(own)
    assert [found.thresholds[i] <= 0.8 for i in range(3)] == [i in own for i in range(3)]


def test_labels_that_stand_for_many_count_as_fewer():
    n = 200
    right = np.ones(n, bool)
    drawn = Evidence(np.zeros(n, np.int64), np.full(n, 0.9), right, np.ones(n))
    assert prove(drawn, 1, 0.05, 0.95).thresholds[0] <= 0.9
    unequal = Evidence(drawn.guessed, drawn.confidence, right, np.append(np.ones(n - 1), 40.0))
    assert prove(unequal, 1, 0.05, 0.95).thresholds[0] == NEVER
