"""`triagebot wechat fake`: WeChat on this machine, for people without an account."""

from __future__ import annotations

import asyncio
import base64
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli import echo_json

if TYPE_CHECKING:
    from triagebot.fakewechat.console import FanConsole, Line

FOLDER = Path("var/fake-wechat")
APPID, ORIGINAL = "wxfa4e000000000001", "gh_fa4e00000001"
MARKS = {"bot": "🤖", "agent": "🧑", "note": " ·"}


@click.command()
@click.option("--port", type=int, default=8099, help="Where the fake's API is.")
@click.option(
    "--callback", default="http://127.0.0.1:8080/wechat/fake", help="Where the bot takes messages."
)
@click.pass_obj
def fake(obj: dict[str, Any], port: int, callback: str) -> None:
    """Play WeChat: what you type reaches the bot as a fan's message, what it answers is shown.

    The first call writes an invented account into var/fake-wechat and says how to start the
    server with it.
    """
    secrets_ = invent(FOLDER, port)
    if not obj["json"]:
        click.echo(f"server:  triagebot --config {FOLDER / 'triagebot.toml'} serve", err=True)
        click.echo(f"API:     http://127.0.0.1:{port}    callback: {callback}", err=True)

    def tell(line: Line) -> None:
        if obj["json"]:
            echo_json({"from": line.who, "text": line.words})
        else:
            click.echo(f"{MARKS[line.who]} {line.words}")

    asyncio.run(play(secrets_, port, callback, tell))


def invent(folder: Path, port: int) -> dict[str, str]:
    """Return the invented account's secrets, made and written at the first call."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {}
    makers = {"token": _token, "aes_key": _aes_key, "secret": _token}
    for name, make in makers.items():
        file = folder / name
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(make(), encoding="utf-8")
        values[name] = file.read_text(encoding="utf-8").strip()
    (folder / "triagebot.toml").write_text(
        f"""[wechat.fake]
appid = "{APPID}"
original_id = "{ORIGINAL}"
token_file = "{folder / "token"}"
aes_key_file = "{folder / "aes_key"}"
secret_file = "{folder / "secret"}"
api_url = "http://127.0.0.1:{port}"
""",
        encoding="utf-8",
    )
    return values


def _token() -> str:
    return secrets.token_hex(16)


def _aes_key() -> str:
    """Return 43 letters and digits, as WeChat's console makes them: 32 bytes in base64."""
    while True:
        key = base64.b64encode(secrets.token_bytes(32)).decode()[:43]
        if key.isalnum():
            return key


async def play(account: dict[str, str], port: int, callback: str, tell: Any) -> None:
    """Serve the API and pass on what is typed, until the input ends."""
    import aiohttp
    from aiohttp import web

    from triagebot.fakewechat.console import FanConsole, Line, reachable
    from triagebot.fakewechat.platform import Platform
    from triagebot.fakewechat.pusher import Pusher

    platform = Platform(APPID, account["secret"])
    runner = web.AppRunner(platform.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with aiohttp.ClientSession() as session:
        pusher = Pusher(
            session, callback, token=account["token"], appid=APPID, aes_key=account["aes_key"]
        )
        console = FanConsole(platform, pusher, ORIGINAL, tell)
        if not await reachable(callback):
            tell(Line("note", f"nobody listens at {callback} yet; start the server"))
        listening = asyncio.create_task(console.listen())
        try:
            await _read(console)
        finally:
            listening.cancel()
            console.hear()
            await runner.cleanup()


async def _read(console: FanConsole) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        if not await console.say(line):
            return
