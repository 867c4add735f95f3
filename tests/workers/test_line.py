"""The line between a worker and the process that stores: thoughts go up once, ends come down."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from triagebot.domain.catalogue import Catalogue, Policy
from triagebot.domain.prediction import Prediction, RankedIntent
from triagebot.domain.surge import Stage
from triagebot.errors import Busy
from triagebot.intake.pressure import Pressure
from triagebot.intake.surge import CROWD
from triagebot.intake.thinking import Thinker
from triagebot.workers.calling import Calling
from triagebot.workers.frames import LARGEST, Frames
from triagebot.workers.serving import Issues, Serving

LONG = 60.0
"""Seconds that nobody waits for unless something hangs."""

CATALOGUE = Catalogue({}, {}, (), Policy(0.02, 0.95, 0.1, 3, 2, {}, 1.0, {}, {}), ())


class Mind:
    model = "plain"

    def __init__(self, catalogue=CATALOGUE) -> None:
        self.catalogue = catalogue
        self.asked: list[str] = []

    def think(self, texts):
        self.asked += texts
        ranked = (RankedIntent(self.catalogue.words[0] if self.catalogue.words else "a", 0.9),)
        return [Prediction(text, (), ranked, (), 1.0, self.model) for text in texts]


class Holder:
    def __init__(self) -> None:
        self.mind = Mind()

    async def edit(self, change) -> None:
        self.mind = Mind(change(self.mind.catalogue))


class Ends:
    """Answers by the words: of the thought that it finds, or an error."""

    def __init__(self, thinker) -> None:
        self.thinker = thinker

    def reply(self, account, inbound, seconds):
        return asyncio.ensure_future(self.answer(account, inbound))

    async def answer(self, account, inbound):
        if inbound.text == "forever":
            await asyncio.Event().wait()
        errors = {"busy": Busy("full"), "late": TimeoutError(), "fault": ValueError()}
        if inbound.text in errors:
            raise errors[inbound.text]
        _, (thought,) = self.thinker.think([inbound])
        return f"{account} {inbound.text} {thought.intent if thought else None}"


@pytest.fixture
async def line(database):
    """A worker's side and the storing side, joined."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    store, worker, lost = Holder(), Holder(), asyncio.Event()
    thinker, pressure = Thinker(store), Pressure(database)
    serving = Serving(
        Ends(thinker).reply, thinker, lambda *a: counted.append(a), "/r", pressure, Issues(store),
        lambda: calling.full,
    )  # fmt: skip
    counted: list[tuple] = []
    await loop.connect_accepted_socket(lambda: serving, ours)
    transport, calling = await loop.connect_accepted_socket(
        lambda: Calling(worker, lost.set), theirs
    )
    calling.hello()
    calling.store, calling.worker, calling.pressure = store, worker, pressure
    calling.full = False
    calling.lost, calling.counted, calling.serving = lost, counted, serving
    async with asyncio.timeout(30):
        await serving.ready.wait()
        while calling._issue == 0:  # noqa: ASYNC110 - the catalogue is on its way
            await asyncio.sleep(0.01)
    yield calling
    transport.close()


async def test_a_worker_thinks_and_the_store_need_not(line, inbound):
    words = [f"text {number}" for number in range(100)]
    replies = await asyncio.gather(*(line.reply("main", inbound(word), LONG) for word in words))
    assert replies == [f"main {word} a" for word in words]
    assert sorted(line.worker.mind.asked) == sorted(words)
    assert line.store.mind.asked == []


@pytest.mark.parametrize(
    ("text", "error"), [("busy", Busy), ("late", TimeoutError), ("fault", RuntimeError)]
)
async def test_ends_are_the_same_on_the_other_side(line, inbound, text, error):
    with pytest.raises(error):
        await line.reply("main", inbound(text), LONG)
    assert (await line.reply("main", inbound("x"), LONG)).startswith("main x")


async def test_a_worker_waits_no_longer_than_it_may(line, inbound):
    with pytest.raises(TimeoutError):
        await line.reply("main", inbound("forever"), 0.05)


