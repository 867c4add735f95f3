"""Measure a model on messages whose intent is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from training.measures import (
    Bools,
    Floats,
    Interval,
    ReliabilityPoint,
    RiskPoint,
    calibration_error,
    coverage_at,
    reliability,
    risk_curve,
    wilson,
)
from training.mistakes import Cause, Confusion, Mistake, cause_in, confusions, worst
from training.outcomes import Judged, Outcome, outcomes
from triagebot.errors import NothingToDo
from triagebot.triage.think import Mind

OUT_OF_SCOPE = "out_of_scope"
ERRORS = (0.02, 0.05, 0.10)
"""The error shares at which coverage is reported."""


@dataclass(frozen=True, slots=True)
class IntentScore:
    """One intent's figures; `confused_with` is the intent it is most often taken for."""

    precision: float
    recall: float
    f1: float
    support: int
    predicted: int
    answered: int
    wrong_answers: int
    recall_interval: Interval
    confused_with: str | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one measurement. Shares are 0..1, intervals are Wilson's at 95 %.

    `macro_f1` is the mean over the intents that the messages have. `selective_error` is the share
    of wrong ones among automatic answers, 0 when there were none. `accuracy_alt` also accepts
    the second defensible intent; None when no row has one.
    """

    n: int
    accuracy: float
    macro_f1: float
    coverage: float
    selective_error: float
    coverage_at: dict[str, float]
    ece: float
    per_intent: dict[str, IntentScore]
    accuracy_alt: float | None
    intervals: dict[str, Interval]
    confusions: tuple[Confusion, ...]
    matrix: dict[str, dict[str, int]]
    reliability: tuple[ReliabilityPoint, ...]
    risk_curve: tuple[RiskPoint, ...]
    worst: tuple[Mistake, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain values, without curves and the list of mistakes."""
        values = asdict(self)
        for name in ("matrix", "reliability", "risk_curve", "worst"):
            del values[name]
        if self.accuracy_alt is None:
            del values["accuracy_alt"]
        return values


def measure(mind: Mind, rows: Sequence[Judged]) -> Evaluation:
    """Return the figures of a model; each row is the first message of a conversation."""
    return summarise(list(outcomes(mind, rows)), cause_in(mind))


def summarise(found: Sequence[Outcome], cause: Cause | None = None) -> Evaluation:
    """Return the figures of outcomes. Raises `NothingToDo` when there are none."""
    if not found:
        raise NothingToDo("there is nothing to measure on")
    n = len(found)
    right = np.array([outcome.right for outcome in found])
    confidence = np.array([outcome.confidence for outcome in found])
    answerable = np.array([outcome.predicted != OUT_OF_SCOPE for outcome in found])
    answered = sum(outcome.answered for outcome in found)
    wrong = sum(outcome.wrong_answer for outcome in found)
    scores = _scores(found)
    points = reliability(confidence, right)
    return Evaluation(
        n=n,
        accuracy=float(right.mean()),
        macro_f1=float(np.mean([score.f1 for score in scores.values() if score.support])),
        coverage=answered / n,
        selective_error=wrong / answered if answered else 0.0,
        coverage_at=_coverages(confidence, right, answerable),
        ece=calibration_error(points),
        per_intent=scores,
        accuracy_alt=_accuracy_alt(found),
        intervals={
            "accuracy": wilson(int(right.sum()), n),
            "coverage": wilson(answered, n),
            "selective_error": wilson(wrong, answered),
        },
        confusions=confusions(found),
        matrix=_matrix(found),
        reliability=tuple(points),
        risk_curve=tuple(risk_curve(confidence, right, answerable)),
        worst=worst(found, cause),
    )


def _coverages(confidence: Floats, right: Bools, answerable: Bools) -> dict[str, float]:
    return {f"{error:.2f}": coverage_at(confidence, right, answerable, error) for error in ERRORS}


def _accuracy_alt(found: Sequence[Outcome]) -> float | None:
    if not any(outcome.alt for outcome in found):
        return None
    return sum(outcome.predicted in (outcome.intent, outcome.alt) for outcome in found) / len(found)


def _matrix(found: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for outcome in found:
        counts.setdefault(outcome.intent, Counter())[outcome.predicted] += 1
    return {intent: dict(sorted(counts[intent].items())) for intent in sorted(counts)}


def _scores(found: Sequence[Outcome]) -> dict[str, IntentScore]:
    matrix = _matrix(found)
    names = sorted(set(matrix) | {outcome.predicted for outcome in found})
    answered = Counter(outcome.predicted for outcome in found if outcome.answered)
    wrong = Counter(outcome.predicted for outcome in found if outcome.wrong_answer)
    predicted = Counter(outcome.predicted for outcome in found)
    return {
        name: _score(name, matrix.get(name, {}), predicted[name], answered[name], wrong[name])
        for name in names
    }


def _score(
    name: str, row: dict[str, int], predicted: int, answered: int, wrong: int
) -> IntentScore:
    support, hits = sum(row.values()), row.get(name, 0)
    others = {other: count for other, count in row.items() if other != name}
    return IntentScore(
        precision=hits / predicted if predicted else 0.0,
        recall=hits / support if support else 0.0,
        f1=2 * hits / (support + predicted),
        support=support,
        predicted=predicted,
        answered=answered,
        wrong_answers=wrong,
        recall_interval=wilson(hits, support),
        confused_with=max(others, key=lambda other: others[other]) if others else None,
    )
