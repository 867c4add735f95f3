"""`triagebot wechat menu`: the menu under the conversation, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json
from triagebot.cli.wechat_accounts import account_option, call
from triagebot.errors import BadInput

if TYPE_CHECKING:
    from triagebot.channels.wechat.api import WeChatApi
    from triagebot.channels.wechat.menu import Button

MENU = Path("menu.yml")
menu_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default=MENU)


@click.group()
def menu() -> None:
    """Pull, compare and push the menu under the conversation, as a file (menu.yml)."""


@menu.command()
@menu_file
@account_option
@click.option("--force", is_flag=True, help="Write over a file that differs.")
@click.pass_obj
def pull(obj: dict[str, Any], file: Path, account: str, force: bool) -> None:
    """Write the account's menu into FILE."""
    from triagebot.channels.wechat import menu_file as files

    text = files.write(_there(obj, account))
    if file.exists() and file.read_text(encoding="utf-8") != text and not force:
        raise BadInput(f"{file} differs; `wechat menu diff` shows how, --force writes over it")
    file.write_text(text, encoding="utf-8")
    _say(obj, {"file": str(file)}, f"{file} is the account's menu now")


@menu.command()
@menu_file
@account_option
@click.pass_obj
def diff(obj: dict[str, Any], file: Path, account: str) -> None:
    """Show how FILE differs from the account's menu."""
    from triagebot.channels.wechat import menu_file as files

    lines = files.diff(_there(obj, account), _here(file))
    _say(obj, {"same": not lines, "diff": lines}, "\n".join(lines) or "no difference")


@menu.command()
@menu_file
@account_option
@click.pass_obj
def push(obj: dict[str, Any], file: Path, account: str) -> None:
    """Make FILE the account's menu; fans see it within minutes."""
    from triagebot.channels.wechat.menu import push as replace

    buttons = _here(file)

    async def work(api: WeChatApi, _channel: str) -> None:
        await replace(api, buttons)

    call(obj["settings"], account, work)
    _say(obj, {"buttons": len(buttons)}, f"the menu has {len(buttons)} buttons now")


def _here(file: Path) -> list[Button]:
    from triagebot.channels.wechat import menu_file as files

    try:
        return files.read(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {error}") from error


def _there(obj: dict[str, Any], account: str) -> list[Button]:
    from triagebot.channels.wechat.menu import pull as fetch

    async def work(api: WeChatApi, _channel: str) -> list[Button]:
        return await fetch(api)

    return call(obj["settings"], account, work)


def _say(obj: dict[str, Any], values: dict[str, Any], words: str) -> None:
    if obj["json"]:
        echo_json(values)
    else:
        click.echo(words)
