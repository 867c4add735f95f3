"""Two real servers on one store: whoever gets which delivery, a fan sees one reply."""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from wechat_world import SECRET

from triagebot.fakewechat.platform import Platform
from triagebot.fakewechat.pusher import FAULT_NOTICE, Push, Pusher, event_xml, text_xml
from triagebot.faults.process import ACCOUNT, APPID, ORIGINAL_ID, TOKEN, ServerProcess

psycopg = pytest.importorskip("psycopg", reason="needs the extra `postgres`")

DYING = (sys.executable, str(Path(__file__).with_name("dying_server.py")))


@dataclass
class Pair:
    one: ServerProcess
    two: ServerProcess
    platform: Platform
    database: str

    @contextmanager
    def locked(self):
        """Nobody can store a message while this is entered."""
        with psycopg.connect(self.database) as connection:
            connection.execute("LOCK TABLE message IN ACCESS EXCLUSIVE MODE")
            yield


@pytest.fixture(scope="module")
def tencent_api():
    """Tencent's API in a thread of its own, so that it outlives the loop of a test."""
    platform, loop = Platform(APPID, SECRET), asyncio.new_event_loop()
    runner, started = web.AppRunner(platform.app()), threading.Event()

    async def start():
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        platform.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        started.set()

    def run():
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(60)
    yield platform
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(60)
    loop.close()


