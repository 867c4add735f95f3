"""The promise, proved by drawing: it breaks in no more than the stated share of worlds."""

import math

import numpy as np
import pytest
from scipy.stats import beta

from training.thresholds import certify
from training.walk import LADDER
from triagebot.binomial import needed, upper_bound

INTENTS = ("even", "falling", "hump", "rising", "easy")
PROMISE, SURE, DRAWS = 0.05, 0.9, 500


def draw(rng, n):
    """Messages of a made-up world: intent, confidence, and the true chance of being wrong."""
    intent = rng.integers(0, len(INTENTS), n)
    confidence = rng.beta(4, 1, n)
    risk = np.select(
        [intent == 0, intent == 1, intent == 2, intent == 3],
        [
            np.full(n, 1.02 * PROMISE),
            (1 - confidence) * 0.4,
            np.where(confidence > 0.95, 2 * PROMISE, 0.01),
            np.where(confidence > 0.8, 0.03, 0.3),
        ],
        0.1 * (1 - confidence),
    )
    return intent, confidence, risk


@pytest.fixture(scope="module")
def true_error():
    """The error rate of each intent above each threshold, from very many messages."""
    intent, confidence, risk = draw(np.random.default_rng(0), 400_000)
    return {
        (name, threshold): float(risk[(intent == i) & (confidence >= threshold)].mean())
        for i, name in enumerate(INTENTS)
        for threshold in LADDER
    }


def proven(predicted, confidence, correct, weights, floors=None):
    return certify(
        predicted,
        confidence,
        correct,
        intents=INTENTS,
        max_error=PROMISE,
        sure=SURE,
        weights=weights,
        floors=floors,
    ).thresholds


ANSWERED = 0.9
"""The threshold from which everything is answered, and therefore audited, in one of the worlds."""


def of_answered(floors):
    """Return what proves by audits of what was answered from `ANSWERED` up, and of nothing else."""

    def choose(predicted, confidence, correct, weights):
        seen = confidence >= ANSWERED
        names = [name for name, kept in zip(predicted, seen, strict=True) if kept]
        return proven(names, confidence[seen], correct[seen], weights[seen], floors)

    return choose


def by_point_estimate(predicted, confidence, correct, weights):
    """The planted fault: the lowest threshold at which the measured error looks small enough."""
    found = {}
    names = np.array(predicted)
    for intent in INTENTS:
        for threshold in LADDER:
            above = (names == intent) & (confidence >= threshold)
            if above.any() and np.average(~correct[above], weights=weights[above]) <= PROMISE:
                found[intent] = threshold
    return found


def broken_share(choose, true_error, audited, draws=DRAWS):
    """Return the share of draws in which any chosen threshold breaks the promise, and how many
    thresholds were chosen in all."""
    rng = np.random.default_rng(1)
    broken = chosen = 0
    for _ in range(draws):
        intent, confidence, risk = draw(rng, 4000)
        p_sample = np.where(confidence > 0.9, 0.4, 1.0) if audited else np.ones(len(risk))
        kept = rng.random(len(risk)) < p_sample
        correct = rng.random(len(risk)) >= risk
        names = [INTENTS[i] for i in intent[kept]]
        thresholds = choose(names, confidence[kept], correct[kept], 1 / p_sample[kept])
        chosen += len(thresholds)
        broken += any(true_error[item] > PROMISE for item in thresholds.items())
    return broken / draws, chosen


@pytest.mark.parametrize("audited", [False, True], ids=["evenly", "by audit weights"])
def test_the_promise_breaks_no_more_often_than_stated(true_error, audited):
    broken, chosen = broken_share(proven, true_error, audited)
    assert broken <= 1 - SURE
    assert chosen > DRAWS / 2  # it is kept by proving, not by never answering


def test_audits_of_what_was_answered_prove_nothing_below_it(true_error):
    kept = of_answered(dict.fromkeys(INTENTS, ANSWERED))
    broken, chosen = broken_share(kept, true_error, audited=True)
    assert broken <= 1 - SURE
    assert chosen > DRAWS / 2


def test_without_a_floor_such_audits_would_break_the_promise(true_error):
    broken, _ = broken_share(of_answered(None), true_error, audited=True, draws=200)
    assert broken > 2 * (1 - SURE)


MANY = 20
"""Intents in a world where each errs a little more than promised: none should be answered."""


def draw_many(rng, n):
    """Messages of many intents that are all equally, and not quite, good enough."""
    return rng.integers(0, MANY, n), rng.beta(4, 1, n), np.full(n, 1.02 * PROMISE)