async def test_what_staff_publish_reaches_the_worker_and_older_thoughts_do_not_count(line, inbound):
    line.store.mind = Mind(replace(CATALOGUE, words=("edited",)))
    first = await line.reply("main", inbound("one"), LONG)
    assert first == "main one edited"
    assert line.store.mind.asked == ["one"]
    async with asyncio.timeout(30):
        while line.worker.mind.catalogue.words != ("edited",):  # noqa: ASYNC110 - it is told
            await asyncio.sleep(0.01)
    assert await line.reply("main", inbound("two"), LONG) == "main two edited"
    assert line.store.mind.asked == ["one"]


async def test_under_pressure_a_worker_does_not_think(line, inbound):
    line.pressure.surge.pin(Stage.TEXT)
    await line.reply("main", inbound("one"), LONG)  # brings the news
    before = len(line.worker.mind.asked)
    await line.reply("main", inbound("two"), LONG)
    assert len(line.worker.mind.asked) == before


async def test_where_no_more_is_taken_in_a_call_goes_no_further(line, inbound):
    line.full = True
    with pytest.raises(Busy):
        await line.reply("main", inbound("one"), LONG)
    line.full = False
    assert (await line.reply("main", inbound("one"), LONG)).startswith("main one")


async def test_requests_are_counted_on_the_other_side(line):
    line.measure("POST", "ignored", 200, 0.5)
    async with asyncio.timeout(30):
        while not line.counted:  # noqa: ASYNC110 - it is told twice a second
            await asyncio.sleep(0.02)
    ((method, route, status, times),) = line.counted
    assert (method, route, status, sum(times.counts), times.seconds) == ("POST", "/r", 200, 1, 0.5)


async def test_a_worker_alone_refuses_and_ends(line, inbound):
    asking = asyncio.ensure_future(line.reply("main", inbound("forever"), LONG))
    await asyncio.sleep(0.05)
    line.serving._transport.abort()
    with pytest.raises(Busy):
        await asking
    assert line.lost.is_set()
    with pytest.raises(Busy):
        await line.reply("main", inbound("x"), LONG)


async def test_only_so_many_calls_may_be_under_way(line, inbound, monkeypatch):
    monkeypatch.setattr("triagebot.workers.calling.UNDER_WAY", 1)
    asking = asyncio.ensure_future(line.reply("main", inbound("forever"), 0.2))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await line.reply("main", inbound("x"), LONG)
    with pytest.raises(TimeoutError):
        await asking


async def test_who_would_wait_too_long_is_refused(line, inbound, monkeypatch):
    monkeypatch.setattr("triagebot.workers.calling.LONGEST", 0.2)
    words = ["forever"] * CROWD
    asking = [asyncio.ensure_future(line.reply("main", inbound(word), LONG)) for word in words]
    await asyncio.sleep(0)
    welcome = asyncio.ensure_future(line.reply("main", inbound("x"), LONG))
    assert (await welcome).startswith("main x")
    async with asyncio.timeout(30):
        while True:
            try:
                await line.reply("main", inbound("x"), LONG)
            except Busy:
                break
    for each in asking:
        each.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    async with asyncio.timeout(30):
        while line._waiting or line._room < CROWD:  # noqa: ASYNC110 - it looks ten times a second
            await asyncio.sleep(0.02)
    assert (await line.reply("main", inbound("x"), LONG)).startswith("main x")


def test_frames_are_cut_wherever_the_bytes_are():
    frames, stream = Frames(), b"\0\0\0\3abc\0\0\0\0\0\0\0\1x"
    found = [frame for i in range(len(stream)) for frame in frames.feed(stream[i : i + 1])]
    assert found == [b"abc", b"", b"x"]
    with pytest.raises(ValueError, match="frame"):
        frames.feed((LARGEST + 1).to_bytes(4, "big"))


def test_a_worker_loads_neither_the_store_nor_the_web_application():
    heavy = "{'aiohttp', 'sqlalchemy', 'sklearn', 'triagebot.store'}"
    code = f"import sys, triagebot.app.worker; sys.exit(sorted({heavy} & sys.modules.keys()) or 0)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
