"""What is said of a training when it has ended."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from training.suspects import MendedLabels
    from training.train import Trained
    from triagebot.triage.proof import Proof

SHOWN = 5
"""Of what was left out by caps, so many lines; the report has more."""


def summary(trained: Trained) -> dict[str, Any]:
    """Return what was made and what is proven of it."""
    found = trained.mended
    return {
        "model": trained.folder.name,
        "folder": str(trained.folder),
        "rows": len(trained.dataset.rows),
        "intents": {
            name: {"threshold": proof.threshold, "bound": proof.bound, "needs": proof.needs}
            for name, proof in trained.proof.intents.items()
        },
        "provisional": trained.proof.provisional,
        "capped": [asdict(one) for one in trained.dataset.capped],
        "mended": found
        and {"doubted": found.doubted, "mended": len(found.suspects), "noise": found.noise},
    }


def show(trained: Trained, promoted: bool, advice: Iterable[str]) -> None:
    """Print it for people: what is proven, what was left out or mended, and what comes next."""
    from rich.console import Console

    from training.spare import HANGING, hanging

    console = Console()
    console.print(_table(trained.proof))
    if names := hanging(trained.proof):
        console.print(HANGING + ", ".join(names))
    console.print(f"{len(trained.dataset.rows)} sentences → {trained.folder}")
    for line in _capped(trained):
        click.echo(line)
    if trained.mended:
        click.echo(_mended(trained.folder, trained.mended))
    if promoted:
        console.print("It serves now.")
    else:
        console.print(f"Next: triagebot model promote {trained.folder.name}")
    for line in advice:
        click.echo(line, err=True)


def _table(proof: Proof) -> Table:
    from rich.table import Table

    kind = "provisional, from held-out sentences" if proof.provisional else "from audits"
    table = Table(
        title=f"at most {proof.max_error:.0%} wrong, {proof.confidence:.0%} sure\n({kind})"
    )
    for heading in ("intent", "threshold", "proven", "still needs"):
        table.add_column(heading, justify="left" if heading == "intent" else "right")
    for name, intent in sorted(proof.intents.items(), key=lambda item: -item[1].bound):
        threshold = "–" if intent.threshold is None else f"{intent.threshold:.3f}"
        needs = f"{intent.needs} labels" if intent.needs else ""
        proven = f"≤ {intent.bound:.1%} of {intent.n}, {intent.errors} wrong"
        table.add_row(name, threshold, proven, needs)
    return table


def _capped(trained: Trained) -> Iterator[str]:
    most = sorted(trained.dataset.capped, key=lambda one: -one.left_out)
    if most:
        total = sum(one.left_out for one in most)
        yield f"{total} labels left out by caps, so that nobody alone makes the model:"
    for one in most[:SHOWN]:
        yield f"  {one.kind} {one.name}: {one.left_out} of {one.intent}"


def _mended(folder: Path, found: MendedLabels) -> str:
    from training.train import MENDED

    if not found.doubted:
        return "Nothing to mend: sentences of intents/ and labels with the source review stand."
    return (
        f"{len(found.suspects)} of {found.doubted} labels mended, {found.noise:.0%} are expected "
        f"to be wrong. Look through {folder / MENDED}: correct the wrong labels, and give the "
        "right ones the source review, so that they stand."
    )
