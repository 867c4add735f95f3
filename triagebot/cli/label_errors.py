"""What `triagebot labels errors` reads, prints and writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triagebot.cli.progress import progress
from triagebot.errors import NothingToDo

if TYPE_CHECKING:
    from training.label_quality import LabelQuality


def find(intents: Path, files: Sequence[Path], jobs: int, labels_only: bool) -> LabelQuality:
    """Judge the labels of `files` and, unless `labels_only`, the sentences of `intents`.

    Labels of intents that the folder does not have are judged only with `labels_only`. Raises
    `NothingToDo` when there is nothing to judge.
    """
    from training.label_quality import STAGES, look
    from training.labels_file import read_all
    from triagebot.triage.catalogue import read_catalogue

    if labels_only and not files:
        raise NothingToDo("--labels-only needs label files")
    catalogue = read_catalogue(intents)
    if labels_only:
        catalogue = replace(catalogue, examples=(), intents={})
    labels = read_all(files)
    with progress(STAGES) as report:
        return look(catalogue, labels, jobs=jobs, progress=report)


def show(found: LabelQuality, top: int) -> None:
    """Print the suspects, the people and the contradictions, as tables."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(title=f"{len(found.suspects)} of {found.rows} labels are worth a second look")
    for name in ("message", "label → rather", "by", "wrong", "alike", "gain, min"):
        right = name in ("wrong", "alike", "gain, min")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for one in found.suspects[:top]:
        who = one.by or one.source.value
        cells = (f"{one.given}\n→ {one.better}", who, f"{one.chance:.0%}", str(one.alike))
        table.add_row(Text(one.text), *cells, f"{one.gain:.1f}")
    console.print(table)
    for hand in found.hands:
        mixed = ", ".join(f"{n} × {given} for {better}" for given, better, n in hand.mixed_up)
        share = f"{hand.share.low:.0%}–{hand.share.high:.0%}"
        click.echo(
            f"{hand.by or '?'}: {hand.suspects} of {hand.n} suspect ({share}); {mixed or '–'}"
        )
    for contradiction in found.contradictions[:top]:
        said = ", ".join(f"{n} × {intent}" for intent, n in contradiction.intents.items())
        click.echo(f"nearly the same, but {said}: {' / '.join(contradiction.texts[:3])}")


def write(path: Path, found: LabelQuality) -> None:
    """Write every suspect as a JSON line, personal data masked; whole or not at all."""
    from training.suspects import json_lines

    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(json_lines(found.suspects))
    temporary.replace(path)
