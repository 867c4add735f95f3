"""What is proven of a model: its promise, and the threshold of each intent that keeps it."""

from __future__ import annotations

import msgspec


class IntentProof(msgspec.Struct, frozen=True):
    """What is proven of an intent: at `threshold`, `errors` of `n` were wrong, so at most `bound`.

    `threshold` is None where proof is missing; `needs` more correct labels would give it.
    `evidence` is what the messages were: seed, held_out or audit. `promised` is the share of wrong
    answers that was to be proven, None for that of all intents.
    """

    threshold: float | None
    n: int = 0
    errors: int = 0
    bound: float = 1.0
    coverage: float = 0.0
    needs: int = 0
    evidence: str = "seed"
    promised: float | None = None


class Proof(msgspec.Struct, frozen=True):
    """`thresholds.json`: the promise, its proof by intent, and how answers are scored."""

    max_error: float
    confidence: float
    provisional: bool
    intents: dict[str, IntentProof]
    answer_floor: float = 0.5
    answer_calibration: dict[str, float] = {}
