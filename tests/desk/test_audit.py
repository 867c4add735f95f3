"""What blind checks prove: weights, exact bounds, and how many checks are still missing."""

from __future__ import annotations

import random

import pytest

from training import thresholds
from triagebot.binomial import lower_bound, needed, tail, upper_bound
from triagebot.desk.audit import estimate
from triagebot.domain.catalogue import Policy, Risk
from triagebot.store.audits import Tally, Verdict

POLICY = Policy(0.02, 0.95, 0.15, 3, 3, {Risk.LOW: 1.0}, 2.0, {})
RIGHT, WRONG = Verdict.RIGHT, Verdict.WRONG


@pytest.mark.parametrize("delta", [0.05, 0.004])
@pytest.mark.parametrize(
    ("errors", "n"), [(0, 1), (0, 149), (3, 200), (40, 41), (7, 7), (25, 9000)]
)
def test_the_bound_is_the_one_that_certifying_uses(errors, n, delta):
    assert upper_bound(errors, n, delta) == pytest.approx(
        thresholds.upper_bound(errors, n, delta), abs=1e-9
    )


@pytest.mark.parametrize(("errors", "rate"), [(0, 0.02), (2, 0.02), (5, 0.1)])
def test_as_many_are_missing_as_certifying_would_say(errors, rate):
    n = needed(errors, rate, 0.05)
    assert thresholds.upper_bound(errors, n, 0.05) <= rate
    assert thresholds.upper_bound(errors, n - 1, 0.05) > rate


def test_nothing_is_known_without_a_verdict():
    together, delivery = estimate([Tally("delivery", 0.02, None, 3)], POLICY, 1)
    assert (together.rate, together.low, together.high) == (None, 0.0, 1.0)
    assert (delivery.answers, delivery.drawn, delivery.judged) == (150, 3, 0)
    assert delivery.needs == 149


def test_an_answer_drawn_rarely_counts_for_many():
    tallies = [Tally("a", 0.02, RIGHT, 10), Tally("a", 1.0, WRONG, 10)]
    (_, one) = estimate(tallies, POLICY, 1)
    assert one.rate == pytest.approx(10 / 510)
    assert one.low < one.rate < one.high


def test_an_intent_that_is_judged_less_counts_as_much():
    tallies = [
        Tally("often", 0.02, RIGHT, 5),
        Tally("often", 0.02, None, 95),
        Tally("seldom", 0.02, WRONG, 100),
    ]
    together = estimate(tallies, POLICY, 2)[0]
    assert together.rate == pytest.approx(0.5)


def test_the_bounds_of_many_intents_are_wider():
    tallies = [Tally("a", 0.02, RIGHT, 200)]
    assert estimate(tallies, POLICY, 1)[1].high < estimate(tallies, POLICY, 12)[1].high


def share_above(bound, rng, rate=0.03, n=150, rounds=400):
    misses = 0
    for _ in range(rounds):
        errors = sum(rng.random() < rate for _ in range(n))
        misses += bound(errors, n) < rate
    return misses / rounds


def test_the_bound_is_too_low_no_more_often_than_stated():
    assert share_above(lambda e, n: upper_bound(e, n, 0.05), random.Random(7)) <= 0.07


def test_the_check_of_the_bound_sees_one_that_is_none():
    assert share_above(lambda e, n: e / n, random.Random(7)) > 0.2


def test_the_two_bounds_hold_the_rate_between_them():
    assert lower_bound(5, 100, 0.025) == pytest.approx(0.0164, abs=1e-4)
    assert upper_bound(5, 100, 0.025) == pytest.approx(0.1128, abs=1e-4)
    assert tail(5, 100, 0.0) == 1.0
    assert tail(5, 100, 1.0) == 0.0
