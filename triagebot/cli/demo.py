"""`triagebot demo`: a whole desk with invented fans, ready in a minute."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from triagebot.cli.minds import signing_key
from triagebot.cli.serve import listen, with_address
from triagebot.cli.stores import now, with_database
from triagebot.cli.user import ROLES, add_person, renew_password

if TYPE_CHECKING:
    from triagebot.store.database import Database

DATABASE = "sqlite:///var/demo.db"


@click.command()
@click.option("--host", help="Address to listen on; server.host by default.")
@click.option("--port", type=int, help="Port to listen on; server.port by default.")
@click.option("--fans/--no-fans", default=True, help="Let simulated fans write.")
@click.pass_obj
def demo(obj: dict[str, Any], host: str | None, port: int | None, fans: bool) -> None:
    """Serve with demo data, simulated fans and printed logins."""
    from triagebot.app import Server

    settings = with_address(obj["settings"], host, port)
    if "database.url" not in obj["origins"]:
        store = msgspec.structs.replace(settings.database, url=DATABASE)
        settings = msgspec.structs.replace(settings, database=store)
    ensure_model(settings)
    logins = asyncio.run(with_database(settings, open_logins))
    server = Server(settings, now, fans=fans)
    announce(settings, logins)
    listen(server)


def ensure_model(settings: Any) -> None:
    """Train and promote the shipped intents when no model serves yet."""
    from triagebot.cli.train import run
    from triagebot.errors import BadBundle
    from triagebot.triage.hot_reload import read_current

    models = Path(settings.models.dir)
    try:
        read_current(models)
    except BadBundle:
        from triagebot.models.promote import promote
        from triagebot.triage.catalogue import read_catalogue

        click.echo("Training the shipped intents.", err=True)
        key = signing_key(settings)
        trained = run(read_catalogue(Path(settings.intents.dir)), [], models, key=key)
        promote(models, trained.folder.name, by="demo", key=key)


async def open_logins(db: Database) -> dict[str, str]:
    """Return a fresh random password for one person of each role."""
    from triagebot.errors import Conflict

    logins = {}
    for role in ROLES:
        try:
            logins[role] = await add_person(db, role, role)
        except Conflict:
            logins[role] = await renew_password(db, role)
    return logins


def announce(settings: Any, logins: dict[str, str]) -> None:
    """Print where to go and how to get in; the passwords are shown this once."""
    base = f"http://{settings.server.host}:{settings.server.port}"
    click.echo(f"""
  粉丝聊天 fan chat   {base}/chat
  客服工作台 desk     {base}/desk
  接口文档 API docs   {base}/api/docs

  登录 logins (name / password):""")
    for role, password in logins.items():
        click.echo(f"    {role:<6} {password}")
    click.echo("\n  Ctrl+C 停止 stops it.\n")
