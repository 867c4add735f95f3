"""`triagebot certify`: prove the promise anew, on audits or on held-out labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from triagebot.cli import echo_json
from triagebot.cli.minds import signing_key, wake_model
from triagebot.cli.options import model_option
from triagebot.domain.label import Source
from triagebot.errors import BadInput, GateNotMet, NothingToDo

if TYPE_CHECKING:
    from rich.table import Table

    from training.certify import Renewal
    from triagebot.domain.label import Label
    from triagebot.triage.proof import IntentProof
    from triagebot.triage.think import Mind


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@model_option
@click.option("--held-out", "is_held_out", is_flag=True, help="FILES were never learnt from.")
@click.option("--max-error", type=click.FloatRange(0, 0.5), help="Instead of the policy's.")
@click.option("--confidence", type=click.FloatRange(0.5, 0.9999), help="Instead of the policy's.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the thresholds here, as JSON.")
@click.option("--write", "name", help="Write a model of this name with the new thresholds.")
@click.pass_obj
def certify(
    obj: dict[str, Any],
    files: tuple[Path, ...],
    model: str | None,
    is_held_out: bool,
    max_error: float | None,
    confidence: float | None,
    out: Path | None,
    name: str | None,
) -> None:
    """Prove the promise per intent and overall; labels come from FILES or the database.

    Audits of this model's own answers prove. Labels of the test split, or of FILES that are marked
    as held out, prove provisionally. Exits with 4 when they refute an intent that is answered now.
    """
    from training.certify import promise_of, renew, write_renewed

    mind = wake_model(obj["settings"], model)
    audits, others = _evidence(obj["settings"], mind, files, is_held_out)
    promise = promise_of(mind, max_error, confidence)
    renewal = renew(mind, audits, others, promise)
    if out:
        out.write_bytes(msgspec.json.format(msgspec.json.encode(renewal.proof), indent=1) + b"\n")
    if name:
        write_renewed(mind, renewal, name, [*audits, *others], signing_key(obj["settings"]))
    if obj["json"]:
        echo_json(_plain(mind, renewal, name))
    else:
        _show(mind, renewal, name)
    if renewal.withdrawn:
        raise GateNotMet("judged messages refute the promise for: " + ", ".join(renewal.withdrawn))


def _evidence(
    settings: Any, mind: Mind, files: tuple[Path, ...], is_held_out: bool
) -> tuple[list[Label], list[Label]]:
    from training.dataset import HELD_OUT
    from training.judged import alike, held_out, own_audits
    from training.labels_file import read_all
    from triagebot.cli.stored import stored_audits, stored_labels

    if is_held_out and not files:
        raise BadInput("--held-out says what FILES are; name them")
    found = read_all(files)
    labels = found if files else stored_labels(settings)
    folder = mind.bundle.folder
    drawn = found if files else stored_audits(settings)
    audits = own_audits(drawn, alike(folder.parent, folder.name))
    others = held_out(labels if is_held_out else [la for la in labels if la.split == HELD_OUT])
    if not audits and not others:
        raise NothingToDo(
            f"none of {len(labels)} labels audits an answer of {mind.model} or is held out "
            f"(split test, or FILES with --held-out){_agents(labels)}"
        )
    return audits, others


def _agents(labels: Sequence[Label]) -> str:
    n = sum(label.source is Source.AGENT for label in labels)
    if not n:
        return ""
    return f"; {n} are agents' labels of messages that were handed to them, no fair sample"


def _plain(mind: Mind, renewal: Renewal, name: str | None) -> dict[str, Any]:
    from training.spare import spare_errors

    proof = renewal.proof
    return {
        "model": mind.model,
        "max_error": proof.max_error,
        "confidence": proof.confidence,
        "provisional": proof.provisional,
        "audits": renewal.audits,
        "held_out": renewal.held_out,
        "overall": asdict(renewal.overall),
        "intents": msgspec.to_builtins(proof.intents),
        "spare_errors": spare_errors(proof),
        "withdrawn": list(renewal.withdrawn),
        "written": name,
    }


def _show(mind: Mind, renewal: Renewal, name: str | None) -> None:
    from rich.console import Console

    from training.spare import HANGING, hanging

    proof, overall = renewal.proof, renewal.overall
    console = Console()
    console.print(_table(mind, renewal))
    console.print(
        "* provisional: only audits of real answers prove. spare: further errors that the proof "
        "could bear; needs: right labels that are missing"
    )
    if names := hanging(proof):
        console.print(HANGING + ", ".join(names))
    threshold = "none" if overall.threshold is None else f"{overall.threshold:.3f}"
    console.print(
        f"all as one ({overall.evidence}): {overall.error:.2%} wrong, at most {overall.bound:.2%} "
        f"of {overall.n}; one threshold for all: {threshold}"
    )
    if name:
        console.print(f"Next: triagebot replay --to {name}, then triagebot model promote {name}")


def _table(mind: Mind, renewal: Renewal) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from training.spare import spare_errors

    proof = renewal.proof
    table = Table(
        title=f"{mind.model}: at most {proof.max_error:.1%} wrong, {proof.confidence:.0%} sure; "
        f"{renewal.audits} audits, {renewal.held_out} held-out labels",
        box=SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
    )
    for heading in ("intent", "promise", "from", "by", "proven", "wrong", "spare", "needs"):
        words = heading in ("intent", "by")
        table.add_column(heading, justify="left" if words else "right", no_wrap=True)
    spare = spare_errors(proof)
    for intent, one in sorted(proof.intents.items(), key=lambda item: -item[1].bound):
        cells = _cells(one, proof.max_error, intent in renewal.withdrawn, spare.get(intent))
        table.add_row(intent, *cells)
    return table


def _cells(one: IntentProof, most: float, withdrawn: bool, spare: int | None) -> tuple[str, ...]:
    promised = most if one.promised is None else one.promised
    kind = {"audit": "audits", "held_out": "held*", "seed": "seeds*"}[one.evidence]
    threshold = "refuted" if withdrawn else "–"
    if one.threshold is not None:
        threshold = f"{one.threshold:.3f}"
    needs = f"{one.needs}" if one.needs else ""
    counts = f"≤ {one.bound:.1%}", f"{one.errors} of {one.n}"
    left = "" if spare is None else str(spare)
    return f"{promised:.1%}", threshold, kind, *counts, left, needs
