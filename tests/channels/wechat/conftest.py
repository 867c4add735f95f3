"""A server with one account, someone who plays Tencent, and an intake without a store."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

FAKES = str(Path(__file__).parents[2] / "fakes")
if FAKES not in sys.path:
    sys.path.insert(0, FAKES)

from wechat_world import APPID, SECRET, Clock, MemoryIntake, account_of  # noqa: E402

from triagebot.channels.wechat import Account, WeChatCallback  # noqa: E402
from triagebot.channels.wechat.api import WeChatApi  # noqa: E402
from triagebot.channels.wechat.kefu import Kefu  # noqa: E402
from triagebot.channels.wechat.reception import PREFIX  # noqa: E402
from triagebot.channels.wechat.tokens import Tokens  # noqa: E402
from triagebot.channels.wechat.transport import Transport  # noqa: E402
from triagebot.channels.wechat.window import Ledger  # noqa: E402
from triagebot.domain.decision import Action, Decision, Reason  # noqa: E402
from triagebot.domain.message import Reply  # noqa: E402
from triagebot.fakewechat.platform import Platform  # noqa: E402
from triagebot.fakewechat.pusher import Pusher  # noqa: E402
from triagebot.intake.handle_message import window_after  # noqa: E402
from triagebot.store import messages  # noqa: E402
from triagebot.store.messages import Conclusion  # noqa: E402
from triagebot.web.front import Front  # noqa: E402


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def intake() -> MemoryIntake:
    return MemoryIntake()


@pytest.fixture(params=["application", "front"])
async def listen(request, aiohttp_client):
    """Serve a callback, by the web application alone or with the front before it."""
    started = []

    async def start(callback: WeChatCallback):
        app = web.Application()
        callback.add_to(app)
        client = await aiohttp_client(app)
        if request.param == "application":
            return client.session, str(client.make_url("/")).rstrip("/")
        front = Front(
            PREFIX, callback.reception, lambda *_: client.server.runner.server(), lambda *_: None
        )
        server = await asyncio.get_running_loop().create_server(front, "127.0.0.1", 0)
        started.append((server, front))
        return client.session, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for server, front in started:
        server.close()
        await front.close()


@pytest.fixture
def serve(listen, intake, clock):
    """Start a server for accounts; returns a function that gives a Pusher for it."""

    async def start(account: Account | None = None, *, ways=None, accounts=None, **options):
        account = account or account_of()
        everything = accounts or {account.name: account}
        callback = WeChatCallback(everything, intake, clock, ways, **options)
        session, url = await listen(callback)
        return Pusher(
            session,
            f"{url}/wechat/{account.name}",
            token=account.tokens[0],
            appid=account.appid,
            aes_key=account.aes_keys[0] if account.aes_keys else "",
            mode=str(account.mode),
            now=clock.seconds,
        )

    return start


@pytest.fixture
async def tencent(aiohttp_server, clock):
    """Tencent's API for one account, on loopback."""
    platform = Platform(APPID, SECRET, now=clock.seconds)
    server = await aiohttp_server(platform.app())
    platform.url = str(server.make_url("")).rstrip("/")
    return platform


@pytest.fixture
async def transport(tencent):
    async with aiohttp.ClientSession() as session:
        yield Transport(session, tencent.url)


@pytest.fixture
def pauses():
    """How long our side waited between tries, in seconds."""
    return []


@pytest.fixture
def api(transport, clock, pauses):
    async def sleep(seconds):
        pauses.append(seconds)

    tokens = Tokens(transport, APPID, SECRET, clock, spread=lambda: 0.5)
    return WeChatApi(transport, tokens, sleep=sleep)


@pytest.fixture
def ledger(database, clock):
    return Ledger(database, "wechat:main", clock)


@pytest.fixture
def note(database, ledger, clock):
    """Let a fan do something that is stored, as the whole server would."""
    silent = Decision(Action.SILENT, Reason.NOT_A_MESSAGE)

    def conclude(inbound, memory, _thought, _place):
        return Conclusion(silent, Reply(), memory, window_after(inbound))

    async def take(inbound):
        await database.write(messages.record, [(inbound, None)], conclude, clock())
        await ledger.note(inbound)

    return take


@pytest.fixture
def left(ledger, clock):
    """How many messages a fan may still get, None when nothing is known."""

    async def count(fan):
        window = await ledger.window(fan)
        return None if window is None else window.left(clock())

    return count


@pytest.fixture
def kefu(api, ledger, pauses):
    async def sleep(seconds):
        pauses.append(seconds)

    return Kefu(api, ledger, sleep=sleep)
