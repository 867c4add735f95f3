import numpy as np
import pytest
from sklearn.linear_model import Ridge as SklearnRidge

from training import ridge
from training.denoise import judge
from training.fit import FitSettings, learn_vocabulary, learn_weights, matrix
from training.mended import learn_mended
from training.ridge import RIDGE, FoldedRidge, Ridge, one_hot
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
        cut = build_segmenter(()).cut
        messages = [(text, cut(text)) for text in (normalise(e.text) for e in examples)]
        self.x = matrix(learn_vocabulary(messages, SETTINGS), messages)
        self.weights = np.ones(len(examples))

    def judge(self, given=None, fixed=None):
        given = self.given if given is None else given
        return judge(self.x, given, self.n_labels, self.weights, fixed)


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
    fallen = ~judged.kept(planted.given)
    assert planted.wrong[fallen].mean() > 2 * SHARE
    assert fallen[planted.wrong].mean() > 4 * fallen[~planted.wrong].mean()


def test_the_share_of_wrong_labels_is_estimated(judged):
    assert judged.noise == pytest.approx(SHARE, abs=0.12)


def test_mended_labels_are_more_often_true_than_the_given_ones(planted, judged):
    mended = (judged.better == planted.true).mean()
    assert mended > (planted.given == planted.true).mean() + 0.08


def test_learning_from_mended_labels_beats_learning_from_the_given_ones(planted):
    learn = ~planted.test
    x, given, n_labels = planted.x[learn], planted.given[learn], planted.n_labels
    weights = planted.weights[learn]

    def accuracy(learnt):
        best = (planted.x[planted.test] @ learnt).argmax(axis=1)
        return (best == planted.true[planted.test]).mean()

    def mended(n):
        doubted = np.zeros(n, np.bool_)
        return learn_mended(x[:n], given[:n], n_labels, weights[:n], doubted, SETTINGS)

    raw = learn_weights(x, given, n_labels, weights, SETTINGS)
    assert accuracy(mended(len(given))) > accuracy(raw) + 0.03
    assert mended(300).tobytes() == mended(300).tobytes()


def test_clean_labels_stand(planted):
    found = planted.judge(given=planted.true)
    assert found.kept(planted.true).mean() > 0.85
    assert found.noise < 0.15


def test_fixed_rows_are_never_doubted(planted):
    fixed = np.arange(len(planted.given)) % 7 == 0
    found = planted.judge(fixed=fixed)
    assert found.chance[fixed].min() == 1.0
    assert found.kept(planted.given)[fixed].all()
    assert not found.kept(planted.given).all()


def test_the_same_rows_give_the_same_verdict(planted, judged):
    again = planted.judge()
    assert again.chance.tobytes() == judged.chance.tobytes()
    assert again.better.tobytes() == judged.better.tobytes()


def test_a_mended_row_is_less_sure_than_one_that_stands(planted, judged):
    kept = judged.kept(planted.given)
    assert judged.sure[~kept].mean() < judged.sure[kept].mean()


def test_scores_of_rows_left_out_are_those_of_learning_without_them(planted):
    x, weights = planted.x[:300], np.linspace(0.5, 2.0, 300)
    targets = one_hot(planted.given[:300], planted.n_labels)
    targets -= np.average(targets, axis=0, weights=weights).astype(np.float32)
    left_out = Ridge(x, weights).left_out(targets)
    for out in (0, 299):
        rest = np.arange(300) != out
        other = SklearnRidge(alpha=RIDGE, fit_intercept=False)
        other.fit(x[rest][:, 1:], targets[rest], sample_weight=weights[rest])
        assert left_out[out] == pytest.approx(other.predict(x[[out], 1:])[0], abs=1e-4)


def test_more_rows_than_the_closed_form_takes_are_judged_as_well(planted, monkeypatch):
    monkeypatch.setattr(ridge, "MOST_ROWS", 100)
    fixed = np.arange(len(planted.given)) % 7 == 0
    found = planted.judge(fixed=fixed)
    assert separation(found.chance[~fixed], planted.wrong[~fixed]) > 0.85
    assert found.chance[fixed].min() == 1.0


def test_more_rows_are_solved_to_the_same_weights(planted):
    x, weights = planted.x[:300], np.linspace(0.5, 2.0, 300)
    targets = one_hot(planted.given[:300], planted.n_labels)
    closed, folded = Ridge(x, weights), FoldedRidge(x, weights)
    assert folded.learn(targets) == pytest.approx(closed.learn(targets), abs=2e-3)
    agree = folded.left_out(targets).argmax(axis=1) == closed.left_out(targets).argmax(axis=1)
    assert agree.mean() > 0.85


def test_no_doubt_no_noise(planted):
    few = slice(0, 200)
    fixed = np.ones(200, np.bool_)
    found = judge(planted.x[few], planted.given[few], planted.n_labels, planted.weights[few], fixed)
    assert found.kept(planted.given[few]).all()
    assert found.noise == 0.0
