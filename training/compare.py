"""Two models on the same judged messages: their figures side by side, and a paired test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from training.evaluate import Evaluation, summarise
from training.outcomes import Judged, Outcome, outcomes
from triagebot.binomial import mcnemar
from triagebot.triage.think import Mind

FIGURES = ("accuracy", "macro_f1", "coverage", "selective_error", "ece")


@dataclass(frozen=True, slots=True)
class Comparison:
    """`figures` and `f1` (by intent) hold the first model's value and the second's, 0..1.

    `better` messages only the second takes for what they are, `worse` only the first; `p` is the
    exact probability, 0..1, of a split at least so uneven if neither were better.
    """

    first: str
    second: str
    n: int
    figures: dict[str, tuple[float, float]]
    f1: dict[str, tuple[float, float]]
    better: int
    worse: int
    p: float

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self)


def compare(first: Mind, second: Mind, rows: Sequence[Judged]) -> Comparison:
    """Return how two models fare on the same rows. Raises `NothingToDo` without rows."""
    one, two = list(outcomes(first, rows)), list(outcomes(second, rows))
    before, after = summarise(one), summarise(two)
    better, worse = _only(two, one), _only(one, two)
    return Comparison(
        first.model,
        second.model,
        before.n,
        _figures(before, after),
        {
            name: (score.f1, after.per_intent[name].f1)
            for name, score in before.per_intent.items()
            if score.support
        },
        better,
        worse,
        mcnemar(better, worse),
    )


def _figures(before: Evaluation, after: Evaluation) -> dict[str, tuple[float, float]]:
    found = {name: (getattr(before, name), getattr(after, name)) for name in FIGURES}
    reach = {
        f"coverage_at.{error}": (share, after.coverage_at[error])
        for error, share in before.coverage_at.items()
    }
    return found | reach


def _only(those: Sequence[Outcome], others: Sequence[Outcome]) -> int:
    return sum(a.right and not b.right for a, b in zip(those, others, strict=True))
