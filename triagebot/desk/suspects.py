"""Labels worth a second look: which the model contradicts, and what looking again gains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from triagebot.desk.label_shapes import Suspect
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.label import Label
from triagebot.domain.prediction import Prediction
from triagebot.triage.normalise import normalise
from triagebot.triage.verdicts import Key, Verdict

LEAST = 0.5
"""A label is suspect when it is more likely wrong than right."""


def suspects(
    catalogue: Catalogue,
    given: Sequence[Label],
    predictions: Sequence[Prediction],
    verdicts: Mapping[Key, Verdict],
    most: int,
) -> list[Suspect]:
    """Return up to `most` suspect labels, the greatest gain first.

    The chance that a label is wrong is that of the model's `verdicts` on what it has learnt, else
    what it gives to other intents; the gain, in minutes of an agent, is that times the labels that
    say the same times what a wrong answer of either intent costs.
    """
    alike = Counter((normalise(each.text), each.intent) for each in given)
    found: dict[tuple[str, str], Suspect] = {}
    for label, prediction in zip(given, predictions, strict=True):
        key = (normalise(label.text), label.intent)
        learnt = verdicts.get(key)
        best = learnt.better if learnt else prediction.intent
        chance = learnt.chance if learnt else 1.0 - _confidence(prediction, label.intent)
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
