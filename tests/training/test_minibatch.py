"""Softmax regression by batches, beside scikit-learn's on the same rows."""

import numpy as np
import pytest
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
