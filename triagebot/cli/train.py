"""`triagebot train`: sentences and labels in, a model folder out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from triagebot.cli import echo_json
from triagebot.cli.minds import signing_key
from triagebot.cli.options import intents_folder, intents_option
from triagebot.cli.progress import progress

REPLAYED_DAYS = 14.0
SHOWN = 5
"""Of what was left out by caps, so many lines; the report has more."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from training.suspects import MendedLabels
    from training.train import Trained
    from triagebot.domain.label import Label
    from triagebot.triage.proof import Proof


@click.command()
@intents_option
@click.option(
    "--labels",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Exported labels, JSONL; may be given several times.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of models; models.dir of the settings by default.",
)
@click.option("--name", help="Name of the model; made from the data by default.")
@click.option(
    "--mend",
    is_flag=True,
    help="Judge labels before they are learnt, and learn wrong ones as what they rather are; "
    "listed in mended.jsonl beside the model. Takes minutes.",
)
@click.option(
    "--no-caps",
    is_flag=True,
    help="Learn from all labels, however many one agent, fan, day or wording brought.",
)
@click.option("--seed", default=7, help="Seed of folds and solver.")
@click.option("--jobs", default=2, help="Processes to train with.")
@click.option(
    "--backend",
    type=click.Choice(["loky", "threading", "dask"]),
    default="loky",
    help="What trains in parallel; dask needs its extra.",
)
@click.option("--scheduler", metavar="ADDRESS", help="A dask cluster, as tcp://host:8786.")
@click.option("--promote", is_flag=True, help="Let it serve at once if the gate lets it pass.")
@click.pass_obj
def train(
    obj: dict[str, Any],
    intents: Path | None,
    labels: tuple[Path, ...],
    out: Path | None,
    name: str | None,
    mend: bool,
    no_caps: bool,
    seed: int,
    jobs: int,
    backend: str,
    scheduler: str | None,
    promote: bool,
) -> None:
    """Train a model from intents/ and labels."""
    from training.workers import workers
    from triagebot.cli.left_out import advice, left_out
    from triagebot.triage.catalogue import read_catalogue

    settings = obj["settings"]
    models = out or Path(settings.models.dir)
    folder = intents_folder(obj, intents)
    with workers(backend, scheduler):
        trained = run(
            folder,
            list(labels),
            models,
            name,
            seed,
            jobs,
            signing_key(settings),
            mend,
            capped=not no_caps,
        )
    if promote:
        _promote(settings, models, trained.folder.name)
    unseen = left_out(settings, read_catalogue(folder), _read(labels))
    if obj["json"]:
        echo_json({**summary(trained), "left_out": unseen})
    else:
        _show(trained, promote, advice(unseen))


def _promote(settings: Any, models: Path, name: str) -> None:
    """Replay against what serves, if anything does, and let the gate decide."""
    from triagebot.cli.replay import run as replay
    from triagebot.models.history import current_name
    from triagebot.models.promote import promote as promote_model

    serving = current_name(models)
    if serving not in (None, name):
        here = msgspec.structs.replace(settings.models, dir=str(models))
        local = msgspec.structs.replace(settings, models=here)
        replay(local, "current", name, REPLAYED_DAYS, None, "train")
    promote_model(models, name, by="train", key=signing_key(settings))


def run(
    intents: Path,
    labels: list[Path],
    models: Path,
    name: str | None = None,
    seed: int = 7,
    jobs: int = 2,
    key: bytes | None = None,
    mend: bool = False,
    *,
    capped: bool = True,
) -> Trained:
    """Train with progress on stderr and write the report beside the model."""
    from training.dataset import DEFAULT_CAPS
    from training.fit import FitSettings
    from training.report import write_report
    from training.train import STAGES
    from training.train import train as train_bundle
    from triagebot.triage.catalogue import read_catalogue

    with progress(STAGES) as report:
        trained = train_bundle(
            read_catalogue(intents),
            _read(labels),
            models,
            name,
            FitSettings(seed=seed, mend=mend),
            jobs,
            key,
            report,
            DEFAULT_CAPS if capped else None,
        )
    write_report(trained)
    return trained


def _read(files: Iterable[Path]) -> list[Label]:
    from training.labels_file import read_labels

    return [label for path in files for label in read_labels(path)]


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


def _show(trained: Trained, promoted: bool, advice: Iterable[str]) -> None:
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
