"""`triagebot train`: sentences and labels in, a model folder out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from triagebot.cli import echo_json
from triagebot.cli.minds import signing_key
from triagebot.cli.options import intents_folder, intents_option
from triagebot.cli.progress import progress

REPLAYED_DAYS = 14.0

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.train import Trained
    from triagebot.domain.catalogue import Catalogue
    from triagebot.domain.label import Label


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
    from training.labels_file import read_all
    from training.workers import workers
    from triagebot.cli.left_out import advice, left_out
    from triagebot.cli.trained import show, summary
    from triagebot.triage.catalogue import read_catalogue

    settings = obj["settings"]
    models = out or Path(settings.models.dir)
    catalogue, given = read_catalogue(intents_folder(obj, intents)), read_all(labels)
    with workers(backend, scheduler):
        trained = run(
            catalogue,
            given,
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
    unseen = left_out(settings, catalogue, given)
    if obj["json"]:
        echo_json({**summary(trained), "left_out": unseen})
    else:
        show(trained, promote, advice(unseen))


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
    catalogue: Catalogue,
    labels: Sequence[Label],
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

    with progress(STAGES) as report:
        trained = train_bundle(
            catalogue,
            labels,
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
