"""One process fetches the token, the others take it from the store; none overwrites a newer one."""

import asyncio
from datetime import timedelta

import pytest
from wechat_world import APPID, SECRET, account_of

from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.api_errors import Misconfigured, TokenRefused
from triagebot.channels.wechat.connection import Connections
from triagebot.channels.wechat.token_shelf import LEASE, TokenShelf
from triagebot.channels.wechat.tokens import PATH, Tokens
from triagebot.store import platform_tokens
from triagebot.store.database import Database
from triagebot.store.platform_tokens import KeptToken


@pytest.fixture
async def processes(database, sqlite_url, transport, clock):
    """The tokens of four processes on one store."""
    stores = [Database(sqlite_url, clock=clock) for _ in range(3)]
    for store in stores:
        await store.start()
    shelves = [TokenShelf(store, APPID, clock) for store in (database, *stores)]
    yield [
        Tokens(transport, APPID, SECRET, clock, shelf=shelf, spread=lambda: 0.5)
        for shelf in shelves
    ]
    for store in stores:
        await store.close()


async def test_many_processes_at_once_fetch_once(processes, tencent):
    tencent.knobs.delay = 0.05
    found = await asyncio.gather(*(tokens.get() for tokens in processes * 5))
    assert len(set(found)) == 1
    assert tencent.calls[PATH] == 1


async def test_all_parts_of_a_server_that_call_wechat_share_one_token(database, tencent, clock):
    account = account_of(secret=SECRET)
    parts = [
        Connections({"main": account}, {"main": tencent.url}, database, clock) for _ in range(3)
    ]
    for part in parts:
        await part.start()
    apis = [part()[account.channel] for part in parts]
    await asyncio.gather(*(api.get("/cgi-bin/get_api_domain_ip") for api in apis))
    assert tencent.calls[PATH] == 1
    for part in parts:
        await part.close()


async def test_the_renewal_is_one_processes_work_too(processes, tencent, clock):
    await asyncio.gather(*(tokens.get() for tokens in processes))
    clock.move(seconds=7100)
    found = await asyncio.gather(*(tokens.get() for tokens in processes))
    assert len(set(found)) == 1
    assert tencent.calls[PATH] == 2


async def test_a_refused_token_is_replaced_once_for_all(processes, tencent):
    old = await processes[0].get()
    await processes[1].get()
    tencent.expire_tokens()
    found = await asyncio.gather(*(tokens.replace(old) for tokens in processes))
    assert len(set(found)) == 1
    assert old not in found
    assert tencent.calls[PATH] == 2


async def test_a_token_that_is_always_refused_ends_after_two_calls(processes, tencent):
    tencent.knobs.always_40001 = tencent.knobs.same_token = True
    api = WeChatApi(processes[0]._transport, processes[0])
    with pytest.raises(TokenRefused):
        await api.get("/cgi-bin/getcallbackip")
    assert tencent.calls[PATH] <= 2


async def test_who_gets_no_token_lets_another_try(processes, tencent, database):
    tencent.knobs.errcodes = [40125]
    tencent.knobs.only_path = PATH
    with pytest.raises(Misconfigured):
        await processes[0].get()
    assert await processes[1].get()


async def test_the_lease_of_a_dead_process_runs_out(database, clock):
    now = clock()

    def lease(who, at):
        return database.write(platform_tokens.lease, APPID, who, at, at + LEASE)

    assert await lease("dead", now)
    assert not await lease("living", now + timedelta(seconds=1))
    assert await lease("living", now + LEASE)


async def test_a_slow_older_answer_never_takes_the_place_of_a_newer(database, clock):
    def token(name, seconds):
        return KeptToken(name, clock(), clock() + timedelta(seconds=seconds))

    await database.write(platform_tokens.lease, APPID, "me", clock(), clock() + LEASE)
    await database.write(platform_tokens.put, APPID, token("new", 7200))
    await database.write(platform_tokens.put, APPID, token("old", 100))
    await database.write(platform_tokens.drop, APPID, "old")
    assert (await database.read(platform_tokens.get, APPID)).token == "new"


async def test_without_a_store_each_process_fetches_by_itself(transport, tencent, clock, database):
    await database.close()
    tokens = Tokens(transport, APPID, SECRET, clock, shelf=TokenShelf(database, APPID, clock))
    assert await tokens.get()
