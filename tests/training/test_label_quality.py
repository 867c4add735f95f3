"""Confident learning beside cleanlab's own answers, and what `look` makes of planted mistakes."""

import numpy as np
import pytest
from cleanlab.count import compute_confident_joint
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from sklearn.metrics import confusion_matrix

from training.confident_learning import NOWHERE, confident
from training.label_quality import look
from triagebot.domain.label import Source
from triagebot.triage.catalogue import read_catalogue

PLANTED = ("今天发的什么快递", "包裹几天才能到", "快递今天送不送")


def noisy(seed, n=900, k=6, noise=0.2):
    """Out-of-fold-like probabilities, and labels of which a share was replaced."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, k, n)
    scores = chance.normal(0.0, 1.0, (n, k))
    scores[np.arange(n), truth] += 2.5
    given = np.where(chance.random(n) < noise, chance.integers(0, k, n), truth)
    given[:k] = np.arange(k)
    odds = np.exp(2.5 * scores)  # so that they are calibrated
    return given, odds / odds.sum(axis=1, keepdims=True), truth


@pytest.mark.parametrize("seed", range(5))
def test_confident_joint_is_that_of_cleanlab(seed):
    given, probabilities, _ = noisy(seed)
    ours = confident(given, probabilities)
    assert (ours.joint == compute_confident_joint(given, probabilities, calibrate=False)).all()


@pytest.mark.parametrize("seed", range(5))
def test_suspects_and_their_scores_are_those_of_cleanlab(seed):
    given, probabilities, _ = noisy(seed)
    ours = confident(given, probabilities)
    theirs = find_label_issues(given, probabilities, filter_by="confident_learning", n_jobs=1)
    assert ours.suspect.sum() > 50
    assert (ours.suspect == theirs).all()
    scores = get_label_quality_scores(given, probabilities, method="normalized_margin")
    assert ours.quality == pytest.approx(scores)


def test_joint_is_scikit_learns_confusion_of_what_was_counted():
    given, probabilities, _ = noisy(3)
    ours = confident(given, probabilities)
    counted = ours.better != NOWHERE
    expected = confusion_matrix(given[counted], ours.better[counted], labels=range(6))
    assert (ours.joint == expected).all()


def test_chance_of_being_wrong_means_what_it_says():
    given, probabilities, truth = noisy(7, n=20_000)
    ours = confident(given, probabilities)
    for low, high in ((0.0, 0.2), (0.4, 0.6), (0.8, 1.0)):
        members = (ours.wrong >= low) & (ours.wrong <= high)
        assert members.sum() > 100
        share = (given != truth)[members].mean()
        assert ours.wrong[members].mean() == pytest.approx(share, abs=0.12)


def test_planted_mistakes_come_first(small_intents, label):
    wrong = [
        label(text, intent="purchase", by="careless", message_id=f"m{i}")
        for i, text in enumerate(PLANTED)
    ]
    right = [
        label(text, intent="delivery", by="careful")
        for text in ("快递什么时候到", "发货了没有", "什么时候能发货")
    ]
    found = look(read_catalogue(small_intents), [*wrong, *right], jobs=1)
    assert {one.text for one in found.suspects[:2]} <= set(PLANTED)
    first = found.suspects[0]
    assert (first.given, first.better, first.by) == ("purchase", "delivery", "careless")
    assert first.source is Source.AGENT
    assert first.gain > 0
    careless, careful = found.hands
    assert (careless.by, careless.n) == ("careless", 3)
    assert careless.mixed_up[0][:2] == ("purchase", "delivery")
    assert careful.suspects == 0


def test_without_the_planted_mistakes_nobody_is_suspected(small_intents, label):
    right = [label(text, intent="delivery", by="careful") for text in PLANTED]
    found = look(read_catalogue(small_intents), right, jobs=1)
    assert not {one.text for one in found.suspects} & set(PLANTED)


def test_nearly_the_same_under_two_intents_is_told(small_intents, label):
    labels = [
        label("我的快递到底什么时候才能送到家里啊", intent="delivery"),
        label("我的快递到底什么时候才能送到家里呀", intent="purchase"),
    ]
    found = look(read_catalogue(small_intents), labels, jobs=1)
    (contradiction,) = found.contradictions
    assert dict(contradiction.intents) == {"delivery": 1, "purchase": 1}
