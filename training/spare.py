"""How firmly a proof stands: how many more messages could have been wrong."""

from __future__ import annotations

from itertools import count

from triagebot.binomial import tail
from triagebot.triage.proof import Proof

HANGING = "One more error among its messages would raise the threshold or end the proof of: "


def spare_errors(proof: Proof) -> dict[str, int]:
    """Return for each proven intent how many more of its messages could be wrong.

    0 means that one more error among the same messages raises its threshold or ends its proof.
    """
    delta = (1.0 - proof.confidence) / max(1, len(proof.intents))
    return {
        name: _spare(
            one.errors, one.n, proof.max_error if one.promised is None else one.promised, delta
        )
        for name, one in proof.intents.items()
        if one.threshold is not None
    }


def hanging(proof: Proof) -> list[str]:
    """Return the intents whose proof hangs on a single message, in order of name."""
    return sorted(name for name, spare in spare_errors(proof).items() if spare == 0)


def _spare(errors: int, n: int, promised: float, delta: float) -> int:
    return next(more for more in count() if tail(errors + more + 1, n, promised) > delta)
