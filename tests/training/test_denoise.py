from dataclasses import replace

import numpy as np
import pytest

from training import denoise
from training.dataset import split_folds
from training.denoise import FIXED, judge
from training.fit import FitSettings, learn_vocabulary, learn_weights, matrix
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.normalise import normalise
from triagebot.triage.segment import build_segmenter

SHARE = 0.3
PER_INTENT = 400
SETTINGS = FitSettings()


class Planted:
    """Sentences of the shipped intents, a share of which got another intent's name at random."""

    def __init__(self, intents_folder):
        examples, counts = [], {}
        for example in read_catalogue(intents_folder).examples:
            counts[example.intent] = counts.get(example.intent, 0) + 1
            if counts[example.intent] <= PER_INTENT:
                examples.append(example)
        names = sorted(counts)
        draw = np.random.default_rng(3)
        self.n_labels = len(names)
        self.true = np.array([names.index(example.intent) for example in examples])
        self.wrong = draw.random(len(examples)) < SHARE
        shift = draw.integers(1, self.n_labels, len(examples))
        self.given = np.where(self.wrong, (self.true + shift) % self.n_labels, self.true)
        self.test = np.arange(len(examples)) % 4 == 0
        self.folds = split_folds(
            [str(i) for i in self.given], np.arange(len(examples)), 5, SETTINGS.seed
        )
        cut = build_segmenter(()).cut
        messages = [(text, cut(text)) for text in (normalise(e.text) for e in examples)]
        self.x = matrix(learn_vocabulary(messages, SETTINGS), messages)
        self.weights = np.ones(len(examples))

    def judge(self, given=None, folds=None):
        return judge(
            self.x,
            self.given if given is None else given,
            self.n_labels,
            self.weights,
            self.folds if folds is None else folds,
            SETTINGS,
            jobs=1,
        )


def separation(chance, wrong):
    """The share of pairs of a wrong and a right label in which the wrong one looks worse."""
    return (chance[wrong][:, None] < chance[~wrong][None, :]).mean()


@pytest.fixture(scope="module")
def planted(intents_folder):
    return Planted(intents_folder)


@pytest.fixture(scope="module")
def judged(planted):
    return planted.judge()


def test_planted_wrong_labels_look_worse_than_right_ones(planted, judged):
    assert separation(judged.chance, planted.wrong) > 0.85


def test_the_check_notices_a_judge_that_mixes_up_the_rows(planted, judged):
    mixed = np.random.default_rng(5).permutation(judged.chance)
    assert separation(mixed, planted.wrong) < 0.6


def test_planted_labels_fall_far_more_often_than_right_ones(planted, judged):
    fallen = ~judged.kept
    assert planted.wrong[fallen].mean() > 2 * SHARE
    assert fallen[planted.wrong].mean() > 4 * fallen[~planted.wrong].mean()


def test_the_share_of_wrong_labels_is_estimated(judged):
    assert judged.noise == pytest.approx(SHARE, abs=0.12)


def test_mended_labels_are_more_often_true_than_the_given_ones(planted, judged):
    mended = (judged.labels(planted.given) == planted.true).mean()
    assert mended > (planted.given == planted.true).mean() + 0.08


def test_learning_from_mended_labels_beats_learning_from_the_given_ones(planted):
    learn = ~planted.test
    found = judge(
        planted.x[learn],
        planted.given[learn],
        planted.n_labels,
        planted.weights[learn],
        planted.folds[learn],
        SETTINGS,
        jobs=1,
    )

    def accuracy(labels, weights):
        weights = learn_weights(planted.x[learn], labels, planted.n_labels, weights, SETTINGS)
        best = (planted.x[planted.test] @ weights).argmax(axis=1)
        return (best == planted.true[planted.test]).mean()

    given = planted.given[learn]
    raw = accuracy(given, planted.weights[learn])
    assert accuracy(found.labels(given), found.weights(planted.weights[learn])) > raw + 0.03


def test_clean_labels_stand(planted):
    found = planted.judge(given=planted.true)
    assert found.kept.mean() > 0.85
    assert found.noise < 0.15


def test_fixed_rows_are_never_doubted(planted):
    folds = planted.folds.copy()
    folds[::7] = FIXED
    found = planted.judge(folds=folds)
    assert found.chance[::7].min() == 1.0
    assert (found.labels(planted.given)[::7] == planted.given[::7]).all()
    assert not found.kept.all()


def test_the_same_rows_give_the_same_verdict(planted, judged):
    again = planted.judge()
    assert again.chance.tobytes() == judged.chance.tobytes()
    assert again.better.tobytes() == judged.better.tobytes()


def test_a_mended_row_counts_less_than_one_that_stands(planted, judged):
    weights = judged.weights(planted.weights)
    assert (weights[judged.kept] == 1.0).all()
    assert weights[~judged.kept].max() <= denoise.MENDED_WEIGHT


def test_a_lower_bar_lets_more_labels_stand(judged, monkeypatch):
    before = judged.kept.sum()
    monkeypatch.setattr(denoise, "KEEP", 0.05)
    assert replace(judged).kept.sum() > before
