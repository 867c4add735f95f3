"""How well a model tells what it was not made for, and what it answers all the same.

Foreign messages are those that nobody may answer with a guide: chatter, commands to an assistant,
general knowledge. They are set against real messages that concern the shop, and every score is
judged by how well it tells the two apart.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from training.benchmarks.datasets import FILES, Judgeable, read_judgeable
from training.fit import matrix
from training.train import train
from triagebot.domain.catalogue import Catalogue, IntentKind
from triagebot.domain.decision import Action, Decision
from triagebot.errors import NothingToDo
from triagebot.models.treatment import decide_first
from triagebot.triage.registry import load
from triagebot.triage.think import Mind, wake

EASY = "oos_noise.jsonl.gz"
FOREIGN = (IntentKind.CHITCHAT, IntentKind.OUT_OF_SCOPE)
RISKY = "flashing_rom"
CLASS = "explicit_class"
"""The score that decides today: the probability of all intents that are foreign."""

BATCH = 1024

Floats = NDArray[np.float64]
Groups = Mapping[str, Sequence[Judgeable]]
"""The messages `easy`, `hard` and `own`."""

Scores = Mapping[str, Floats]
"""By name, one value a message; the higher, the more foreign."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How well one score tells foreign messages, as areas under the ROC curve, 0..1; 0.5 is chance.

    `with_class` joins it with the explicit class by a logistic curve, out of fold.
    """

    easy: float
    hard: float
    easy_with_class: float
    hard_with_class: float


@dataclass(frozen=True, slots=True)
class Treated:
    """What became of some messages: the shares, 0..1, that were answered, and as `flashing_rom`.

    `small_talk` is the share that got a line of small talk; it is part of `answered`.
    """

    n: int
    answered: float
    small_talk: float
    flashing_rom: float


@dataclass(frozen=True, slots=True)
class Rejection:
    """All scores and what was answered, of easy and hard foreign messages and of our own."""

    learnt: int
    scores: dict[str, Telling]
    treated: dict[str, Treated] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it all by name."""
        return {"benchmark": "rejection", **asdict(self)}


def run(data: Path, catalogue: Catalogue) -> Rejection:
    """Learn from the catalogue alone, then judge the messages of the folder `data`.

    Raises as `read_groups` does.
    """
    groups = read_groups(data, catalogue)
    with tempfile.TemporaryDirectory(prefix="triagebot-") as folder:
        trained = train(catalogue, [], Path(folder), jobs=1)
        mind = wake(load(trained.folder))
    return judge(mind, [row.text for row in trained.dataset.rows], groups)


def read_groups(data: Path, catalogue: Catalogue) -> Groups:
    """Return easy and hard foreign messages and our own; the catalogue says which labels are.

    Raises `NotFound` without the files, `NothingToDo` when one of the three groups is empty.
    """
    kinds = {name: intent.kind for name, intent in catalogue.intents.items()}
    every = read_judgeable(data / FILES["domain"])
    groups = {
        "easy": read_judgeable(data / EASY),
        "hard": tuple(row for row in every if kinds.get(row.label) in FOREIGN),
        "own": tuple(row for row in every if kinds.get(row.label) is IntentKind.BUSINESS),
    }
    if empty := [name for name, rows in groups.items() if not rows]:
        raise NothingToDo(f"no messages of the group {', '.join(empty)}")
    return groups


def judge(mind: Mind, learnt: Sequence[str], groups: Groups) -> Rejection:
    """Return how well foreign messages are told; `learnt` are the training sentences."""
    found = {name: scores(mind, learnt, rows) for name, rows in groups.items()}
    telling = {name: _telling(name, found) for name in found["own"]}
    return Rejection(len(learnt), telling, {name: treat(mind, groups[name]) for name in groups})


def scores(mind: Mind, learnt: Sequence[str], rows: Sequence[Judgeable]) -> Scores:
    """Return what may tell that each message is foreign; `learnt` are the training sentences."""
    heard = [mind.hear(row.text) for row in rows]
    vocabulary, model = mind.bundle.vocabulary, mind.bundle.model
    likely = np.sort(guess := model.probabilities(vocabulary.rows(heard)), axis=1)
    known = mind.catalogue.intents
    foreign = [name in known and known[name].kind in FOREIGN for name in model.intents]
    return {
        "unknown_tokens": np.array([1.0 - vocabulary.known_share(words) for _, words in heard]),
        "distance": 1.0 - _nearest(mind, learnt, heard),
        "margin": likely[:, -2] - likely[:, -1],
        "top_probability": -likely[:, -1],
        CLASS: guess[:, foreign].sum(axis=1),
    }


def _nearest(mind: Mind, learnt: Sequence[str], heard: Sequence[tuple[str, list[str]]]) -> Floats:
    """Return each message's cosine to the nearest sentence, unknown n-grams counted in length."""
    vocabulary = mind.bundle.vocabulary
    sentences = matrix(vocabulary, [mind.hear(text) for text in learnt])[:, 1:].T.tocsr()
    squared_length = float(np.square(vocabulary.block_weights).sum())
    parts = [
        (matrix(vocabulary, heard[start : start + BATCH])[:, 1:] @ sentences).max(axis=1)
        for start in range(0, len(heard), BATCH)
    ]
    return np.concatenate([part.toarray().ravel() for part in parts]) / squared_length


def _telling(name: str, found: Mapping[str, Scores]) -> Telling:
    alone = [_area(found[group], found["own"], (name,)) for group in ("easy", "hard")]
    joined = [_area(found[group], found["own"], (name, CLASS)) for group in ("easy", "hard")]
    return Telling(*alone, *joined)


def _area(foreign: Scores, own: Scores, names: Sequence[str]) -> float:
    """Return the area under the curve of one score, or of some joined, each row out of fold."""
    features = np.vstack(
        [np.column_stack([group[name] for name in names]) for group in (foreign, own)]
    )
    truth = np.repeat([1, 0], [len(foreign[names[0]]), len(own[names[0]])])
    if len(set(names)) == 1:
        return float(roc_auc_score(truth, features[:, 0]))
    folds = StratifiedKFold(min(5, int(np.bincount(truth).min())), shuffle=True, random_state=7)
    curve = LogisticRegression(class_weight="balanced", C=10.0, max_iter=1000)
    return float(
        roc_auc_score(
            truth, cross_val_predict(curve, features, truth, cv=folds, method="decision_function")
        )
    )


def treat(mind: Mind, rows: Sequence[Judgeable]) -> Treated:
    """Return what is done with each message as the first of a conversation."""
    texts = [row.text for row in rows]
    decisions: list[Decision] = []
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        for text, prediction in zip(batch, mind.think(batch), strict=True):
            decisions.append(decide_first(mind, "benchmark", text, prediction))
    said = [one.answer or "" for one in decisions if one.action is Action.ANSWER]
    risky = sum(answer.split("/")[0] == RISKY for answer in said)
    n = len(texts)
    return Treated(n, len(said) / n, said.count("") / n, risky / n)
