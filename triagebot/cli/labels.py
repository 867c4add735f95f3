"""`triagebot labels`: what people corrected, from store to files, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.options import intents_folder, intents_option
from triagebot.errors import BadInput, NothingToDo

if TYPE_CHECKING:
    from triagebot.domain.label import Label

_files = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group()
def labels() -> None:
    """Export and check what people corrected."""


@labels.command()
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default="labels.jsonl", help="File to write."
)
@click.pass_obj
def export(obj: dict[str, Any], out: Path) -> None:
    """Write all labels of the database.

    As JSON lines, personal data masked.
    """
    from training.labels_file import write_labels
    from triagebot.cli.stored import stored_labels

    count = write_labels(out, stored_labels(obj["settings"]))
    _tell(obj, {"labels": count, "file": str(out)}, f"{count} labels → {out}")


@labels.command(name="import")
@_files
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default="labels.jsonl", help="File to write."
)
@intents_option
@click.pass_obj
def import_(obj: dict[str, Any], files: tuple[Path, ...], out: Path, intents: Path | None) -> None:
    """Check label files and join them into one.

    Intents must be those of the catalogue.
    """
    from training.labels_file import write_labels

    found = _checked(files, intents_folder(obj, intents))
    count = write_labels(out, found)
    _tell(obj, {"labels": count, "file": str(out)}, f"{count} labels → {out}")


@labels.command()
@_files
@click.pass_obj
def agreement(obj: dict[str, Any], files: tuple[Path, ...]) -> None:
    """Show how far people agree.

    Over the messages that several of them judged.
    """
    from training.agreement import agreement as compare
    from training.labels_file import read_all

    found = compare(read_all(files))
    if obj["json"]:
        echo_json(asdict(found))
        return
    if not found.pairs:
        raise NothingToDo(f"none of {found.messages} messages was judged by two people")
    for pair in found.pairs:
        kappa = "–" if pair.kappa is None else f"{pair.kappa:.2f}"
        click.echo(f"{pair.first} / {pair.second}: {pair.agreed} of {pair.n}, kappa {kappa}")
    for first, second, n in found.disputes[:5]:
        click.echo(f"{n} × {first} or {second}")
    if found.shown:
        click.echo(f"{found.followed} of {found.shown} said what the model had shown them")


@labels.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@intents_option
@click.option("--top", default=50, help="How many rows to list.")
@click.option("--labels-only", is_flag=True, help="Leave out the sentences of intents/.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write all suspects, JSONL.")
@click.option("--jobs", default=2, help="Processes to judge with.")
@click.pass_obj
def errors(
    obj: dict[str, Any],
    files: tuple[Path, ...],
    intents: Path | None,
    top: int,
    labels_only: bool,
    out: Path | None,
    jobs: int,
) -> None:
    """List labels worth a second look, most gain first.

    FILES are labels beside intents/. Each row is judged by models that never saw it. The gain, in
    minutes, is the chance that it is wrong, times rows alike, times what a wrong answer costs.
    """
    from triagebot.cli.label_errors import find, show, write

    found = find(intents_folder(obj, intents), files, jobs, labels_only)
    if out:
        write(out, found)
    if obj["json"]:
        echo_json(asdict(found) | {"suspects": [asdict(one) for one in found.suspects[:top]]})
    else:
        show(found, top)


def _checked(files: Sequence[Path], intents: Path) -> list[Label]:
    from training.labels_file import read_numbered
    from triagebot.triage.catalogue import read_catalogue

    known = read_catalogue(intents).intents
    found: list[Label] = []
    for path in files:
        for number, label in read_numbered(path):
            if label.intent not in known:
                raise BadInput(f"{path.name}:{number}: there is no intent {label.intent!r}")
            found.append(label)
    return found


def _tell(obj: dict[str, Any], value: object, text: str) -> None:
    if obj["json"]:
        echo_json(value)
    else:
        click.echo(text)
