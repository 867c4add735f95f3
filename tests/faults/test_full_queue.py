"""What cannot be taken is refused with 503 in time, and nothing of it is kept or lost."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from aiohttp import web

from triagebot.channels.wechat import Account, WeChatCallback
from triagebot.channels.wechat.account import Mode
from triagebot.faults.mind import CountingMind
from triagebot.faults.process import APPID, TOKEN
from triagebot.faults.sender import stamp, xml_of
from triagebot.intake.accept import Intake
from triagebot.store.database import Database


def now():
    return datetime.now(UTC)


@pytest.fixture
async def client(aiohttp_client, sqlite_url):
    """A callback over a store whose queue holds two jobs."""
    db = Database(sqlite_url, clock=now, queue_limit=2, group_limit=1, lock_seconds=0.5)
    await db.start()
    app = web.Application()
    account = Account("fault", APPID, tokens=(TOKEN,), mode=Mode.PLAIN)
    intake = Intake(db, CountingMind(), now)
    WeChatCallback({"fault": account}, intake, now, acknowledge_unstored=False).add_to(app)
    yield await aiohttp_client(app)
    await intake.close()
    await db.close()


async def post(client, number):
    async with client.post("/wechat/fault", params=stamp(), data=xml_of(number)) as response:
        return response.status, await response.text()


@pytest.fixture
def lock(sqlite_url):
    """Hold the store's one lock as another program would."""
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        yield other


async def test_more_than_the_queue_holds_is_503_and_nothing_is_lost(client, sqlite_url, lock):
    pushes = []
    for number in range(1, 21):
        pushes.append(asyncio.create_task(post(client, number)))
        await asyncio.sleep(0)  # one tick a message, so that each is a job of its own
    async with asyncio.timeout(30):
        answers = await asyncio.gather(*pushes)
    assert {status for status, _ in answers} == {503}
    lock.execute("ROLLBACK")
    first = [await post(client, number) for number in range(1, 21)]
    again = [await post(client, number) for number in range(1, 21)]
    assert {status for status, _ in first} == {200}
    assert again == first
    rows = lock.execute("SELECT count(*) FROM message").fetchone()
    assert rows == (20,)
