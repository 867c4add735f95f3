"""`triagebot dict`: the dictionary is part of the model, so look before changing it."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.options import intents_folder, intents_option, model_option
from triagebot.errors import BadInput, NothingToDo

if TYPE_CHECKING:
    from triagebot.triage.word_preview import Preview

_file = click.option(
    "-i",
    "--input",
    "file",
    type=click.File("rb"),
    help="Messages, JSONL or text, instead of the usual ones.",
)
_limit = click.option("--limit", default=50_000, help="Messages read at most.")


@click.group(name="dict")
def dictionary() -> None:
    """See what a word changes, and find new ones."""


@dictionary.command()
@intents_option
@click.pass_obj
def check(obj: dict[str, Any], intents: Path | None) -> None:
    """Find lines of words.txt to put right.

    Double, needless and dead words exit with 3; those that jieba knows itself are only named.
    """
    from training.word_preview import check as look
    from triagebot.triage.catalogue import read_catalogue

    folder = intents_folder(obj, intents)
    sentences = [example.text for example in read_catalogue(folder).examples]
    path = folder / "words.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = look(lines, sentences)
    if obj["json"]:
        echo_json({"findings": [asdict(one) for one in found]})
    for one in found if not obj["json"] else ():
        click.echo(f"words.txt:{one.line}: {one.word} {one.message} [{one.code}]")
    if any(one.code != "known" for one in found):
        raise BadInput(f"{len(found)} lines of words.txt need a look")
    if not obj["json"]:
        click.echo(f"{len(lines)} lines, nothing to mend")


@dictionary.command()
@click.argument("words", nargs=-1, required=True)
@_file
@intents_option
@_limit
@model_option
@click.option("--retrain", is_flag=True, help="Train with the words and compare that model.")
@click.option(
    "--labels", multiple=True, type=click.Path(path_type=Path), help="Labels to retrain with."
)
@click.option("--top", default=20, help="How many of each to print.")
@click.pass_obj
def preview(
    obj: dict[str, Any],
    words: tuple[str, ...],
    file: Any,
    intents: Path | None,
    limit: int,
    model: str | None,
    retrain: bool,
    labels: tuple[Path, ...],
    top: int,
) -> None:
    """Show what WORDS would change, before they are saved.

    That is the messages that are cut anew and the predictions that flip. Without a file it looks
    at the sentences of intents/.
    """
    from training.labels_file import read_all
    from training.word_preview import retrain as train_with
    from triagebot.cli.minds import wake_model
    from triagebot.triage.catalogue import read_catalogue
    from triagebot.triage.word_preview import preview as look

    catalogue = read_catalogue(intents_folder(obj, intents))
    texts = _texts(file, limit) if file else [example.text for example in catalogue.examples]
    known = read_all(labels)
    candidate = train_with(words, catalogue, known, jobs=2) if retrain else None
    found = look(words, wake_model(obj["settings"], model), texts, candidate)
    if obj["json"]:
        echo_json(asdict(found))
    else:
        _show(found, top)


@dictionary.command()
@_file
@intents_option
@_limit
@click.option("--least", default=5, help="Messages that must have the word.")
@click.option("--top", default=50, help="How many words to list.")
@click.pass_obj
def suggest(
    obj: dict[str, Any], file: Any, intents: Path | None, limit: int, least: int, top: int
) -> None:
    """Find new words in what fans write.

    Without a file, in the newest messages of the database.
    """
    from triagebot.cli.stored import stored_texts
    from triagebot.triage.catalogue import read_catalogue
    from triagebot.triage.new_words import suggest as find
    from triagebot.triage.segment import build_segmenter

    catalogue = read_catalogue(intents_folder(obj, intents))
    texts = _texts(file, limit) if file else stored_texts(obj["settings"], limit)
    if not texts:
        raise NothingToDo("no message has come yet; -i takes messages from a file")
    found = find(texts, build_segmenter(catalogue.words), least, top)
    if obj["json"]:
        echo_json({"messages": len(texts), "words": [asdict(one) for one in found]})
        return
    for one in found:
        cut = " / ".join(one.cut)
        click.echo(f"{one.word}\t{one.messages} messages\tnow {cut}")
    click.echo(f"{len(found)} words in {len(texts)} messages; next: triagebot dict preview WORD…")


def _texts(file: Any, limit: int) -> list[str]:
    from triagebot.cli.predict import read_text

    filled = ((number, line) for number, line in enumerate(file, start=1) if line.strip())
    return [read_text(number, line) for number, line in islice(filled, limit)]


def _show(found: Preview, top: int) -> None:
    click.echo(f"{len(found.recut)} of {found.messages} messages are cut anew")
    for one in found.recut[:top]:
        click.echo(f"  {' / '.join(one.before)}  →  {' / '.join(one.after)}")
    if not found.recut:
        click.echo("  either no message has these words, or they are cut so already")
    by = "the retrained model" if found.retrained else "the present model, until it is retrained"
    click.echo(f"{len(found.flips)} predictions flip, by {by}")
    for flip in found.flips[:top]:
        was = f"{flip.before} {flip.before_confidence:.2f}"
        click.echo(f"  {flip.text}: {was} → {flip.after} {flip.after_confidence:.2f}")
