"""`triagebot surge`: what the servers on this store give up under load."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.stores import with_database

if TYPE_CHECKING:
    from triagebot.store.database import Database

STAGES = ("full", "rules", "text", "count")


@click.group()
def surge() -> None:
    """Show the pinned surge stage, pin one, let go of it."""


@surge.command()
@click.pass_obj
def show(obj: dict[str, Any]) -> None:
    """Show what is pinned, and how many messages wait to be thought about."""
    found = asyncio.run(with_database(obj["settings"], _state))
    if obj["json"]:
        echo_json(found)
        return
    click.echo(f"pinned   {found['pinned'] or 'nothing: the stage follows the load'}")
    click.echo(f"put off  {found['put_off']}")


@surge.command()
@click.argument("stage", type=click.Choice(STAGES))
@click.pass_obj
def pin(obj: dict[str, Any], stage: str) -> None:
    """Hold a stage on all servers: full, rules, text or count."""
    asyncio.run(with_database(obj["settings"], _pin, stage))
    click.echo(f"pinned to {stage}; running servers follow within a second")


@surge.command()
@click.pass_obj
def unpin(obj: dict[str, Any]) -> None:
    """Let the stage follow the load again."""
    asyncio.run(with_database(obj["settings"], _pin, None))
    click.echo("the stage follows the load")


async def _state(db: Database) -> dict[str, Any]:
    from triagebot.store import surges

    pinned = await db.read(surges.pinned)
    name = pinned.name.lower() if pinned else None
    return {"pinned": name, "put_off": await db.read(surges.waiting)}


async def _pin(db: Database, stage: str | None) -> None:
    from triagebot.domain.surge import Stage
    from triagebot.store import surges

    wanted = Stage[stage.upper()] if stage else None
    await db.write(surges.pin, wanted, "command line", db.clock())
