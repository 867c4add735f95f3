"""`triagebot fan`: give a fan what is held of them, or forget them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.stores import now, with_database

if TYPE_CHECKING:
    from triagebot.store.belongings import Erased
    from triagebot.store.database import Database


@click.group()
def fan() -> None:
    """Export or erase all that is held of a fan."""


@fan.command("export")
@click.argument("channel")
@click.argument("openid")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; else it is printed.")
@click.pass_obj
def export_fan(obj: dict[str, Any], channel: str, openid: str, out: Path | None) -> None:
    """Write everything held of the fan OPENID of CHANNEL (wechat:NAME, webchat) as JSON."""
    from triagebot.errors import NotFound
    from triagebot.store import belongings

    async def read(db: Database) -> dict[str, list[dict[str, Any]]]:
        found = await db.read(belongings.export, channel, openid)
        if found:
            await db.write(belongings.note_export, channel, openid, "command line", now())
        return found

    held = asyncio.run(with_database(obj["settings"], read))
    if not held:
        raise NotFound(f"nothing is held of such a fan in {channel}")
    if out is None:
        echo_json(held)
        return
    out.write_text(json.dumps(held, ensure_ascii=False, indent=1), encoding="utf-8")
    rows = {name: len(each) for name, each in held.items()}
    click.echo(f"{out}: " + ", ".join(f"{n} {name}" for name, n in rows.items()))


@fan.command()
@click.argument("channel")
@click.argument("openid")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(obj: dict[str, Any], channel: str, openid: str, yes: bool) -> None:
    """Delete everything held of the fan OPENID of CHANNEL; this cannot be undone."""
    from triagebot.app.fans import forgetting

    if not yes:
        click.confirm(f"Delete everything held of this fan in {channel}?", abort=True, err=True)
    settings = obj["settings"]

    async def run(db: Database) -> Erased:
        return await forgetting(settings, db, now).erase(channel, openid)

    erased = asyncio.run(with_database(settings, run))
    if obj["json"]:
        echo_json({"total": erased.total, "rows": erased.rows, "kept": erased.kept})
        return
    counts = ", ".join(f"{n} {name}" for name, n in erased.rows.items())
    click.echo(f"{erased.total} rows deleted: {counts}" if erased.total else "nothing was held")
    if erased.kept:
        click.echo(f"{erased.kept} labelled texts stay, masked and without a name")
