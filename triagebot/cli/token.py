"""`triagebot token`: tokens with which programs speak in a person's name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.stores import now, with_database
from triagebot.cli.user import find_person

if TYPE_CHECKING:
    from triagebot.store.agents import ApiTokenRow
    from triagebot.store.database import Database


@click.group()
def token() -> None:
    """Make, list and end tokens with which programs speak in a person's name."""


@token.command()
@click.argument("person")
@click.argument("name")
@click.pass_obj
def add(obj: dict[str, Any], person: str, name: str) -> None:
    """Make a token for the program NAME, in PERSON's name, and print it once."""
    from triagebot.programs.token_api import new_token

    made = new_token()

    async def write(db: Database) -> ApiTokenRow:
        from triagebot.store import people

        return await db.write(people.add_token, await find_person(db, person), name, made, now())

    row = asyncio.run(with_database(obj["settings"], write))
    if obj["json"]:
        echo_json({"id": row.id, "name": row.name, "token": made})
    else:
        click.echo(f"{row.id}  {row.name}\ntoken: {made}")


@token.command("list")
@click.argument("person")
@click.pass_obj
def list_tokens(obj: dict[str, Any], person: str) -> None:
    """List PERSON's tokens that still work."""

    async def read(db: Database) -> list[ApiTokenRow]:
        from triagebot.store import agents

        return await db.read(agents.tokens, await find_person(db, person))

    rows = asyncio.run(with_database(obj["settings"], read))
    if obj["json"]:
        echo_json([{"id": row.id, "name": row.name} for row in rows])
        return
    for row in rows:
        click.echo(f"{row.id:>4}  {row.created_at:%Y-%m-%d}  {row.name}")


@token.command()
@click.argument("person")
@click.argument("number", type=int)
@click.pass_obj
def revoke(obj: dict[str, Any], person: str, number: int) -> None:
    """End PERSON's token NUMBER at once."""

    async def write(db: Database) -> None:
        from triagebot.store import people

        await db.write(people.end_token, await find_person(db, person), number, now())

    asyncio.run(with_database(obj["settings"], write))
    click.echo(f"token {number} no longer works")
