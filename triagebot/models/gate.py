"""Why a candidate may not serve: proven worse, judged worse, or nobody has seen it at work."""

from __future__ import annotations

from collections.abc import Iterator

from triagebot.models.replay import ReplayRecord
from triagebot.triage.proof import IntentProof, Proof

SEED_SLACK = 0.5
"""How much of the promise a proof on seed sentences may lose: there, one sentence more or less
moves it, and an intent that lost its proof is not answered wrongly but not answered."""

CHANCE = 0.05
"""Judged differences at least so uneven by chance alone are no objection."""

_TOLERANCE = 1e-12


def unproven(serving: Proof, candidate: Proof) -> Iterator[str]:
    """Yield how the candidate's proof is worse than that of what serves."""
    if candidate.max_error > serving.max_error + _TOLERANCE:
        yield f"promises {candidate.max_error:g} errors, now {serving.max_error:g}"
    if candidate.confidence < serving.confidence - _TOLERANCE:
        yield f"is {candidate.confidence:g} sure, now {serving.confidence:g}"
    if candidate.provisional and not serving.provisional:
        yield "is proven on seed sentences only, now on audits"
    slack = SEED_SLACK if candidate.provisional and serving.provisional else 0.0
    for name, now in sorted(serving.intents.items()):
        if now.threshold is not None:
            allowed = serving.max_error * slack
            yield from _losses(name, now, candidate.intents.get(name), allowed)


def unseen(
    record: ReplayRecord | None, serving: tuple[str, str], candidate: tuple[str, str]
) -> Iterator[str]:
    """Yield what a replay lacks or found; `serving` and `candidate` are names and digests."""
    command = f"run `triagebot replay --to {candidate[0]}`"
    if record is None:
        yield f"was not replayed; {command}"
    elif record.base_digest != serving[1]:
        yield f"was replayed against {record.base}, but {serving[0]} serves now; {command}"
    elif record.candidate_digest != candidate[1]:
        yield f"was altered after its replay; {command}"
    elif not (record.n or record.no_traffic):
        yield f"was replayed over no message; {command} with a longer --since or a --file"
    elif record.judged.worse > record.judged.better and record.judged.p <= CHANCE:
        judged = record.judged
        yield (
            f"does worse on judged messages that it treats differently: {judged.worse} worse, "
            f"{judged.better} better (p = {judged.p:.3g})"
        )


def _losses(name: str, now: IntentProof, then: IntentProof | None, slack: float) -> Iterator[str]:
    """Yield how a certified intent would lose by more than `slack` in its proven error.

    Each proof goes as far down as its promise allows, so its bound alone only says how far that
    was: a higher one is a loss when no more messages are answered for it.
    """
    worse = then is None or then.bound > now.bound + slack + _TOLERANCE
    if worse and (then is None or then.threshold is None):
        yield f"{name} is no longer certified"
    elif then and worse and then.coverage <= now.coverage + _TOLERANCE:
        yield (
            f"{name} is certified worse: at most {then.bound:.2%} wrong at {then.coverage:.0%} "
            f"coverage, now {now.bound:.2%} at {now.coverage:.0%}"
        )
