"""The front: hot requests answered, all others passed on, slow and greedy clients closed."""

from __future__ import annotations

import asyncio
import gc
import socket
import struct
import weakref
from collections import Counter

import pytest
from aiohttp import web

from triagebot.web.front import Asked, Front, Limits, Tell, Told
from triagebot.web.front.connection import Connection

PATIENT = Limits(receive=60.0, connections=40)
HASTY = Limits(receive=0.4, idle=0.8)
CLOSED_WITHIN = 20.0
HOT = b"POST /hot/a?x=1 HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi"
HALVES = {
    "silent": b"",
    "a word": b"POS",
    "head": HOT[:30],
    "body": HOT[:-1],
    "refused body": b"POST /hot/bad HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
    "chunk": b"POST /hot/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "other head": b"GET /app HTTP/1.1\r\nHos",
    "other body": b"POST /app HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc",
}


class Echo:
    """Says what it was asked; refuses `/hot/bad` by its head, fails at `/hot/fault`."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()

    def admit(self, asked: Asked) -> Told | None:
        return self.refuse(asked, "") if asked.path == "/hot/bad" else None

    def refuse(self, asked: Asked, reason: str) -> Told:
        return Told(f"no {reason}", 403, close=True)

    def answer(self, asked: Asked, tell: Tell) -> None:
        if asked.path == "/hot/fault":
            raise ValueError
        words = f"{asked.method} {asked.path} {asked.query} {asked.body.decode()}"
        told = Told(words, close=asked.path == "/hot/last")
        if asked.path in ("/hot/at-once", "/hot/last"):
            tell(told)
        else:
            opened = asyncio.ensure_future(self.gate.wait())
            opened.add_done_callback(lambda _: tell(told))


async def application(request: web.Request) -> web.Response:
    return web.Response(text=f"app {(await request.read()).decode()}")


@pytest.fixture
def echo():
    return Echo()


@pytest.fixture
def limits():
    return PATIENT


@pytest.fixture
async def site(aiohttp_server, echo, limits):
    """The front before an application; returns the port of either."""
    app = web.Application()
    app.router.add_route("*", "/app", application)
    server = await aiohttp_server(app)
    measured = []
    front = Front(
        "/hot/", echo, lambda *_: server.runner.server(), lambda *a: measured.append(a[:3]), limits
    )
    listening = await asyncio.get_running_loop().create_server(front, "127.0.0.1", 0)
    front.measured = measured
    yield listening.sockets[0].getsockname()[1], server.port, front
    listening.close()
    await front.close(1.0)


async def ask(port: int, *parts: bytes, until: bytes = b"") -> bytes:
    """Send parts on one connection and return what comes back until it is closed, or `until`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.01)
    async with asyncio.timeout(CLOSED_WITHIN):
        got = await (reader.readuntil(until) if until else reader.read())
    writer.close()
    return got


