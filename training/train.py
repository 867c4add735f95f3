"""Train a bundle: the whole way from sentences to a verified model folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import bundle
from training.answer_fit import AnswerFit, fit_answers
from training.caps import Caps
from training.dataset import DEFAULT_CAPS, Dataset, build
from training.fit import FitSettings
from training.learn import Learned, learn
from training.model_card import model_card
from training.progress import Progress, unheard
from training.selftest import record_selftest
from training.suspects import MendedLabels, Suspect, doubted, json_lines, list_suspects
from training.thresholds import certify
from triagebot.domain.catalogue import Catalogue, IntentKind
from triagebot.domain.label import Label
from triagebot.triage.proof import Proof
from triagebot.triage.registry import load
from triagebot.triage.think import wake
from triagebot.triage.verdicts import FILE as SUSPECTS

STAGES = ("read", "segment", "features", "folds", "mend", "fit", "answers", "prove", "write")
MENDED = "mended.jsonl"
"""The file of a bundle that lists the labels that were mended, as `labels errors` would."""
ANSWERED = (IntentKind.BUSINESS, IntentKind.CHITCHAT)
"""The kinds of intent that the bot may ever answer by itself."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished bundle with the rows and held-out probabilities it was proven on.

    `suspects` are labels worth a second look; `mended` is None when labels were learnt as given.
    """

    folder: Path
    dataset: Dataset
    intents: tuple[str, ...]
    held_out: NDArray[np.float64]
    proof: Proof
    suspects: tuple[Suspect, ...] = ()
    mended: MendedLabels | None = None


def train(
    catalogue: Catalogue,
    labels: Sequence[Label],
    out: Path,
    name: str | None = None,
    settings: FitSettings | None = None,
    jobs: int = 2,
    key: bytes | None = None,
    progress: Progress = unheard,
    caps: Caps | None = DEFAULT_CAPS,
) -> Trained:
    """Write a bundle into `out` and return it. The same input gives the same bytes.

    `name` defaults to one made from its contents; `caps` bound what any one may bring into it.
    Raises as `learn` does.
    """
    settings = settings or FitSettings()
    progress("read", 0, 1)
    learned = learn(build(catalogue, labels, caps), catalogue.words, settings, jobs, progress)
    judged = learned.judged
    progress("answers", 0, 1)
    answers = fit_answers(catalogue, learned)
    progress("prove", 0, 1)
    proof = _prove(catalogue, learned)
    progress("write", 0, 1)
    mended = _mended(catalogue, learned, labels) if settings.mend else None
    found = _Findings(learned, answers, proof, doubted(judged, catalogue, labels), mended)
    folder = _write(catalogue, found, settings, out, name, key)
    made = folder, judged.dataset, learned.intents, judged.probabilities, proof
    return Trained(*made, found.suspects, mended)


@dataclass(frozen=True, slots=True)
class _Findings:
    """What a training has come to, of which its bundle tells."""

    learned: Learned
    answers: AnswerFit
    proof: Proof
    suspects: tuple[Suspect, ...]
    mended: MendedLabels | None


def _mended(catalogue: Catalogue, learned: Learned, labels: Sequence[Label]) -> MendedLabels:
    found = learned.mended
    if found is None:
        return MendedLabels((), 0, 0.0)
    suspects = list_suspects(learned.dataset, found.verdict, catalogue, labels)
    return MendedLabels(suspects, found.doubted, found.noise)


def _write(
    catalogue: Catalogue,
    found: _Findings,
    settings: FitSettings,
    out: Path,
    name: str | None,
    key: bytes | None,
) -> Path:
    """Write the bundle and return its folder, once it has proven that it can be loaded."""
    learned, proof = found.learned, found.proof
    dataset, model, vocabulary = learned.dataset, learned.model, learned.vocabulary
    selftest = record_selftest(dataset.normalised, catalogue.words, vocabulary, model)
    contents = bundle.pack(vocabulary, model.weights, catalogue, proof, found.answers, selftest)
    manifest = bundle.build_manifest(
        contents,
        _hash(dataset),
        learned.intents,
        settings.block_weights,
        model.temperature,
        _metrics(found),
        asdict(settings),
        key,
    )
    texts = {"MODEL_CARD.md": model_card(manifest, proof), SUSPECTS: _lines(found.suspects)}
    if found.mended:
        texts[MENDED] = _lines(found.mended.suspects)
    folder = out / (name or f"m-{bundle.fingerprint(manifest)}")
    wake(load(bundle.write(folder, contents, manifest, texts), key))
    return folder


def _lines(suspects: Sequence[Suspect]) -> str:
    return json_lines(suspects).decode()


def _prove(catalogue: Catalogue, learned: Learned) -> Proof:
    """Return the thresholds that seed sentences prove; provisional until there are audits."""
    intents, held_out = learned.intents, learned.judged.probabilities
    best = held_out.argmax(axis=1)
    policy = catalogue.policy
    promised = {
        name: policy.promised(catalogue.intents[name].risk)
        for name in intents
        if name in catalogue.intents and catalogue.intents[name].kind in ANSWERED
    }
    certificate = certify(
        [intents[i] for i in best],
        held_out.max(axis=1),
        best == learned.judged.numbers,
        intents=list(promised),
        max_error=promised,
        sure=policy.confidence,
    )
    proofs = {name: found.as_proof("seed") for name, found in certificate.intents.items()}
    return Proof(policy.max_error, policy.confidence, certificate.provisional, proofs)


def _metrics(found: _Findings) -> dict[str, float | int]:
    learned, answers, mended = found.learned, found.answers, found.mended
    right = learned.judged.probabilities.argmax(axis=1) == learned.judged.numbers
    metrics: dict[str, float | int] = {
        "rows": len(learned.dataset.rows),
        "duplicates": learned.dataset.duplicates,
        "conflicts": len(learned.dataset.conflicts),
        "held_out_accuracy": round(float(right.mean()), 6),
        "held_out_answer_accuracy": round(answers.accuracy, 6),
        "held_out_answer_ece": round(answers.ece, 6),
        "held_out_answer_coverage": round(answers.coverage, 6),
    }
    if learned.dataset.capped:
        metrics["capped"] = sum(one.left_out for one in learned.dataset.capped)
    if mended:
        metrics["doubted"] = mended.doubted
        metrics["mended"] = len(mended.suspects)
        metrics["label_noise"] = round(mended.noise, 6)
    return metrics


def _hash(dataset: Dataset) -> str:
    digest = hashlib.sha256()
    for row, text in zip(dataset.rows, dataset.normalised, strict=True):
        digest.update(f"{text}\t{row.intent}\t{row.answer}\t{row.weight}\n".encode())
    return digest.hexdigest()
