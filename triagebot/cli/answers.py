"""`triagebot answers`: what staff published at the desk, and the files in intents/."""

from __future__ import annotations

import asyncio
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.options import intents_folder, intents_option
from triagebot.cli.stores import with_database
from triagebot.errors import NothingToDo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from triagebot.domain.catalogue import Catalogue
    from triagebot.store.database import Database


@click.group()
def answers() -> None:
    """Bring what was published at the desk into intents/, and back."""


@answers.command()
@intents_option
@click.pass_obj
def diff(obj: dict[str, Any], intents: Path | None) -> None:
    """Show how the files would change if what is published were written into them."""
    folder, texts = _changes(obj, intents)
    _show(obj, texts)
    if not texts:
        click.echo(f"{folder} says already what is published", err=True)


@answers.command()
@intents_option
@click.pass_obj
def export(obj: dict[str, Any], intents: Path | None) -> None:
    """Write what is published into the files; the next training learns it."""
    from triagebot.triage.catalogue import read_catalogue
    from triagebot.triage.intent_files import text_of

    folder, texts = _changes(obj, intents)
    if not texts:
        raise NothingToDo(f"{folder} says already what is published")
    before = {path: text_of(path) for path in texts}
    _show(obj, texts)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    try:
        read_catalogue(folder)
    except Exception:  # a file that cannot be read again must not stay
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
        raise


@answers.command(name="import")
@intents_option
@click.option("--by", default="import", help="Whose drafts they are.")
@click.pass_obj
def import_(obj: dict[str, Any], intents: Path | None, by: str) -> None:
    """Make drafts at the desk of what the files say otherwise; people publish them there."""
    from triagebot.triage.catalogue import read_catalogue
    from triagebot.triage.hot_reload import read_current
    from triagebot.triage.registry import load

    settings = obj["settings"]
    folder, models = intents_folder(obj, intents), Path(settings.models.dir)
    trained = load(models / read_current(models).name).catalogue
    files = read_catalogue(folder)
    names = asyncio.run(with_database(settings, _import, trained, files, by))
    if not names:
        raise NothingToDo(f"the desk says already what {folder} says")
    if obj["json"]:
        echo_json({"drafts": names})
    else:
        click.echo("\n".join([*names, f"{len(names)} drafts"]))


async def _import(database: Database, trained: Catalogue, files: Catalogue, by: str) -> list[str]:
    from triagebot.domain.edition import Subject
    from triagebot.store import editions
    from triagebot.triage.editions import differences, words_of

    used = await _published(database, trained)
    names = []
    for subject, name in differences(used, files):
        if subject is Subject.WORD:  # the next training learns it from the files themselves
            continue
        draft = await database.read(editions.draft, subject, name)
        seen = draft.revision if draft and draft.by == by else 0
        words = words_of(files, subject, name)
        if words is not None:  # what the files lack is no wish to take it out of use
            await database.write(
                editions.save_draft, subject, name, words, seen, by, database.clock()
            )
            names.append(name)
    return names


async def _published(database: Database, catalogue: Catalogue) -> Catalogue:
    """Return a catalogue with what is published and valid now laid over it."""
    from triagebot.store import editions
    from triagebot.triage.editions import lay_over

    return lay_over(catalogue, await database.read(editions.published), database.clock())


def _changes(obj: dict[str, Any], intents: Path | None) -> tuple[Path, dict[Path, str]]:
    from triagebot.triage.catalogue import read_catalogue
    from triagebot.triage.intent_files import written

    folder = intents_folder(obj, intents)
    before = read_catalogue(folder)
    after = asyncio.run(with_database(obj["settings"], _published, before))
    return folder, written(folder, before, after)


def _show(obj: dict[str, Any], texts: Mapping[Path, str]) -> None:
    """Print the changes of files as a unified diff."""
    from triagebot.triage.intent_files import text_of

    if obj["json"]:
        echo_json({"files": [path.name for path in texts]})
        return
    for path, text in texts.items():
        old = text_of(path).splitlines(keepends=True)
        new = text.splitlines(keepends=True)
        click.echo("".join(difflib.unified_diff(old, new, path.name, path.name)), nl=False)
