"""Put judged messages to a model as evidence: what it would have answered, and whether rightly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Action, Reason
from triagebot.domain.label import Label, Source
from triagebot.domain.message import Inbound, Kind
from triagebot.domain.prediction import Prediction
from triagebot.errors import BadBundle
from triagebot.models.treatment import is_right
from triagebot.triage.case import Case
from triagebot.triage.decide import decide
from triagebot.triage.manifest import Manifest, read_manifest, thinks_alike
from triagebot.triage.think import Mind

BATCH = 512
BY_THRESHOLD = (Reason.CERTIFIED, Reason.CHITCHAT)
"""The answers that wait for a threshold; exact questions and keyword rules do not."""

_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Messages that the model would answer were its thresholds zero, one entry each.

    `weights` are 1 / p_sample; `correct` says whether that answer is the right one.
    """

    predicted: tuple[str, ...]
    confidence: NDArray[np.float64]
    correct: NDArray[np.bool_]
    weights: NDArray[np.float64]

    def count(self, chosen: NDArray[np.bool_]) -> tuple[int, int]:
        """Return how many errors among how many messages the chosen ones are worth."""
        weights = self.weights[chosen]
        if not len(weights):
            return 0, 0
        wrong = float(weights[~self.correct[chosen]].sum())
        heaviest = float(weights.max())
        return int(np.ceil(wrong / heaviest - 1e-9)), int(weights.sum() / heaviest + 1e-9)

    def error(self) -> float:
        """Return the estimated share of wrong answers, 0..1; 0 without messages."""
        return float(np.average(~self.correct, weights=self.weights)) if len(self.weights) else 0.0


def gather(mind: Mind, labels: Sequence[Label]) -> Evidence:
    """Return what the model makes of judged messages, each the first of a conversation."""
    eager = replace(mind.thresholds, intents=dict.fromkeys(mind.bundle.proof.intents, 0.0))
    found = []
    for label, prediction in predictions(mind, labels):
        inbound = Inbound("certify", "", "", Kind.TEXT, label.text, _EPOCH)
        heard = prediction if prediction.text else None
        decision = decide(Case(inbound, Memory(), heard, mind.catalogue, eager))
        if decision.action is Action.ANSWER and decision.reason in BY_THRESHOLD:
            found.append((prediction, is_right(decision, label), 1.0 / label.p_sample))
    return Evidence(
        tuple(prediction.intent for prediction, _, _ in found),
        np.array([prediction.confidence for prediction, _, _ in found], np.float64),
        np.array([right for _, right, _ in found], bool),
        np.array([weight for _, _, weight in found], np.float64),
    )


def predictions(mind: Mind, labels: Sequence[Label]) -> Iterator[tuple[Label, Prediction]]:
    """Yield each label with what the model thinks of its text."""
    for start in range(0, len(labels), BATCH):
        batch = labels[start : start + BATCH]
        yield from zip(batch, mind.think([label.text for label in batch]), strict=True)


def own_audits(labels: Sequence[Label], names: Sequence[str]) -> list[Label]:
    """Return the audits of answers that one of these models gave."""
    return [label for label in labels if label.source is Source.AUDIT and label.model in set(names)]


def held_out(labels: Sequence[Label]) -> list[Label]:
    """Return the labels that may prove: neither audits nor what agents saw a guess for."""
    return [label for label in labels if label.source not in (Source.AUDIT, Source.AGENT)]


def alike(models: Path, name: str) -> list[str]:
    """Return the models that think as `name` does, itself first: only their thresholds differ."""
    mine = read_manifest(models / name)
    others = (folder for folder in sorted(models.iterdir()) if folder.is_dir())
    return [name, *(f.name for f in others if f.name != name and _thinks_alike(f, mine))]


def _thinks_alike(folder: Path, mine: Manifest) -> bool:
    try:
        return thinks_alike(read_manifest(folder), mine)
    except BadBundle:
        return False
