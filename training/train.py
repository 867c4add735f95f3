"""Train a bundle: the whole way from sentences to a verified model folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import bundle
from training.answer_fit import AnswerFit, fit_answers
from training.dataset import Dataset, build
from training.fit import (
    FitSettings,
    held_out_scores,
    learn_temperature,
    learn_vocabulary,
    learn_weights,
    matrix,
    softmax,
)
from training.model_card import model_card
from training.selftest import record_selftest
from training.thresholds import certify
from triagebot.domain.catalogue import Catalogue, IntentKind
from triagebot.domain.label import Label
from triagebot.errors import NothingToDo
from triagebot.triage.classify import LinearModel
from triagebot.triage.features import Message, Vocabulary
from triagebot.triage.registry import IntentProof, Proof, load
from triagebot.triage.segment import build_segmenter
from triagebot.triage.think import wake

Progress = Callable[[str, int, int], None]
"""Called with the stage, steps done and steps in all."""

STAGES = ("read", "segment", "features", "folds", "fit", "answers", "prove", "write")
ANSWERED = (IntentKind.BUSINESS, IntentKind.CHITCHAT)
"""The kinds of intent that the bot may ever answer by itself."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished bundle with the held-out scores it was proven on."""

    folder: Path
    dataset: Dataset
    intents: tuple[str, ...]
    held_out: NDArray[np.float64]
    proof: Proof


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learnt from a dataset: the model, and how it fares on what it has not seen.

    `held_out` are calibrated probabilities, shape (n_rows, n_intents), by models that never saw
    the row; `numbers` the place of each row's intent in `intents`.
    """

    dataset: Dataset
    messages: Sequence[Message]
    intents: tuple[str, ...]
    numbers: NDArray[np.int64]
    vocabulary: Vocabulary
    model: LinearModel
    held_out: NDArray[np.float64]


def train(
    catalogue: Catalogue,
    labels: Sequence[Label],
    out: Path,
    name: str | None = None,
    settings: FitSettings | None = None,
    jobs: int = 2,
    key: bytes | None = None,
    progress: Progress = lambda _stage, _done, _total: None,
) -> Trained:
    """Write a bundle into `out` and return it. The same input gives the same bytes.

    `name` defaults to one made from its contents. Raises `NothingToDo` with fewer than two
    intents.
    """
    settings = settings or FitSettings()
    progress("read", 0, 1)
    learned = _learn(build(catalogue, labels), catalogue, settings, jobs, progress)
    progress("answers", 0, 1)
    answers = fit_answers(
        catalogue,
        learned.dataset,
        learned.messages,
        learned.intents,
        learned.held_out,
        learned.vocabulary,
    )
    progress("prove", 0, 1)
    proof = _prove(catalogue, learned)
    progress("write", 0, 1)
    folder = _write(catalogue, learned, proof, answers, settings, out, name, key)
    wake(load(folder, key))
    return Trained(folder, learned.dataset, learned.intents, learned.held_out, proof)


def _learn(
    dataset: Dataset, catalogue: Catalogue, settings: FitSettings, jobs: int, progress: Progress
) -> Learned:
    intents = dataset.intents
    if len(intents) < 2:
        raise NothingToDo("a model needs sentences of at least two intents")
    messages = _segment(dataset, catalogue.words, progress)
    progress("features", 0, 1)
    vocabulary = learn_vocabulary(messages, settings)
    x = matrix(vocabulary, messages)
    numbers = np.array([intents.index(row.intent) for row in dataset.rows], np.int64)
    weights = np.array([row.weight for row in dataset.rows])
    scores = held_out_scores(
        x,
        numbers,
        len(intents),
        weights,
        dataset.folds(settings.folds, settings.seed),
        settings,
        jobs,
        lambda done, total: progress("folds", done, total),
    )
    temperature = learn_temperature(scores, numbers, weights)
    progress("fit", 0, 1)
    model = LinearModel(
        learn_weights(x, numbers, len(intents), weights, settings), intents, temperature
    )
    held_out = softmax(scores, temperature)
    return Learned(dataset, messages, intents, numbers, vocabulary, model, held_out)


def _write(
    catalogue: Catalogue,
    learned: Learned,
    proof: Proof,
    answers: AnswerFit,
    settings: FitSettings,
    out: Path,
    name: str | None,
    key: bytes | None,
) -> Path:
    dataset, model, vocabulary = learned.dataset, learned.model, learned.vocabulary
    selftest = record_selftest(dataset.normalised, catalogue.words, vocabulary, model)
    contents = bundle.pack(
        vocabulary, model.weights, catalogue, proof, answers.calibration, selftest
    )
    manifest = bundle.build_manifest(
        contents,
        _hash(dataset),
        learned.intents,
        settings.block_weights,
        model.temperature,
        _metrics(learned, answers),
        asdict(settings),
        key,
    )
    folder = out / (name or f"m-{bundle.fingerprint(manifest)}")
    return bundle.write(folder, contents, manifest, {"MODEL_CARD.md": model_card(manifest, proof)})


def _segment(dataset: Dataset, words: Sequence[str], progress: Progress) -> list[Message]:
    segmenter = build_segmenter(words)
    messages: list[Message] = []
    for done, text in enumerate(dataset.normalised):
        if done % 5000 == 0:
            progress("segment", done, len(dataset.normalised))
        messages.append((text, segmenter.cut(text)))
    return messages


def _prove(catalogue: Catalogue, learned: Learned) -> Proof:
    """Return the thresholds that seed sentences prove; provisional until there are audits."""
    intents, held_out = learned.intents, learned.held_out
    best = held_out.argmax(axis=1)
    policy = catalogue.policy
    answerable = [
        name
        for name in intents
        if name in catalogue.intents and catalogue.intents[name].kind in ANSWERED
    ]
    certificate = certify(
        [intents[i] for i in best],
        held_out.max(axis=1),
        best == learned.numbers,
        intents=answerable,
        max_error={name: policy.promised(catalogue.intents[name].risk) for name in answerable},
        sure=policy.confidence,
    )
    proofs = {
        name: IntentProof(
            found.threshold,
            found.n,
            found.errors,
            found.bound,
            found.coverage,
            found.needs,
            promised=found.max_error,
        )
        for name, found in certificate.intents.items()
    }
    return Proof(policy.max_error, policy.confidence, certificate.provisional, proofs)


def _metrics(learned: Learned, answers: AnswerFit) -> dict[str, float | int]:
    right = learned.held_out.argmax(axis=1) == learned.numbers
    return {
        "rows": len(learned.dataset.rows),
        "duplicates": learned.dataset.duplicates,
        "conflicts": len(learned.dataset.conflicts),
        "held_out_accuracy": round(float(right.mean()), 6),
        "held_out_answer_accuracy": round(answers.accuracy, 6),
    }


def _hash(dataset: Dataset) -> str:
    digest = hashlib.sha256()
    for row, text in zip(dataset.rows, dataset.normalised, strict=True):
        digest.update(f"{text}\t{row.intent}\t{row.answer}\t{row.weight}\n".encode())
    return digest.hexdigest()
