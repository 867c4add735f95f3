"""Labels worth a second look: which the model contradicts, and what looking again gains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from triagebot.desk.label_shapes import Suspect
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.label import Label
from triagebot.domain.prediction import Prediction
from triagebot.triage.normalise import normalise

LEAST = 0.5
"""A label is suspect when it is more likely wrong than right."""


def suspects(
    catalogue: Catalogue, given: Sequence[Label], predictions: Sequence[Prediction], most: int
) -> list[Suspect]:
    """Return up to `most` suspect labels, the greatest gain first.

    The chance that a label is wrong is what the model gives to other intents; the gain, in minutes
    of an agent, is that times the labels that say the same times what a wrong answer of either
    intent costs. The model may have learnt from the very label, so it doubts too little:
    `triagebot labels errors` asks models that never saw it.
    """
    alike = Counter((normalise(each.text), each.intent) for each in given)
    found: dict[tuple[str, str], Suspect] = {}
    for label, prediction in zip(given, predictions, strict=True):
        best = prediction.intent
        chance = 1.0 - _confidence(prediction, label.intent)
        key = (normalise(label.text), label.intent)
        if best == label.intent or chance < LEAST or key in found:
            continue
        stake = max(_stake(catalogue, label.intent), _stake(catalogue, best))
        gain = round(chance * alike[key] * stake, 2)
        found[key] = Suspect(label.message_id, label.text, label.by, label.intent, best,
                             round(chance, 3), alike[key], gain)  # fmt: skip
    ordered = sorted(found.values(), key=lambda one: (-one.gain, -one.chance, one.message_id))
    return ordered[:most]


def _confidence(prediction: Prediction, intent: str) -> float:
    return next((each.confidence for each in prediction.intents if each.intent == intent), 0.0)


def _stake(catalogue: Catalogue, intent: str) -> float:
    known = catalogue.intents.get(intent)
    return catalogue.policy.cost.get(known.risk, 1.0) if known else 1.0