async def is_closed(port: int, half: bytes, seconds: float) -> bool:
    """Send half a request, dribble on, and return whether the connection was closed in time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(half)

    async def dribble() -> None:
        while True:
            await asyncio.sleep(0.1)
            writer.write(b"a" if half.endswith(b"abc") or half == HOT[:30] else b"")

    slowly = asyncio.create_task(dribble())
    try:
        async with asyncio.timeout(seconds):
            await reader.read()
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    else:
        return True
    finally:
        slowly.cancel()
        writer.close()


@pytest.mark.parametrize("limits", [HASTY], ids=["hasty"])
@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
async def test_half_a_request_is_closed_in_time(site, half):
    front_port, _, _ = site
    closing = asyncio.create_task(is_closed(front_port, half, CLOSED_WITHIN))
    await asyncio.sleep(0.05)
    assert b"200 OK" in await ask(front_port, HOT, until=b"hi")  # others are served meanwhile
    assert await closing


async def test_the_application_alone_would_wait_for_ever(site):
    _, app_port, _ = site
    assert not await is_closed(app_port, HALVES["other head"], 3 * HASTY.receive)


@pytest.mark.parametrize("limits", [HASTY], ids=["hasty"])
async def test_an_idle_connection_is_closed(site):
    front_port, _, _ = site
    assert (await ask(front_port, HOT)).endswith(b"POST /hot/a {'x': '1'} hi")


async def test_with_too_many_connections_the_one_that_waits_longest_goes(site):
    front_port, _, front = site
    readers = [await asyncio.open_connection("127.0.0.1", front_port) for _ in range(60)]
    assert b"200 OK" in await ask(front_port, HOT, until=b"hi")
    assert len(front.open) <= PATIENT.connections
    async with asyncio.timeout(CLOSED_WITHIN):
        assert await readers[0][0].read() == b""
    for _, writer in readers:
        writer.close()


async def test_requests_in_one_packet_are_answered_in_order(site):
    front_port, _, _ = site
    second = HOT.replace(b"/hot/a", b"/hot/b")
    got = await ask(front_port, HOT + second + HOT, until=b"POST /hot/b {'x': '1'} hi")
    assert got.index(b"/hot/a") < got.index(b"/hot/b")


async def test_requests_answered_at_once_are_as_well_and_none_behind_the_end_is(site):
    front_port, _, front = site
    first = HOT.replace(b"/hot/a", b"/hot/at-once")
    last = HOT.replace(b"/hot/a", b"/hot/last")
    got = await ask(front_port, first + HOT + first + last + HOT + first)
    told = [part.split(b" ")[0] for part in got.split(b"POST ")[1:]]
    assert told == [b"/hot/at-once", b"/hot/a", b"/hot/at-once", b"/hot/last"]
    assert len(front.measured) == len(told)


@pytest.mark.parametrize("path", [b"/hot/a", b"/hot/at-once"])
async def test_half_a_request_behind_another_is_waited_for(site, path):
    front_port, _, _ = site
    request = HOT.replace(b"/hot/a", path)
    second = request.removesuffix(b"hi") + b"ho"
    got = await ask(front_port, request + second[:30], second[30:], until=b" ho")
    assert b"POST " + path + b" {'x': '1'} hi" in got


async def test_one_connection_may_serve_both(site):
    front_port, _, _ = site
    get = b"GET /app HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", front_port)
    writer.write(HOT)
    await reader.readuntil(b"hi")
    writer.write(get[:3])
    await asyncio.sleep(0.02)
    writer.write(get[3:])
    assert (await reader.read()).endswith(b"app ")
    writer.close()


@pytest.mark.parametrize(
    ("parts", "end"),
    [
        ((HALVES["refused body"],), b"no "),
        ((b"POST /hot/a HTTP/1.1\r\nContent-Length: 70000\r\n\r\n",), b"no too large"),
        (
            (
                b"POST /hot/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"11170\r\n" + b"a" * 70_000,
            ),
            b"no too large",
        ),
        ((b"POST /hot/a HTTP/1.1\r\nX: " + b"a" * 20_000,), b"head too large"),
        ((b"POST /hot/a HTTP/9\r\n\r\n",), b"bad request"),
        ((HOT.replace(b"1.1", b"1.0"),), b"POST /hot/a {'x': '1'} hi"),
        ((b"GET /hot/fault HTTP/1.1\r\n\r\n",), b"fault"),
        ((b"PUT /hot/a HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n",), b"404: Not Found"),
        ((b"\x16\x03\x01\x02\x00\x01\x00",), b""),
        (
            (b"POST /hot/a HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", b"hi"),
            b"POST /hot/a {} hi",
        ),
    ],
    ids=["head", "length", "chunks", "long head", "version", "1.0", "fault", "method", "tls",
         "expect"],
)  # fmt: skip
async def test_what_is_odd_gets_an_answer_or_an_end(site, parts, end):
    front_port, _, _ = site
    try:
        got = await ask(front_port, *parts)
    except ConnectionError:
        got = b""
    assert got.endswith(end)


async def test_a_query_is_read_as_the_application_would(site):
    front_port, _, _ = site
    request = b"GET /hot/a?x=%E4%BD%A0+1&y= HTTP/1.0\r\n\r\n"
    assert "{'x': '你 1', 'y': ''}".encode() in await ask(front_port, request)
    twice = request.replace(b"&y=", b"&x=2")
    assert b"None" in await ask(front_port, twice)


async def test_a_stop_answers_what_is_under_way(site, echo):
    front_port, _, front = site
    echo.gate.clear()
    asking = asyncio.create_task(ask(front_port, HOT))
    while not any(connection._answering for connection in front.open):  # noqa: ASYNC110 - it arrives
        await asyncio.sleep(0.01)
    closing = asyncio.create_task(front.close(5.0))
    await asyncio.sleep(0.05)
    echo.gate.set()
    assert (await asking).endswith(b"hi")
    await closing
    assert not front.open
    assert ("POST", "/hot/{account}", 200) in front.measured


class Watched(Connection):
    """A connection of which one can tell whether it is still in memory."""

    __slots__ = ("__weakref__",)


class Ring(Watched):
    """The planted fault: keeps the parser, which holds the connection."""

    __slots__ = ("kept",)

    def connection_lost(self, error: Exception | None) -> None:
        self.kept = self._parser
        super().connection_lost(error)


async def leave(port: int, sent: bytes, until: bytes) -> None:
    """Send, wait for a word, and go; with a reset where the word was not the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await reader.readuntil(until)
    if until == b"Continue":
        now = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
    writer.close()


async def holders(front: Front, kind: type[Watched], sent: bytes, until: bytes) -> Counter[str]:
    """Serve thirty connections without the collector, and name what holds those that are gone."""
    loop = asyncio.get_running_loop()
    seen: weakref.WeakSet[Watched] = weakref.WeakSet()

    def new() -> Watched:
        seen.add(made := kind(front, loop))
        return made

    gc.disable()
    try:
        async with await loop.create_server(new, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            await asyncio.gather(*(leave(port, sent, until) for _ in range(30)))
            front.answerer.gate.set()
            async with asyncio.timeout(CLOSED_WITHIN):
                while front.open:  # noqa: ASYNC110 - many close at once
                    await asyncio.sleep(0.01)
        for _ in range(10):  # whoever was about to answer them learns it
            await asyncio.sleep(0)
        return Counter(type(one).__name__ for left in seen for one in gc.get_referrers(left))
    finally:
        gc.enable()


EXPECTS = b"POST /hot/a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
LEAVING = {
    "answered": (HOT, b"hi"),
    "under way": (EXPECTS + b"hi", b"Continue"),
    "half": (EXPECTS + b"h", b"Continue"),
    "application": (b"GET /app HTTP/1.1\r\nHost: t\r\n\r\n", b"app "),
}


@pytest.mark.parametrize(("sent", "until"), LEAVING.values(), ids=LEAVING)
async def test_a_connection_that_is_closed_leaves_nothing_in_memory(site, echo, sent, until):
    if until == b"Continue":
        echo.gate.clear()
    assert not await holders(site[2], Watched, sent, until)


async def test_one_that_kept_its_parser_would_stay_in_memory(site):
    held = await holders(site[2], Ring, *LEAVING["answered"])
    assert held["method"] >= 30, held  # the parser has them
