"""Which candidate is right, or none: beside scikit-learn, and as it serves."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tests.training.conftest import write_intents
from training.answer_fit import fit_answers
from training.choice_logit import STRENGTH, choice_chances, fit_choice
from training.dataset import build
from training.fit import FitSettings
from training.learn import learn
from triagebot.triage.answers import AnswerCalibration, Nearness, measures, rank
from triagebot.triage.catalogue import read_catalogue


@pytest.fixture(scope="module")
def asked():
    """Messages of one to four candidates, of which at most one is right, by known weights."""
    chance = np.random.default_rng(3)
    counts = chance.integers(1, 5, 3000)
    values = chance.normal(size=(int(counts.sum()), 2))
    sure = choice_chances(values, np.array([-0.5, 2.0, -1.0]), counts)
    right = np.zeros(len(values))
    for start, count in zip(np.cumsum(counts) - counts, counts, strict=True):
        chances = sure[start : start + count]
        drawn = chance.choice(count + 1, p=[*chances, 1.0 - chances.sum()])
        right[start + drawn : start + min(drawn + 1, count)] = 1.0
    return values, right, counts


def test_with_one_candidate_it_is_scikit_learns_logistic_regression(asked):
    values, right, _ = asked
    ones = np.ones(len(values), np.int64)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    theirs = LogisticRegression(C=1.0 / (STRENGTH * len(values)), tol=1e-8).fit(standard, right)
    ours = fit_choice(standard, right, ones)
    assert ours == pytest.approx([*theirs.intercept_, *theirs.coef_[0]], abs=2e-3)


def test_the_weights_that_drew_the_choices_are_found(asked):
    values, right, counts = asked
    found = fit_choice(values, right, counts)
    assert found == pytest.approx([-0.5, 2.0, -1.0], abs=0.15)
    sure = choice_chances(values, found, counts)
    assert sure.mean() == pytest.approx(right.mean(), abs=0.01)


def test_what_serves_gives_the_chances_that_were_learnt():
    near = [
        Nearness("a/x", "a", 0.6, 0.7, 0.8, "", 0.9, 20),
        Nearness("a/y", "a", 0.2, 0.1, 0.4, "", 0.3, 20),
        Nearness("b/z", "b", 0.9, 0.3, 0.2, "", 0.0, 3),
    ]
    intents = {"a": 0.7, "b": 0.2}
    weights = np.array([-7.0, 0.7, 3.0, 1.0, 0.8, 1.9, 1.9])
    values = np.array([measures(item, intents[item.intent]) for item in near])
    learnt = choice_chances(values, weights, np.array([3]))
    served = rank(near, intents, AnswerCalibration(*weights.tolist()))
    assert {one.answer: one.confidence for one in served} == pytest.approx(
        dict(zip(("a/x", "a/y", "b/z"), learnt.tolist(), strict=True)), abs=1e-12
    )
    assert sum(one.confidence for one in served) < 1.0


def test_a_catalogue_without_answers_has_nothing_to_choose_from(tmp_path):
    whole = read_catalogue(write_intents(tmp_path / "intents"))
    catalogue = replace(whole, answers={})
    learned = learn(build(catalogue, []), (), FitSettings(folds=2), 1, lambda *_: None)
    found = fit_answers(catalogue, learned)
    assert found.calibration == AnswerCalibration()
    assert (found.accuracy, found.ece, found.coverage) == (0.0, 0.0, 0.0)