def broken_among_many(sure, draws):
    """Return the share of draws in which any of many intents is answered against the promise."""
    rng = np.random.default_rng(2)
    broken = 0
    names = np.array([str(i) for i in range(MANY)], dtype=object)
    for _ in range(draws):
        intent, confidence, risk = draw_many(rng, MANY * 200)
        found = certify(
            names[intent],
            confidence,
            rng.random(len(risk)) >= risk,
            intents=list(names),
            max_error=PROMISE,
            sure=sure,
        )
        broken += bool(found.thresholds)
    return broken / draws


def test_with_many_intents_the_promise_breaks_no_more_often_than_stated():
    assert broken_among_many(SURE, 500) <= 1 - SURE


def test_uncorrected_for_their_number_it_would_break():
    uncorrected = 1.0 - MANY * (1.0 - SURE)  # what certify corrects with is taken back
    assert broken_among_many(uncorrected, 60) > 3 * (1 - SURE)


def test_choosing_by_the_measured_error_would_break_it(true_error):
    broken, _ = broken_share(by_point_estimate, true_error, audited=False, draws=100)
    assert broken > 0.5


@pytest.mark.parametrize(("errors", "n"), [(0, 1), (0, 262), (3, 40), (50, 1000), (999, 1000)])
@pytest.mark.parametrize("delta", [0.5, 0.05, 0.001])
def test_the_bound_is_clopper_and_pearsons(errors, n, delta):
    assert upper_bound(errors, n, delta) == pytest.approx(
        beta.ppf(1 - delta, errors + 1, n - errors), abs=1e-9
    )


@pytest.mark.parametrize(("errors", "n"), [(0, 0), (4, 4)])
def test_without_a_right_message_nothing_is_known(errors, n):
    assert upper_bound(errors, n, 0.05) == 1.0


@pytest.mark.parametrize(("errors", "promise", "delta"), [(0, 0.02, 0.005), (3, 0.05, 0.05)])
def test_needed_is_the_least_number_that_proves(errors, promise, delta):
    def tail(n):
        chances = (
            math.comb(n, k) * promise**k * (1 - promise) ** (n - k) for k in range(errors + 1)
        )
        return sum(chances)

    n = needed(errors, promise, delta)
    assert tail(n) <= delta < tail(n - 1)


def flat(n, wrong=0, confidence=0.9):
    correct = np.ones(n, bool)
    correct[:wrong] = False
    return ["a"] * n, np.full(n, confidence), correct


def test_an_intent_without_proof_says_how_many_labels_it_needs():
    proof = certify(*flat(100), intents=["a"], max_error=0.02, sure=0.95).intents["a"]
    assert (proof.threshold, proof.n, proof.errors, proof.needs) == (None, 100, 0, 49)
    assert certify(*flat(149), intents=["a"], max_error=0.02, sure=0.95).thresholds


def test_more_intents_need_more_proof():
    alone = certify(*flat(149), intents=["a"], max_error=0.02, sure=0.95)
    among = certify(*flat(149), intents=["a", "b"], max_error=0.02, sure=0.95)
    assert (alone.intents["a"].needs, among.intents["a"].needs) == (0, 34)
    assert among.intents["b"].n == 0


def test_a_perfect_start_does_not_excuse_what_comes_below():
    names, high, right = flat(400)
    low = np.full(400, 0.5)
    correct = np.concatenate([right, np.arange(400) % 5 > 0])
    proof = certify(
        names * 2, np.concatenate([high, low]), correct, intents=["a"], max_error=0.02, sure=0.95
    ).intents["a"]
    assert proof.threshold == pytest.approx(0.51)
    assert (proof.n, proof.errors, proof.coverage) == (400, 0, 0.5)


def test_unequal_weights_count_as_fewer_messages():
    names, confidence, correct = flat(300)
    weights = np.where(np.arange(300) < 30, 1.0, 0.1)
    found = certify(
        names, confidence, correct, intents=["a"], max_error=0.02, sure=0.95, weights=weights
    )
    assert (found.intents["a"].n, found.thresholds) == (57, {})


def test_each_intent_may_have_a_promise_of_its_own():
    names, confidence, correct = flat(200)
    found = certify(
        names + ["b"] * 200,
        np.tile(confidence, 2),
        np.tile(correct, 2),
        intents=["a", "b"],
        max_error={"a": 0.02, "b": 0.001},
        sure=0.95,
        provisional=False,
    )
    assert set(found.thresholds) == {"a"}
    assert (found.n, found.errors, found.coverage, found.provisional) == (200, 0, 0.5, False)
    assert found.as_json()["intents"]["b"]["needs"] > 3000


def test_nothing_measured_certifies_nothing():
    none = np.zeros(0)
    found = certify([], none, none.astype(bool), intents=["a"], max_error=0.02, sure=0.95)
    assert (found.thresholds, found.bound, found.coverage) == ({}, 1.0, 0.0)
