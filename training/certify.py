"""Renew what is proven of a model: by audits of its own answers, else by held-out labels.

Audits are a random sample of what was answered, so they alone turn a provisional proof into a
proof. They never lower a threshold: nothing below it was answered, so nothing below it was
audited. An intent with too few audits keeps the proof it has; one whose audits hold more errors
than chance allows loses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from training import bundle
from training.evaluate import measure
from training.judged import Evidence, gather
from training.model_card import model_card
from training.outcomes import Judged
from training.report import Report, write
from training.thresholds import Certificate, certify, refuted
from training.walk import Certified
from triagebot.binomial import upper_bound
from triagebot.domain.label import Label
from triagebot.triage.case import NEVER
from triagebot.triage.proof import IntentProof, Proof
from triagebot.triage.registry import load
from triagebot.triage.think import Mind, wake

AUDIT, HELD_OUT = "audit", "held_out"
ALL = "*"


@dataclass(frozen=True, slots=True)
class Promise:
    """At most `max_error` wrong, by intent, with the confidence `sure`; `most` of all of them."""

    most: float
    sure: float
    by_intent: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Overall:
    """All automatic answers as one: the lowest threshold that is proven for them together.

    `error` is the weighted share of wrong ones among those judged, `bound` its exact upper bound.
    """

    evidence: str
    threshold: float | None
    n: int
    error: float
    bound: float
    needs: int


@dataclass(frozen=True, slots=True)
class Renewal:
    """The new proof, what it comes to, which intents lost theirs, and how many rows were used."""

    proof: Proof
    overall: Overall
    withdrawn: tuple[str, ...]
    audits: int
    held_out: int


def promise_of(mind: Mind, max_error: float | None = None, sure: float | None = None) -> Promise:
    """Return what the model's policy promises, with other figures where they are given.

    `max_error` takes the place of the policy's; what it promises by risk may still be stricter.
    """
    policy, intents = mind.catalogue.policy, mind.catalogue.intents
    most = policy.max_error if max_error is None else max_error
    policy = replace(policy, max_error=most)
    by_intent = {
        name: policy.promised(intents[name].risk) if name in intents else most
        for name in mind.bundle.proof.intents
    }
    return Promise(most, policy.confidence if sure is None else sure, by_intent)


def renew(
    mind: Mind, audits: Sequence[Label], held_out: Sequence[Label], promise: Promise
) -> Renewal:
    """Return the proof that judged messages give.

    `audits` are labels of answers that this model gave, drawn at random with `p_sample`;
    `held_out` are labels of other messages that it never learnt from.
    """
    drawn, others = gather(mind, audits), gather(mind, held_out)
    floors = mind.thresholds.intents
    by_audit = _certify(drawn, promise, floors)
    by_label = _certify(others, promise, None)
    proofs = {
        name: (name in floors and _settled(drawn, by_audit.intents[name], AUDIT, floors))
        or _settled(others, by_label.intents[name], HELD_OUT, floors)
        or _unsettled(before, by_audit.intents[name], by_label.intents[name])
        for name, before in mind.bundle.proof.intents.items()
    }
    withdrawn = [name for name in floors if proofs[name].threshold is None]
    kinds = {one.evidence for one in proofs.values() if one.threshold is not None}
    proof = msgspec.structs.replace(
        mind.bundle.proof,
        max_error=promise.most,
        confidence=promise.sure,
        provisional=kinds != {AUDIT},
        intents=proofs,
    )
    overall = _overall(drawn if audits else others, AUDIT if audits else HELD_OUT, promise, floors)
    return Renewal(proof, overall, tuple(withdrawn), len(audits), len(held_out))


def write_renewed(
    mind: Mind, renewal: Renewal, name: str, judged: Sequence[Label], key: bytes | None = None
) -> Path:
    """Write the model with its new proof as another bundle beside it, and return its folder.

    `judged` are the messages that its report is measured on. Raises `Conflict` when the name is
    taken by another model.
    """
    contents, manifest = bundle.with_proof(mind.bundle.folder, renewal.proof, key)
    card = model_card(manifest, renewal.proof)
    folder = bundle.write(
        mind.bundle.folder.with_name(name), contents, manifest, {"MODEL_CARD.md": card}
    )
    renewed = wake(load(folder, key))
    rows = [Judged(label.text, label.intent, answer=label.answer) for label in judged]
    found = measure(renewed, rows)
    intents = mind.catalogue.intents
    write(folder / "report.html", Report(name, found, intents, "judged messages", renewal.proof))
    return folder


def _certify(
    evidence: Evidence, promise: Promise, floors: Mapping[str, float] | None
) -> Certificate:
    return certify(
        evidence.predicted,
        evidence.confidence,
        evidence.correct,
        intents=list(promise.by_intent),
        max_error=promise.by_intent,
        sure=promise.sure,
        weights=evidence.weights,
        provisional=floors is None,
        floors=floors,
    )


def _settled(
    evidence: Evidence, found: Certified, kind: str, floors: Mapping[str, float]
) -> IntentProof | None:
    """Return the proof if the messages prove a threshold or refute the present one, else None."""
    floor = floors.get(found.intent, NEVER)
    mine = np.array([name == found.intent for name in evidence.predicted], bool)
    answered = evidence.count(mine & (evidence.confidence >= floor))
    if found.threshold is None and not refuted(*answered, found.max_error):
        return None
    return found.as_proof(kind)


def _unsettled(before: IntentProof, audited: Certified, labelled: Certified) -> IntentProof:
    """Return the proof as it was; what is missing is told of the labels that come nearest."""
    if before.threshold is None:
        needs = min(before.needs, labelled.needs)
        return msgspec.structs.replace(before, needs=needs, promised=labelled.max_error)
    return msgspec.structs.replace(before, needs=audited.needs)


def _overall(
    evidence: Evidence, kind: str, promise: Promise, floors: Mapping[str, float]
) -> Overall:
    every = np.ones(len(evidence.predicted), bool)
    floor = max(floors.values(), default=0.0) if kind == AUDIT else 0.0
    found = certify(
        [ALL] * len(evidence.predicted),
        evidence.confidence,
        evidence.correct,
        intents=[ALL],
        max_error=promise.most,
        sure=promise.sure,
        weights=evidence.weights,
        floors={ALL: floor},
    ).intents[ALL]
    errors, n = evidence.count(every)
    bound = upper_bound(errors, n, 1.0 - promise.sure)
    return Overall(kind, found.threshold, n, evidence.error(), bound, found.needs)
