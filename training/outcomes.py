"""Put judged messages to a model and keep what it made of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from training.dataset import Dataset
from training.labels_file import read_lines
from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Action, Decision
from triagebot.domain.message import Inbound, Kind
from triagebot.domain.prediction import Prediction
from triagebot.errors import BadInput, NothingToDo
from triagebot.triage.normalise import mask
from triagebot.triage.think import Mind

_BATCH = 512


class Judged(msgspec.Struct, frozen=True):
    """A message with what it really is; `alt_label` is a second intent one may defend."""

    text: str
    intent: str = ""
    label: str = ""
    answer: str | None = None
    alt_label: str | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model made of one judged message.

    `wrong_answer` is true when it was answered automatically and should not have been so: by
    an answer of another intent, or by another answer than the one the row names.
    """

    text: str
    intent: str
    alt: str | None
    predicted: str
    confidence: float
    answered: bool = False
    wrong_answer: bool = False

    @property
    def right(self) -> bool:
        """Whether the best intent is the true one."""
        return self.predicted == self.intent


def read_judged(path: Path, split: str | None = None) -> list[Judged]:
    """Return the rows of a `.jsonl` or `.jsonl.gz` file, of one `split` if it is given.

    Raises `BadInput` that names file and line, `NothingToDo` when there are no rows.
    """
    decoder = msgspec.json.Decoder(Judged)
    rows = []
    for number, line in read_lines(path):
        try:
            row = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInput(f"{path.name}:{number}: {error}") from error
        if not (row.intent or row.label):
            raise BadInput(f"{path.name}:{number}: 'intent' is missing")
        if split is None or row.split == split:
            rows.append(msgspec.structs.replace(row, intent=row.intent or row.label))
    if not rows:
        raise NothingToDo(f"{path.name}: no rows to measure on")
    return rows


def outcomes(mind: Mind, rows: Sequence[Judged]) -> Iterator[Outcome]:
    """Yield what the model makes of each row, in order."""
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        predictions = mind.think([row.text for row in batch])
        for row, prediction in zip(batch, predictions, strict=True):
            inbound = Inbound(
                "evaluate", "", "", Kind.TEXT, row.text, datetime.fromtimestamp(0, UTC)
            )
            heard = prediction if prediction.text else None
            yield _outcome(row, prediction, mind.decide(inbound, Memory(), heard))


def held_out_outcomes(
    dataset: Dataset,
    intents: Sequence[str],
    probabilities: NDArray[np.float64],
    thresholds: Mapping[str, float],
) -> list[Outcome]:
    """Return what models that had not seen each row made of it, from their probabilities.

    A row counts as answered when the best intent reaches its threshold.
    """
    best, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    found = []
    for row, i, sure in zip(dataset.rows, best.tolist(), confidence.tolist(), strict=True):
        needed = thresholds.get(intents[i])
        answered = needed is not None and sure >= needed
        wrong = answered and intents[i] != row.intent
        found.append(Outcome(mask(row.text), row.intent, None, intents[i], sure, answered, wrong))
    return found


def _outcome(row: Judged, prediction: Prediction, decision: Decision) -> Outcome:
    answered = decision.action is Action.ANSWER
    given = decision.answer.split("/")[0] if decision.answer else prediction.intent
    wrong = given != row.intent or (
        row.answer is not None and decision.answer is not None and decision.answer != row.answer
    )
    return Outcome(
        mask(row.text),
        row.intent,
        row.alt_label,
        prediction.intent,
        prediction.confidence,
        answered,
        answered and wrong,
    )
