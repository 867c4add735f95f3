"""Labels worth a second look, what each person tends to mix up, and sentences that contradict.

A row is judged by models that never saw it; the labels that they speak against come first by what a
second look gains (`suspects.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from training.confident_learning import Confident, confident
from training.dataset import Dataset, build
from training.fit import FitSettings, learn_vocabulary, matrix
from training.held_out import (
    held_out_scores,
    learn_temperature,
    machine_learner,
    softmax,
    targets_of,
)
from training.measures import Interval, wilson
from training.progress import Progress, unheard
from training.rows import Row
from training.suspects import Suspect, list_suspects, newest
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.label import Label, Source
from triagebot.errors import NothingToDo
from triagebot.triage.features import Message
from triagebot.triage.segment import build_segmenter

STAGES = ("read", "segment", "folds")
MIXED_UP = 5
"""How many pairs of intents are named for each person."""


@dataclass(frozen=True, slots=True)
class Hand:
    """How one person labels: `n` labels, of them `suspects`, and what is mixed up most."""

    by: str
    n: int
    suspects: int
    share: Interval
    mixed_up: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Sentences that are nearly the same under different intents, and how many of each."""

    texts: tuple[str, ...]
    intents: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LabelQuality:
    """Everything found in `rows` rows; suspects by gain, people by suspects, most first."""

    rows: int
    suspects: tuple[Suspect, ...]
    hands: tuple[Hand, ...]
    contradictions: tuple[Contradiction, ...]


def look(
    catalogue: Catalogue,
    labels: Sequence[Label],
    settings: FitSettings | None = None,
    jobs: int = 2,
    progress: Progress = unheard,
) -> LabelQuality:
    """Judge the catalogue's sentences and the labels; the same input gives the same result.

    Raises `NothingToDo` with fewer than two intents.
    """
    settings = settings or FitSettings()
    progress("read", 0, 1)
    dataset = build(catalogue, labels, caps=None)
    if len(dataset.intents) < 2:
        raise NothingToDo("labels of at least two intents are needed to compare")
    progress("segment", 0, 1)
    messages = _messages(dataset, catalogue.words)
    scored = _judge(dataset, messages, settings, jobs, progress)
    return LabelQuality(
        len(dataset.rows),
        list_suspects(dataset, scored, catalogue, labels),
        _hands(dataset, newest(labels), scored),
        _contradictions(dataset),
    )


def _messages(dataset: Dataset, words: Sequence[str]) -> list[Message]:
    segmenter = build_segmenter(words)
    return [(text, segmenter.cut(text)) for text in dataset.normalised]


def _judge(
    dataset: Dataset,
    messages: Sequence[Message],
    settings: FitSettings,
    jobs: int,
    progress: Progress,
) -> Confident:
    """Return what models that never saw a row say of its label."""
    x = matrix(learn_vocabulary(messages, settings), messages)
    targets = targets_of(dataset, settings)
    learner = machine_learner(x, targets, settings)
    scores = held_out_scores(x, targets, learner, jobs, partial(progress, "folds"))
    temperature = learn_temperature(scores, targets.numbers, targets.weights)
    return confident(targets.numbers, softmax(scores, temperature))


def _hands(
    dataset: Dataset,
    owners: Mapping[tuple[str, str], Label],
    scored: Confident,
) -> tuple[Hand, ...]:
    mine: dict[str, list[int]] = {}
    for i, (row, text) in enumerate(zip(dataset.rows, dataset.normalised, strict=True)):
        owner = owners.get((text, row.intent))
        if owner and row.source is not Source.SEED:
            mine.setdefault(owner.by, []).append(i)
    hands = [_hand(by, members, dataset, scored) for by, members in mine.items()]
    return tuple(sorted(hands, key=lambda hand: (-hand.suspects, hand.by)))


def _hand(by: str, members: Sequence[int], dataset: Dataset, scored: Confident) -> Hand:
    wrong = [i for i in members if scored.suspect[i]]
    pairs = Counter((dataset.rows[i].intent, dataset.intents[int(scored.better[i])]) for i in wrong)
    top = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:MIXED_UP]
    mixed_up = tuple((given, better, n) for (given, better), n in top)
    return Hand(by, len(members), len(wrong), wilson(len(wrong), len(members)), mixed_up)


def _contradictions(dataset: Dataset) -> tuple[Contradiction, ...]:
    groups: dict[int, list[Row]] = {}
    for row in dataset.rows:
        groups.setdefault(row.group, []).append(row)
    found = [
        Contradiction(tuple(row.text for row in rows), Counter(row.intent for row in rows))
        for rows in groups.values()
        if len({row.intent for row in rows}) > 1
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.texts), one.texts)))