@pytest.fixture(scope="module")
def pair(postgres_url, promoted_models, tencent_api, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pair")
    (folder / "secret").write_text(SECRET)
    plain = postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE DATABASE wechat_pair")
    database = postgres_url.replace("/postgres?", "/wechat_pair?")
    settings = {
        f"wechat.{ACCOUNT}.original_id": ORIGINAL_ID,
        f"wechat.{ACCOUNT}.secret_file": str(folder / "secret"),
        f"wechat.{ACCOUNT}.api_url": tencent_api.url,
        "spool.after_seconds": "3",  # other tests may keep the processors busy
    }
    servers = [
        ServerProcess(folder / name, promoted_models, program, database, settings)
        for name, program in (("one", DYING), ("two", DYING))
    ]
    for server in servers:
        server.launch()
    for server in servers:
        server.wait_until_ready()
    asyncio.run(warmed(servers))
    shared = plain.replace("/postgres?", "/wechat_pair?")
    yield Pair(servers[0], servers[1], tencent_api, shared)
    for server in servers:
        server.kill()


@asynccontextmanager
async def pushing_to(servers):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield [
            Pusher(session, server.url, token=TOKEN, appid=APPID, mode="plain")
            for server in servers
        ]


async def warmed(servers):
    """Wait until each answers: what a process does first takes long, and the spool may stand in."""
    async with pushing_to(servers) as both, asyncio.timeout(120):
        for number, pusher in enumerate(both):
            for attempt in itertools.count():
                xml = says("下单后多久发货", f"oWarm{number}x{attempt}")
                if "发货" in ((await pusher.push(xml)).seen or ""):
                    break
                await asyncio.sleep(0.2)


@pytest.fixture
async def pushers(pair):
    """Somebody who plays Tencent to each of the two."""
    async with pushing_to((pair.one, pair.two)) as both:
        yield both


def says(content, fan, msg_id=1):
    return text_xml(content, fan=fan, to=ORIGINAL_ID, msg_id=msg_id, at=int(time.time()))


async def until(condition, seconds=60):
    async with asyncio.timeout(seconds):
        while True:
            if condition():
                return
            await asyncio.sleep(0.05)


async def slowest(pair, session, task):
    """Return by how many seconds the first server is late with what takes no time, until `task`."""
    worst, address = 0.0, f"http://127.0.0.1:{pair.one.port}/healthz"
    while not task.done():
        began = time.monotonic()
        async with session.get(address):
            worst = max(worst, time.monotonic() - began)
        await asyncio.sleep(0.05)
    return worst


async def test_scenario_delivery_two_goes_to_the_other_process(pushers):
    xml = says("下单后多久发货", "oOther1")
    first, second = [await pusher.push(xml) for pusher in pushers]
    assert "发货" in first.seen
    assert second.verdicts[-1].xml == first.verdicts[-1].xml


async def test_scenario_deliveries_one_and_two_overlap_at_two_processes(pushers):
    xml = says("下单后多久发货", "oOverlap1")
    pushes = await asyncio.gather(*(pusher.push(xml) for pusher in pushers * 2))
    assert len({push.verdicts[-1].xml for push in pushes}) == 1
    assert "发货" in pushes[0].seen


async def test_scenario_equal_msgid_of_two_fans(pushers):
    one, two = pushers
    mine, theirs = await asyncio.gather(
        one.push(says("下单后多久发货", "oSame1", 7)), two.push(says("怎么开发票", "oSame2", 7))
    )
    assert "发货" in mine.seen
    assert "发票" in theirs.seen


async def test_scenario_two_hundred_fans_each_delivered_to_both_at_once(pushers, pair):
    sent = [says("下单后多久发货", f"oMany{n}") for n in range(200)]
    both = []
    # All at once would ask how fast the machine is: a slow one has the store's turn for later.
    for some in range(0, 200, 25):
        part = sent[some : some + 25]
        both += await asyncio.gather(*(p.push(xml) for xml in part for p in pushers))
    assert all("发货" in push.seen for push in both)
    for first, second in zip(both[::2], both[1::2], strict=True):
        assert first.verdicts[-1].xml == second.verdicts[-1].xml
    with psycopg.connect(pair.database) as connection:
        query = "SELECT count(*), count(DISTINCT fan) FROM message WHERE fan LIKE 'oMany%'"
        assert connection.execute(query).fetchone() == (200, 200)


async def test_scenario_location_storm(pushers):
    at = int(time.time())
    storm = [
        event_xml("LOCATION", fan="oStorm1", to=ORIGINAL_ID, at=at, Latitude=f"{n}.0")
        for n in range(50)
    ]
    pushes = await asyncio.gather(*(p.push(xml) for xml in storm for p in pushers))
    assert {push.verdicts[-1].kind for push in pushes} == {"success"}


async def test_scenario_a_body_of_one_megabyte_is_refused_and_all_go_on(pushers):
    one, _ = pushers
    query = one.request(says("x", "oBig1"))[0]
    async with one.session.post(one.url, params=query, data=b"x" * 2**20) as response:
        assert response.status == 403
    assert (await one.push(says("你好", "oBig1"))).seen != FAULT_NOTICE


async def test_scenario_a_slow_store_acknowledges_and_answers_later(pushers, pair):
    one, two = pushers
    fan, xml = "oSlow1", says("下单后多久发货", "oSlow1")
    pair.platform.open_window(fan)
    with pair.locked():
        pushing = asyncio.ensure_future(one.push(xml))
        late = await slowest(pair, one.session, pushing)
        push = await pushing
        assert push.verdicts[0].seconds < 4.5 + late
        assert "收到" in push.seen
        assert pair.platform.sent_to(fan) == []
    await until(lambda: pair.platform.sent_to(fan))
    again = await two.push(xml)  # our answer was lost on the way
    assert again.verdicts[0].kind == "success"
    (late,) = pair.platform.sent_to(fan)
    assert "发货" in late


async def test_scenario_a_crash_between_insert_and_answer(pushers, pair):
    """The last of these tests: one of the two is dead afterwards, and comes back."""
    one, two = pushers
    xml = says("死机了，下单后多久发货", "oCrash1")
    died = await one.deliver(xml, *one.request(xml))
    assert not died.good
    pair.one.process.wait(60)
    second = await two.push(xml)
    assert second.seen not in (None, FAULT_NOTICE)
    pair.one.launch()
    await asyncio.to_thread(pair.one.wait_until_ready)
    third = await one.push(xml)
    assert third.verdicts[0].xml == second.verdicts[0].xml
    assert Push([died, *second.verdicts]).seen == second.seen
