"""What a model takes for what: pairs of intents that it mixes up, and its surest errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.outcomes import Outcome
from triagebot.domain.prediction import Contribution
from triagebot.triage.think import Mind

_WORST = 20
_PAIRS = 30
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Confusion:
    """Messages of `intent` that were taken for `predicted`, most confident examples first.

    `share` is their part of the intent's messages, 0..1.
    """

    intent: str
    predicted: str
    n: int
    share: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A confident error with the words that spoke for the wrong intent rather than the right."""

    text: str
    intent: str
    predicted: str
    confidence: float
    words: tuple[Contribution, ...]


Cause = Callable[[Outcome], Sequence[Contribution]]
"""Returns the words that led to a mistake, strongest first."""


def cause_in(mind: Mind) -> Cause:
    """Return what finds up to four words that spoke more for the intent taken than the true one."""

    def cause(outcome: Outcome) -> list[Contribution]:
        prediction = mind.think([outcome.text])[0]
        spoke = mind.explain(prediction, outcome.predicted)
        if outcome.intent in mind.bundle.model.intents:
            against = mind.explain(prediction, outcome.intent)
            spoke = [
                Contribution(a.token, a.weight - b.weight)
                for a, b in zip(spoke, against, strict=True)
            ]
        return sorted((c for c in spoke if c.weight > 0), key=lambda c: -c.weight)[:4]

    return cause


def confusions(found: Sequence[Outcome]) -> tuple[Confusion, ...]:
    """Return the pairs that are mixed up most often, of equal ones the rarer intent first."""
    support = Counter(outcome.intent for outcome in found)
    pairs: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in found:
        if not outcome.right:
            pairs.setdefault((outcome.intent, outcome.predicted), []).append(outcome)
    ranked = sorted(pairs.items(), key=lambda item: (-len(item[1]), support[item[0][0]], item[0]))
    return tuple(
        Confusion(
            intent,
            predicted,
            len(members),
            len(members) / support[intent],
            tuple(o.text for o in sorted(members, key=lambda o: -o.confidence)[:_EXAMPLES]),
        )
        for (intent, predicted), members in ranked[:_PAIRS]
    )


def worst(found: Sequence[Outcome], cause: Cause | None) -> tuple[Mistake, ...]:
    """Return the most confident mistakes with what led to them; without `cause`, no words."""
    mistakes = [outcome for outcome in found if not outcome.right]
    mistakes.sort(key=lambda outcome: (-outcome.confidence, outcome.text))
    return tuple(
        Mistake(o.text, o.intent, o.predicted, o.confidence, tuple(cause(o)) if cause else ())
        for o in mistakes[:_WORST]
    )
