"""`triagebot wechat followers|tags|qrcode`: who follows, with which tags, and by which code."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.progress import progress
from triagebot.cli.wechat_accounts import account_option, call, call_with_database

if TYPE_CHECKING:
    from triagebot.channels.wechat.api import WeChatApi
    from triagebot.channels.wechat.qrcode import QrCode


@click.group()
def followers() -> None:
    """Bring the account's followers into the store."""


@followers.command("import")
@account_option
@click.option("--again", is_flag=True, help="From the start, not from where the last one stopped.")
@click.pass_obj
def import_all(obj: dict[str, Any], account: str, again: bool) -> None:
    """Read all followers; what stopped goes on. A page of 10,000 is one of 500 calls a day."""
    from triagebot.channels.wechat.following import import_followers

    with progress(["followers"]) as report:
        work = partial(import_followers, progress=partial(report, "followers"), again=again)
        done = call_with_database(obj["settings"], account, work)
    if obj["json"]:
        echo_json({"channel": done.channel, "seen": done.seen, "new": done.new})
    else:
        click.echo(f"{done.channel}: {done.seen:,} followers, {done.new:,} of them new")


@click.group()
def tags() -> None:
    """Tags, both ways."""


@tags.command()
@account_option
@click.pass_obj
def pull(obj: dict[str, Any], account: str) -> None:
    """Take in the account's tags and which fans have them."""
    from triagebot.channels.wechat.following import pull_tags

    found = call_with_database(obj["settings"], account, pull_tags)
    if obj["json"]:
        echo_json({"tags": found.tags, "fans": found.fans})
    else:
        click.echo(f"{found.tags} tags, on known fans {found.fans:,} times")


@tags.command()
@account_option
@click.pass_obj
def push(obj: dict[str, Any], account: str) -> None:
    """Tell WeChat which tags were put on and taken off here."""
    from triagebot.channels.wechat.following import push_tags

    count = call_with_database(obj["settings"], account, push_tags)
    if obj["json"]:
        echo_json({"changes": count})
    else:
        click.echo(f"{count} changes told" if count else "nothing to tell")


@click.command()
@click.argument("scene")
@account_option
@click.option(
    "--days",
    type=click.FloatRange(1 / 1440, 30),
    metavar="DAYS",
    help="How long it works, 30 at most; for ever by default.",
)
@click.pass_obj
def qrcode(obj: dict[str, Any], scene: str, account: str, days: float | None) -> None:
    """Make a code for SCENE, which comes back with each follow and scan.

    Of the codes that work for ever an account has 100,000.
    """
    from datetime import timedelta

    from triagebot.channels.wechat.qrcode import permanent, temporary

    async def work(api: WeChatApi, _channel: str) -> QrCode:
        if days is None:
            return await permanent(api, scene)
        return await temporary(api, scene, timedelta(days=days))

    code = call(obj["settings"], account, work)
    if obj["json"]:
        shown = {"scene": scene, "ticket": code.ticket, "url": code.url, "seconds": code.seconds}
        echo_json({**shown, "image_url": code.image_url})
        return
    lasts = f"works for {code.seconds:,} seconds" if code.seconds else "works for ever"
    click.echo(f"{scene}  {lasts}\npicture  {code.image_url}\ninside   {code.url}")
