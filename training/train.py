"""Train a bundle: the whole way from sentences to a verified model folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from training import bundle
from training.answer_fit import fit_answers, probabilities_by_intent
from training.dataset import Dataset, build
from training.fit import (
    FitSettings,
    Message,
    held_out_scores,
    learn_temperature,
    learn_vocabulary,
    learn_weights,
    matrix,
    softmax,
)
from training.selftest import record_selftest
from training.thresholds import certify
from triagebot.domain.catalogue import Catalogue, IntentKind
from triagebot.domain.label import Label
from triagebot.errors import NothingToDo
from triagebot.triage.classify import LinearModel
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

    `name` defaults to one made from the data. Raises `NothingToDo` with fewer than two intents.
    """
    settings = settings or FitSettings()
    progress("read", 0, 1)
    dataset = build(catalogue, labels)
    intents = dataset.intents
    if len(intents) < 2:
        raise NothingToDo("a model needs sentences of at least two intents")
    messages = _segment(dataset, catalogue.words, progress)
    progress("features", 0, 1)
    vocabulary = learn_vocabulary(messages, settings)
    x = matrix(vocabulary, messages)
    numbers = np.array([intents.index(row.intent) for row in dataset.rows], np.int64)
    weights = np.array([row.weight for row in dataset.rows])
    folds = dataset.folds(settings.folds, settings.seed)
    scores = held_out_scores(
        x,
        numbers,
        len(intents),
        weights,
        folds,
        settings,
        jobs,
        lambda done, total: progress("folds", done, total),
    )
    temperature = learn_temperature(scores, numbers, weights)
    held_out = softmax(scores, temperature)
    progress("fit", 0, 1)
    learned = learn_weights(x, numbers, len(intents), weights, settings)
    progress("answers", 0, 1)
    calibration = fit_answers(
        catalogue, dataset, messages, probabilities_by_intent(intents, held_out), vocabulary
    )
    progress("prove", 0, 1)
    proof = _prove(catalogue, intents, held_out, numbers)
    progress("write", 0, 1)
    model = LinearModel(learned, intents, temperature)
    selftest = record_selftest(dataset.normalised, catalogue.words, vocabulary, model)
    contents = bundle.pack(vocabulary, learned, catalogue, proof, calibration, selftest)
    data_hash = _hash(contents["catalogue.json"], dataset, settings)
    manifest = bundle.build_manifest(
        contents,
        data_hash,
        intents,
        settings.block_weights,
        temperature,
        _metrics(dataset, held_out, numbers),
        asdict(settings),
        key,
    )
    folder = bundle.write(out / (name or f"m-{data_hash[:10]}"), contents, manifest, {})
    wake(load(folder, key))
    return Trained(folder, dataset, intents, held_out, proof)


def _segment(dataset: Dataset, words: Sequence[str], progress: Progress) -> list[Message]:
    segmenter = build_segmenter(words)
    messages: list[Message] = []
    for done, text in enumerate(dataset.normalised):
        if done % 5000 == 0:
            progress("segment", done, len(dataset.normalised))
        messages.append((text, segmenter.cut(text)))
    return messages


def _prove(
    catalogue: Catalogue,
    intents: Sequence[str],
    held_out: NDArray[np.float64],
    numbers: NDArray[np.int64],
) -> Proof:
    """Return the thresholds that seed sentences prove; provisional until there are audits."""
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
        best == numbers,
        intents=answerable,
        max_error=policy.max_error,
        sure=policy.confidence,
    )
    proofs = {
        name: IntentProof(
            found.threshold, found.n, found.errors, found.bound, found.coverage, found.needs
        )
        for name, found in certificate.intents.items()
    }
    return Proof(policy.max_error, policy.confidence, certificate.provisional, proofs)


def _metrics(
    dataset: Dataset, held_out: NDArray[np.float64], numbers: NDArray[np.int64]
) -> dict[str, float | int]:
    right = held_out.argmax(axis=1) == numbers
    return {
        "rows": len(dataset.rows),
        "duplicates": dataset.duplicates,
        "conflicts": len(dataset.conflicts),
        "held_out_accuracy": round(float(right.mean()), 6),
    }


def _hash(catalogue: bytes, dataset: Dataset, settings: FitSettings) -> str:
    digest = hashlib.sha256(catalogue)
    digest.update(msgspec.json.encode(asdict(settings)))
    for row, text in zip(dataset.rows, dataset.normalised, strict=True):
        digest.update(f"{text}\t{row.intent}\t{row.answer}\t{row.weight}\n".encode())
    return digest.hexdigest()
