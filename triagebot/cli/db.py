"""`triagebot db`: bring the store up to date, check it, copy it, put a copy back."""

from __future__ import annotations

import asyncio
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
@click.pass_obj
def check(obj: dict[str, Any]) -> None:
    """Look for damage in a SQLite store."""
    from triagebot.store import backup

    problems = backup.check_file(backup.sqlite_file(obj["settings"].database.url))
    if problems:
        raise BadInput("damaged: " + "; ".join(problems))
    click.echo("the database is sound")


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


async def _nothing(_db: Database) -> None:
    """Do nothing: opening the store upgraded it."""
