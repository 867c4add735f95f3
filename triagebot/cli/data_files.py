"""`triagebot data split|convert|import|export`: labels between files, tools and the database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.options import intents_folder, intents_option
from triagebot.errors import BadInput, NothingToDo

if TYPE_CHECKING:
    from triagebot.domain.label import Label

KNOWN = "jsonl, csv, xlsx, rasa, doccano, label-studio, prodigy or argilla; guessed by default."

_from = click.option("--from", "source_format", help=KNOWN)
_to = click.option("--to", "target_format", help=KNOWN)
_sources = click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@_from
@_to
@click.pass_obj
def convert(
    obj: dict[str, Any],
    source: Path,
    target: Path,
    source_format: str | None,
    target_format: str | None,
) -> None:
    """Read labels in one format, write another.

    Personal data is masked.
    """
    from training.interchange import formats

    count = formats.write(target, formats.read(source, source_format), target_format)
    _tell(obj, {"labels": count, "file": str(target)}, f"{count} labels → {target}")


@click.command(name="import")
@_sources
@_from
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default="labels.jsonl", help="File to write."
)
@intents_option
@click.option("--any-intent", is_flag=True, help="Let intents through that intents/ lacks.")
@click.pass_obj
def import_(
    obj: dict[str, Any],
    sources: tuple[Path, ...],
    source_format: str | None,
    out: Path,
    intents: Path | None,
    any_intent: bool,
) -> None:
    """Bring labels of other tools into one file.

    It is what `train --labels` takes.
    """
    from training.interchange import formats

    labels = [label for path in sources for label in formats.read(path, source_format)]
    if not labels:
        raise NothingToDo("there is not one label in these files")
    if not any_intent:
        _check(labels, intents_folder(obj, intents))
    count = formats.write(out, labels, "jsonl")
    _tell(obj, {"labels": count, "file": str(out)}, f"{count} labels → {out}")


@click.command()
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="File or folder.")
@_to
@intents_option
@click.option(
    "--labels", multiple=True, type=click.Path(path_type=Path), help="Export these label files."
)
@click.option("--stored", is_flag=True, help="Export the labels of the database.")
@click.pass_obj
def export(
    obj: dict[str, Any],
    out: Path,
    target_format: str | None,
    intents: Path | None,
    labels: tuple[Path, ...],
    stored: bool,
) -> None:
    """Write intents/ or labels for another tool.

    With --labels or --stored, labels.
    """
    from training.interchange import formats, rasa
    from triagebot.cli.stored import stored_labels
    from triagebot.triage.catalogue import read_catalogue

    name = target_format or formats.guess(out, reading=False)
    if labels or stored:
        chosen = [label for path in labels for label in formats.read(path)]
        chosen += stored_labels(obj["settings"]) if stored else []
        count = formats.write(out, chosen, name)
    else:
        catalogue = read_catalogue(intents_folder(obj, intents))
        document = rasa.document_of_catalogue(catalogue)
        if name == "rasa":
            rasa.write_document(out, document)
            count = sum(len(item.examples) for item in document.intents)
        else:
            count = formats.write(out, rasa.labels_of(document), name)
    _tell(obj, {"sentences": count, "out": str(out)}, f"{count} sentences → {out}")


@click.command()
@_sources
@_from
@click.option("--train", "share", default=0.8, help="Share to learn from.")
@click.option("--seed", default=7, help="Seed of the draw.")
@click.option("-o", "--out", type=click.Path(path_type=Path), default=".", help="Folder.")
@click.pass_obj
def split(
    obj: dict[str, Any],
    sources: tuple[Path, ...],
    source_format: str | None,
    share: float,
    seed: int,
    out: Path,
) -> None:
    """Split labels into train.jsonl and test.jsonl.

    Each gets its share of every intent, and near duplicates stay together.
    """
    from training.interchange import formats
    from training.split import split as divide

    labels = [label for path in sources for label in formats.read(path, source_format)]
    learn, test = divide(labels, share, seed)
    formats.write(out / "train.jsonl", learn, "jsonl")
    held = [replace(label, split="test") for label in test]
    formats.write(out / "test.jsonl", held, "jsonl")
    counts = {"train": len(learn), "test": len(test), "folder": str(out)}
    _tell(obj, counts, f"{len(learn)} to learn from, {len(test)} held out → {out}")


COMMANDS = (split, convert, import_, export)


def _check(labels: list[Label], intents: Path) -> None:
    from triagebot.triage.catalogue import read_catalogue

    known = read_catalogue(intents).intents
    for number, label in enumerate(labels, start=1):
        if label.intent not in known:
            raise BadInput(
                f"label {number}: there is no intent {label.intent!r} in {intents}; "
                "add it there, or use --any-intent"
            )


def _tell(obj: dict[str, Any], value: object, text: str) -> None:
    if obj["json"]:
        echo_json(value)
    else:
        click.echo(text)
