"""`triagebot train`: sentences and labels in, a model folder out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.progress import progress

if TYPE_CHECKING:
    from training.train import Trained


@click.command()
@click.option("--intents", type=click.Path(path_type=Path), help="Folder of intents.")
@click.option(
    "--labels", multiple=True, type=click.Path(path_type=Path), help="Exported labels, JSONL."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of models.")
@click.option("--name", help="Name of the model; made from the data by default.")
@click.option("--seed", default=7, show_default=True, help="Seed of folds and solver.")
@click.option("--jobs", default=2, show_default=True, help="Processes to train with.")
@click.option("--promote", is_flag=True, help="Let it serve at once if the gate lets it pass.")
@click.pass_obj
def train(
    obj: dict[str, Any],
    intents: Path | None,
    labels: tuple[Path, ...],
    out: Path | None,
    name: str | None,
    seed: int,
    jobs: int,
    promote: bool,
) -> None:
    """Train a model from intents/ and labels."""
    settings = obj["settings"]
    models = out or Path(settings.models.dir)
    trained = run(
        intents or Path(settings.intents.dir),
        list(labels),
        models,
        name,
        seed,
        jobs,
        settings.models.signing_key_file,
    )
    if promote:
        from training.promote import promote as promote_model

        promote_model(models, trained.folder.name, by="train")
    if obj["json"]:
        echo_json(summary(trained))
        return
    _show(trained, promote)


def run(
    intents: Path,
    labels: list[Path],
    models: Path,
    name: str | None = None,
    seed: int = 7,
    jobs: int = 2,
    key_file: str = "",
) -> Trained:
    """Train with progress on stderr and write the report beside the model."""
    from training.fit import FitSettings
    from training.labels_file import read_labels
    from training.report import write_report
    from training.train import STAGES
    from training.train import train as train_bundle
    from triagebot.settings import read_secret
    from triagebot.triage.catalogue import read_catalogue

    secret = read_secret(key_file)
    with progress(STAGES) as report:
        trained = train_bundle(
            read_catalogue(intents),
            [label for path in labels for label in read_labels(path)],
            models,
            name,
            FitSettings(seed=seed),
            jobs,
            secret[0].encode() if secret else None,
            report,
        )
    write_report(trained)
    return trained


def summary(trained: Trained) -> dict[str, Any]:
    """Return what was made and what is proven of it."""
    return {
        "model": trained.folder.name,
        "folder": str(trained.folder),
        "rows": len(trained.dataset.rows),
        "intents": {
            name: {"threshold": proof.threshold, "bound": proof.bound, "needs": proof.needs}
            for name, proof in trained.proof.intents.items()
        },
        "provisional": trained.proof.provisional,
    }


def _show(trained: Trained, promoted: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    proof = trained.proof
    kind = "provisional, from held-out sentences" if proof.provisional else "from audits"
    table = Table(
        title=f"at most {proof.max_error:.0%} wrong, {proof.confidence:.0%} sure ({kind})"
    )
    for heading in ("intent", "threshold", "proven", "still needs"):
        table.add_column(heading, justify="left" if heading == "intent" else "right")
    order = sorted(proof.intents.items(), key=lambda item: -item[1].bound)
    for name, intent in order:
        threshold = "–" if intent.threshold is None else f"{intent.threshold:.3f}"
        needs = f"{intent.needs} labels" if intent.needs else ""
        table.add_row(name, threshold, f"≤ {intent.bound:.1%} of {intent.n}", needs)
    console = Console()
    console.print(table)
    console.print(f"{len(trained.dataset.rows)} sentences → {trained.folder}")
    if promoted:
        console.print("It serves now.")
    else:
        console.print(f"Next: triagebot model promote {trained.folder.name}")
