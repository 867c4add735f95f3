"""`triagebot predict`: messages in, predictions out, one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click
import msgspec

from triagebot.cli.minds import wake_model
from triagebot.cli.options import input_option, model_option
from triagebot.errors import BadInput

if TYPE_CHECKING:
    from triagebot.domain.prediction import Prediction
    from triagebot.triage.think import Mind

BATCH = 256


@click.command()
@model_option
@input_option
@click.option(
    "-o",
    "--output",
    "target",
    type=click.File("wb"),
    default="-",
    show_default="stdout",
    help="JSONL.",
)
@click.pass_obj
def predict(obj: dict[str, Any], model: str | None, source: Any, target: Any) -> None:
    """Read {"text": …} lines, write predictions in the same order."""
    mind = wake_model(obj["settings"], model)
    for line in predict_lines(mind, source):
        target.write(msgspec.json.encode(line) + b"\n")
    target.flush()


def predict_lines(mind: Mind, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield one prediction a line. Raises `BadInput` naming the line that cannot be read."""
    numbered = enumerate(lines, start=1)
    while batch := list(islice(numbered, BATCH)):
        texts = [read_text(number, line) for number, line in batch if line.strip()]
        for text, prediction in zip(texts, mind.think(texts), strict=True):
            yield _line(mind, text, prediction)


def read_text(number: int, line: bytes) -> str:
    """Return the text of a line: a JSON object's `text`, or the line itself; raises `BadInput`."""
    try:
        if not line.lstrip().startswith(b"{"):
            return line.decode().strip()
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"line {number}: {error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise BadInput(f'line {number}: expected {{"text": "…"}}')
    return str(row["text"])


def _line(mind: Mind, text: str, prediction: Prediction) -> dict[str, Any]:
    from triagebot.domain.conversation import Memory
    from triagebot.domain.message import Inbound, Kind

    inbound = Inbound("predict", "", "", Kind.TEXT, text, datetime.now(UTC))
    decision = mind.decide(inbound, Memory(), prediction)
    best = prediction.answers[0] if prediction.answers else None
    return {
        "text": text,
        "intent": prediction.intent,
        "confidence": round(prediction.confidence, 6),
        "answer": best.answer if best else None,
        "answer_confidence": round(best.confidence, 6) if best else 0.0,
        "action": decision.action,
        "reason": decision.reason,
        "threshold": decision.threshold,
        "model": prediction.model,
    }
