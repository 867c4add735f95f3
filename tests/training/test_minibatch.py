"""Softmax regression by batches, beside scikit-learn's on the same rows."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, hstack
from scipy.sparse import random as random_matrix
from sklearn.linear_model import LogisticRegression

from training.minibatch import learn_softmax


@pytest.fixture(scope="module")
def rows():
    """Sparse rows of four kinds, of which a tenth is labelled wrong."""
    chance = np.random.default_rng(5)
    x = random_matrix(6000, 400, density=0.05, format="csr", rng=chance, dtype=np.float32)
    truth = np.asarray(x @ chance.normal(size=(400, 4))).argmax(axis=1)
    given = np.where(chance.random(6000) < 0.1, chance.integers(0, 4, 6000), truth)
    return x, given, truth


def accuracy(weights, x, truth):
    return (np.asarray(x @ weights).argmax(axis=1) == truth).mean()


def test_as_good_as_scikit_learns_own(rows):
    x, given, truth = rows
    learnt = learn_softmax(x[:5000], given[:5000], 4, np.ones(5000), seed=7, passes=8)
    theirs = LogisticRegression(C=10.0, max_iter=300).fit(x[:5000], given[:5000])
    ours = accuracy(learnt, x[5000:], truth[5000:])
    assert ours > 0.8
    assert ours > theirs.score(x[5000:], truth[5000:]) - 0.02


def test_same_input_same_bytes(rows):
    x, given, _ = rows
    first, second = (learn_softmax(x, given, 4, np.ones(6000), seed=7) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert first.tobytes() != learn_softmax(x, given, 4, np.ones(6000), seed=8).tobytes()


def test_rows_without_weight_teach_nothing(rows):
    x, given, truth = rows
    wrong = np.where(np.arange(6000) < 3000, (truth + 1) % 4, truth)
    weights = np.where(np.arange(6000) < 3000, 0.0, 1.0)
    learnt = learn_softmax(x, wrong, 4, weights, seed=7, passes=8)
    assert accuracy(learnt, x[3000:], truth[3000:]) > 0.85


def test_an_intent_without_rows_is_never_the_best(rows):
    x, given, _ = rows
    learnt = learn_softmax(x, given, 5, np.ones(6000), seed=7)
    assert not (np.asarray(x @ learnt).argmax(axis=1) == 4).any()


def test_the_chances_of_intents_teach_as_their_numbers_do(rows):
    x, given, _ = rows
    chances = np.eye(4, dtype=np.float32)[given]
    by_number, by_chance = (
        learn_softmax(x, wanted, 4, np.ones(6000), seed=7) for wanted in (given, chances)
    )
    assert by_number.tobytes() == by_chance.tobytes()


def test_a_row_that_may_be_either_teaches_both(rows):
    x, given, _ = rows
    chances = np.full((6000, 4), 0.02, np.float32)
    chances[:, :2] = 0.48
    scores = np.asarray(x @ learn_softmax(x, chances, 4, np.ones(6000), seed=7))
    assert (scores[:, :2].min(axis=1) > scores[:, 2:].max(axis=1)).mean() > 0.95


def test_with_features_left_out_by_chance_none_is_relied_on_alone(rows):
    x, given, truth = rows
    marks = csr_matrix(np.eye(4, dtype=np.float32)[given])
    marked, unmarked = hstack([x, marks]).tocsr(), hstack([x, 0 * marks]).tocsr()

    def learn(dropped):
        return learn_softmax(marked, given, 4, np.ones(6000), seed=7, passes=8, dropped=dropped)

    relying, spread = learn(0.0), learn(0.5)
    assert accuracy(spread, unmarked, truth) > accuracy(relying, unmarked, truth) + 0.02
    assert spread.tobytes() == learn(0.5).tobytes()
