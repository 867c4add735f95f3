"""Labels worth a second look, as rows for people.

What a second look gains, in minutes of an agent, is the chance that the label is wrong, times the
rows that are nearly the same, times what a wrong answer costs where the label or its better is an
intent of higher risk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import msgspec
import numpy as np

from training.confident_learning import Confident, confident
from training.dataset import Dataset
from training.learn import Judged
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.label import Label, Source
from triagebot.triage.normalise import mask, normalise

MOST = 2_000
"""Rows that training writes down."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label worth a second look.

    `chance` is that of the given label to be wrong, 0..1; `quality` confident learning's score,
    0 worst to 1; `alike` how many rows say nearly the same; `gain` in minutes of an agent.
    """

    text: str
    given: str
    better: str
    source: Source
    by: str
    message_id: str
    chance: float
    quality: float
    alike: int
    gain: float


@dataclass(frozen=True, slots=True)
class MendedLabels:
    """The labels that were not learnt as given, of `doubted` that could have been mended.

    `noise` is the share, 0..1, of them that is expected to be wrong.
    """

    suspects: tuple[Suspect, ...]
    doubted: int
    noise: float


def list_suspects(
    dataset: Dataset, scored: Confident, catalogue: Catalogue, labels: Sequence[Label]
) -> tuple[Suspect, ...]:
    """Return the rows of which `scored` says so, most gain first."""
    owners = newest(labels)
    alike = Counter(row.group for row in dataset.rows)
    suspects = [
        _suspect(dataset, i, scored, owners, catalogue, alike[dataset.rows[i].group])
        for i in np.flatnonzero(scored.suspect).tolist()
    ]
    return tuple(sorted(suspects, key=lambda one: (-one.gain, one.text)))


def doubted(judged: Judged, catalogue: Catalogue, labels: Sequence[Label]) -> tuple[Suspect, ...]:
    """Return the `MOST` rows with most gain that held-out probabilities speak against."""
    scored = confident(judged.numbers, judged.probabilities)
    return list_suspects(judged.dataset, scored, catalogue, labels)[:MOST]


def json_lines(suspects: Iterable[Suspect]) -> bytes:
    """Return a JSON line for each, personal data masked."""
    masked = (asdict(replace(one, text=mask(one.text))) for one in suspects)
    return b"".join(msgspec.json.encode(one) + b"\n" for one in masked)


def newest(labels: Sequence[Label]) -> dict[tuple[str, str], Label]:
    """Return the newest label of each normalised text and intent."""
    ordered = sorted(labels, key=lambda label: label.at)
    return {(normalise(label.text), label.intent): label for label in ordered}


def _suspect(
    dataset: Dataset,
    i: int,
    scored: Confident,
    owners: Mapping[tuple[str, str], Label],
    catalogue: Catalogue,
    alike: int,
) -> Suspect:
    row, better = dataset.rows[i], dataset.intents[int(scored.better[i])]
    owner = owners.get((dataset.normalised[i], row.intent))
    chance = float(scored.wrong[i])
    stake = max(_stake(catalogue, row.intent), _stake(catalogue, better))
    return Suspect(
        row.text,
        row.intent,
        better,
        row.source,
        owner.by if owner else "",
        owner.message_id if owner else "",
        round(chance, 4),
        round(float(scored.quality[i]), 4),
        alike,
        round(chance * alike * stake, 2),
    )


def _stake(catalogue: Catalogue, intent: str) -> float:
    """Return what a wrong answer of an intent costs, in minutes; 1 where nothing says it."""
    known = catalogue.intents.get(intent)
    return catalogue.policy.cost.get(known.risk, 1.0) if known else 1.0
