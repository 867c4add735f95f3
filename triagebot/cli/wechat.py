"""`triagebot wechat`: connect an account step by step, play WeChat, and keep what is around it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.stores import now
from triagebot.cli.wechat_fake import fake
from triagebot.cli.wechat_fans import followers, qrcode, tags
from triagebot.cli.wechat_menu import menu

if TYPE_CHECKING:
    from triagebot.channels.wechat.check_words import Finding

MARKS = {"ok": "✓", "warning": "!", "error": "✗", "skipped": "-"}


@click.group()
def wechat() -> None:
    """Connect an account, or play WeChat; followers, tags, codes, menu."""


for command in (fake, followers, tags, qrcode, menu):
    wechat.add_command(command)


@wechat.command()
@click.argument("account", required=False)
@click.option(
    "--url", default="", show_default=False, help="The address typed into WeChat's console."
)
@click.option(
    "--lang", type=click.Choice(["zh", "en", "both"]), default="both", help="In which language."
)
@click.pass_obj
def check(obj: dict[str, Any], account: str | None, url: str, lang: str) -> None:
    """Walk through connecting an account and name each mistake in words.

    ACCOUNT is the NAME of [wechat.NAME]; all are checked without one. Exits with 7 when a step
    must be put right.
    """
    from triagebot.errors import ChannelRefused

    settings = obj["settings"]
    names = [account] if account else list(settings.wechat)
    found = {name: asyncio.run(walk(settings, name, url)) for name in names or [""]}
    if obj["json"]:
        echo_json({name: [_shown(each) for each in steps] for name, steps in found.items()})
    else:
        for name, steps in found.items():
            _tell(name, steps, lang)
    bad = sum(each.level == "error" for steps in found.values() for each in steps)
    if bad:
        raise ChannelRefused(f"steps that must be put right: {bad}")


async def walk(settings: Any, name: str, url: str) -> list[Finding]:
    """Return what is found for one account; "" is for no account at all."""
    import aiohttp

    from triagebot.app.accounts import account_of
    from triagebot.channels.wechat.check import Check
    from triagebot.channels.wechat.check_words import Level, finding, of_settings
    from triagebot.channels.wechat.connection import api_of
    from triagebot.errors import BadInput

    if name not in settings.wechat:
        return [finding("no_account", Level.ERROR)]
    try:
        account = account_of(settings, name)
    except BadInput as error:
        return [of_settings(error)]
    if not url and settings.server.base_url:
        url = f"{settings.server.base_url.rstrip('/')}/wechat/{name}"
    async with aiohttp.ClientSession() as session:
        api = api_of(account, session, now, settings.wechat[name].api_url)
        return await Check(account, api, session, now, url).run()


def _tell(name: str, steps: list[Finding], lang: str) -> None:
    click.echo(f"[wechat.{name or 'NAME'}]")
    for each in steps:
        languages = ("zh", "en") if lang == "both" else (lang,)
        first, *rest = (each.words(language) for language in languages)
        click.echo(f"  {MARKS[each.level]} {first}")
        for words in rest:
            click.echo(f"    {words}")


def _shown(each: Finding) -> dict[str, str]:
    return {"step": each.step, "level": each.level.value, "zh": each.zh, "en": each.en}
