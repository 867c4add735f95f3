"""`triagebot db`: bring the store up to date, check it, copy it, put a copy back."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli.stores import with_database
from triagebot.errors import BadInput

if TYPE_CHECKING:
    from triagebot.store.database import Database


@click.group()
def db() -> None:
    """Upgrade, check, back up and restore the database."""


@db.command()
@click.pass_obj
def upgrade(obj: dict[str, Any]) -> None:
    """Bring the tables to this version; starting the server does the same."""
    asyncio.run(with_database(obj["settings"], _nothing))
    click.echo("the database is up to date")


@db.command()
@click.option(
    "--seal",
    default="",
    show_default=False,
    help="A seal of the program's log, which must be there.",
)
@click.pass_obj
def check(obj: dict[str, Any], seal: str) -> None:
    """Look for damage in a SQLite store, and for changes in the log of deeds."""
    from triagebot.store import backup, engines

    url = obj["settings"].database.url
    if engines.parse(url).get_backend_name() == "sqlite":
        if problems := backup.check_file(backup.sqlite_file(url)):
            raise BadInput("damaged: " + "; ".join(problems))
        click.echo("the database is sound")
    click.echo(_check_deeds(url, seal))


@db.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_obj
def backup_to(obj: dict[str, Any], target: Path) -> None:
    """Copy a SQLite store into TARGET while the server runs."""
    from triagebot.store import backup

    size = backup.backup(obj["settings"].database.url, target)
    click.echo(f"{target}: {size:,} bytes")


@db.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def restore(obj: dict[str, Any], source: Path) -> None:
    """Make the copy SOURCE the store, where there is none yet."""
    from triagebot.store import backup

    backup.restore(obj["settings"].database.url, source)
    click.echo("restored")


def _check_deeds(url: str, seal: str) -> str:
    """Hold the log of deeds against its seals, and return what to say of it."""
    from triagebot.cli.stores import now
    from triagebot.store import seals
    from triagebot.store.database import read_once

    chain = read_once(url, partial(seals.check, now=now()))
    if chain is None:
        return "there is no log of deeds yet"
    if chain.problems:
        raise BadInput("altered: " + "; ".join(chain.problems))
    if seal and seal not in chain.wholes:
        raise BadInput("altered: this seal of the log of deeds is not there any more")
    newest = f"; the newest is {chain.wholes[-1]}" if chain.wholes else ""
    return f"the log of deeds is as it was sealed, {len(chain.wholes)} times{newest}"


async def _nothing(_db: Database) -> None:
    """Do nothing: opening the store upgraded it."""
