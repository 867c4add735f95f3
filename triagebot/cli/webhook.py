"""`triagebot webhook`: other programs that are told what happens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.stores import now, with_database

if TYPE_CHECKING:
    from triagebot.store.database import Database
    from triagebot.store.webhooks import WebhookRow

WHO = "command line"
KINDS = (
    "message_created", "message_updated", "conversation_created", "conversation_status_changed",
    "conversation_updated", "handoff", "label_created", "model_changed",
)  # fmt: skip


@click.group()
def webhook() -> None:
    """Tell other programs what happens: list, add, test, remove."""


@webhook.command("list")
@click.pass_obj
def list_webhooks(obj: dict[str, Any]) -> None:
    """List all webhooks with their state and how much waits for each."""

    async def read(db: Database) -> list[WebhookRow]:
        from triagebot.store import webhooks

        return await db.read(webhooks.everything)

    rows = asyncio.run(with_database(obj["settings"], read))
    if obj["json"]:
        echo_json([_shown(row) for row in rows])
        return
    if not rows:
        click.echo("no webhooks; `triagebot webhook add URL` adds one")
    for row in rows:
        state = "disabled" if row.disabled_at else "failing" if row.failing_since else "works"
        why = f"  ({row.reason})" if row.reason else ""
        click.echo(f"{row.id:>4}  {state:<8} {row.waiting:>6} waiting  {row.url}{why}")


@webhook.command()
@click.argument("url")
@click.option(
    "--on",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    help="What to tell, given several times; everything by default.",
)
@click.pass_obj
def add(obj: dict[str, Any], url: str, kinds: tuple[str, ...]) -> None:
    """Add a webhook and print its secret, this once."""
    from triagebot.programs.signing import new_secret
    from triagebot.web.outward import checked_url

    settings, secret = obj["settings"], new_secret()
    checked_url(url, allow_private=settings.webhooks.allow_private)

    async def write(db: Database) -> WebhookRow:
        from triagebot.store import webhooks

        return await db.write(webhooks.add, url, kinds or KINDS, secret, WHO, now())

    row = asyncio.run(with_database(settings, write))
    if obj["json"]:
        echo_json({**_shown(row), "secret": secret})
    else:
        click.echo(f"{row.id}  {url}\nsecret: {secret}")


@webhook.command()
@click.argument("number", type=int)
@click.pass_obj
def remove(obj: dict[str, Any], number: int) -> None:
    """Remove webhook NUMBER and what waits for it."""

    async def write(db: Database) -> None:
        from triagebot.store import webhooks

        await db.write(webhooks.remove, number, WHO, now())

    asyncio.run(with_database(obj["settings"], write))
    click.echo(f"webhook {number} is removed")


@webhook.command()
@click.argument("number", type=int)
@click.pass_obj
def enable(obj: dict[str, Any], number: int) -> None:
    """Tell webhook NUMBER news again after it was disabled."""

    async def write(db: Database) -> None:
        from triagebot.store import webhooks

        await db.write(webhooks.enable, number, WHO, now())

    asyncio.run(with_database(obj["settings"], write))
    click.echo(f"webhook {number} is told news again")


@webhook.command()
@click.argument("number", type=int)
@click.pass_obj
def test(obj: dict[str, Any], number: int) -> None:
    """Send webhook NUMBER a signed ping and say what came back; exits with 7 if it refused."""
    from triagebot.app.programs import webhook_sender
    from triagebot.errors import ChannelRefused
    from triagebot.programs.webhook_sender import Answer

    settings = obj["settings"]

    async def ping(db: Database) -> Answer:
        from triagebot.store import webhooks

        row = await db.read(webhooks.get, number)
        return await webhook_sender(settings, db, now).ping(row)

    answer = asyncio.run(with_database(settings, ping))
    if obj["json"]:
        echo_json({"taken": answer.taken, "status": answer.status, "error": answer.error})
    if not answer.taken:
        raise ChannelRefused(f"webhook {number}: {answer.error or f'HTTP {answer.status}'}")
    if not obj["json"]:
        click.echo(f"webhook {number} took it: HTTP {answer.status}")


def _shown(row: WebhookRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "subscriptions": list(row.subscriptions),
        "state": "disabled" if row.disabled_at else "failing" if row.failing_since else "works",
        "reason": row.reason,
        "waiting": row.waiting,
    }
