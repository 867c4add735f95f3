"""`triagebot user`: the people who may sign in."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.stores import with_database

if TYPE_CHECKING:
    from triagebot.store.database import Database

ROLES = ("agent", "lead", "ops", "ml", "admin")


@click.group()
def user() -> None:
    """Add and list the people who may sign in."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="agent")
@click.pass_obj
def add(obj: dict[str, Any], name: str, role: str) -> None:
    """Add a person and print a random password once."""
    password = asyncio.run(with_database(obj["settings"], add_person, name, role))
    click.echo(f"{name} ({role})  password: {password}")


@user.command()
@click.argument("name")
@click.pass_obj
def passwd(obj: dict[str, Any], name: str) -> None:
    """Give a person a new random password and print it once."""
    password = asyncio.run(with_database(obj["settings"], renew_password, name))
    click.echo(f"{name}  password: {password}")


@user.command()
@click.argument("name")
@click.option("--off/--on", default=True, help="Refuse or admit the person again.")
@click.pass_obj
def disable(obj: dict[str, Any], name: str, off: bool) -> None:
    """Refuse a person's sign-in; what they did stays."""
    asyncio.run(with_database(obj["settings"], set_disabled, name, off))
    click.echo(f"{name} may {'no longer' if off else 'again'} sign in")


@user.command("second-factor")
@click.argument("name")
@click.option("--off", is_flag=True, help="Take it away: the password is enough again.")
@click.pass_obj
def second_factor(obj: dict[str, Any], name: str, off: bool) -> None:
    """Say whether a person signs in with a code too; take that away when it is lost."""
    state = asyncio.run(with_database(obj["settings"], factor_of, name, off))
    click.echo(f"{name} signs in with {state}")


@user.command("list")
@click.pass_obj
def list_people(obj: dict[str, Any]) -> None:
    """List everybody."""
    people = asyncio.run(with_database(obj["settings"], everybody))
    if obj["json"]:
        echo_json(people)
        return
    for person in people:
        extra = "  with a code" if person["second_factor"] == "on" else ""
        click.echo(f"{person['name']:<20} {person['role']:<8} {person['state']}{extra}")


def new_password() -> str:
    """Return 12 random characters: enough, and typed in once."""
    return secrets.token_urlsafe(9)


async def add_person(db: Database, name: str, role: str) -> str:
    """Add a person; return the password. Raises `Conflict` when the name is in use."""
    from triagebot.domain.agent import Role
    from triagebot.store import agents

    password = new_password()
    await db.write(agents.add, name, Role(role), _hash(password), db.clock())
    return password


async def renew_password(db: Database, name: str) -> str:
    """Replace a person's password; return the new one. Raises `NotFound`."""
    from triagebot.store import agents

    password = new_password()
    person = await find_person(db, name)
    await db.write(agents.set_password, person, _hash(password))
    return password


async def set_disabled(db: Database, name: str, off: bool) -> None:
    """Refuse or admit a person. Raises `NotFound`."""
    from triagebot.store import agents

    await db.write(agents.set_disabled, await find_person(db, name), off)


async def everybody(db: Database) -> list[dict[str, str]]:
    """Return name, role, state and second factor of everybody."""
    from triagebot.store import agents, second_factors

    owners = await db.read(second_factors.owners)
    return [
        {
            "name": person.name,
            "role": person.role,
            "state": "disabled" if person.disabled else "active",
            "second_factor": "on" if person.id in owners else "none",
        }
        for person in await db.read(agents.everybody)
    ]


async def factor_of(db: Database, name: str, off: bool) -> str:
    """Return what a person signs in with, after taking the code away if it is to be `off`.

    Raises `NotFound` for an unknown name, and where there is nothing to take away.
    """
    from triagebot.store import second_factors

    person = await find_person(db, name)
    if off:
        await db.write(second_factors.remove, person, "command line", db.clock())
    owners = await db.read(second_factors.owners)
    return "password and code" if person in owners else "the password alone"


async def find_person(db: Database, name: str) -> int:
    """Return the number of a person. Raises `NotFound`."""
    from triagebot.errors import NotFound
    from triagebot.store import agents

    found = await db.read(agents.find, name)
    if found is None:
        raise NotFound(f"there is nobody called {name!r}")
    return found[0].id


def _hash(password: str) -> str:
    from triagebot.web.passwords import Passwords

    passwords = Passwords()
    try:
        return passwords.hash(password)
    finally:
        passwords.close()
