"""Streams push events, never keep more than a little for a slow client, and end cleanly."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from triagebot.web.sse import ServerEvent, Stream, Streams


async def everybody() -> bool:
    return True


async def nobody() -> bool:
    return False


async def missed_one(stream: Stream) -> None:
    stream.offer(ServerEvent("1", "message", b'"missed"'))


async def nothing_missed(stream: Stream) -> None:
    return None


@pytest.fixture
def serve(aiohttp_client):
    async def start(streams: Streams, fill=nothing_missed, allowed=everybody):
        async def route(request: web.Request) -> web.StreamResponse:
            return await streams.serve(request, fill, allowed)

        app = web.Application()
        app.router.add_get("/events", route)
        app.on_shutdown.append(streams.close)
        return await aiohttp_client(app)

    return start


async def lines(response, count: int) -> list[str]:
    return [(await response.content.readline()).decode().strip() for _ in range(count)]


async def test_what_was_missed_comes_first_then_what_happens(serve) -> None:
    streams = Streams()
    client = await serve(streams, fill=missed_one)
    async with client.get("/events") as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["X-Accel-Buffering"] == "no"
        assert await lines(response, 2) == ["retry: 2000", ""]
        assert await lines(response, 4) == ["id: 1", "event: message", 'data: "missed"', ""]
        streams.offer(ServerEvent("2", "counts", b"{}"))
        assert await lines(response, 4) == ["id: 2", "event: counts", "data: {}", ""]


async def test_a_full_queue_becomes_one_resync(serve) -> None:
    async def too_much(stream: Stream) -> None:
        for number in range(1, 11):
            stream.offer(ServerEvent(str(number), "message", b"{}"))

    client = await serve(Streams(limit=4), fill=too_much)
    async with client.get("/events") as response:
        await lines(response, 2)
        assert (await lines(response, 4))[:2] == ["id: 9", "event: resync"]
        assert (await lines(response, 4))[:2] == ["id: 10", "event: message"]


async def test_a_quiet_stream_is_pinged(serve) -> None:
    client = await serve(Streams(ping_seconds=0.01))
    async with client.get("/events") as response:
        assert (await lines(response, 4))[2] == ": ping"


async def test_a_stream_ends_when_its_session_has_ended(serve) -> None:
    streams = Streams(ping_seconds=0.01)
    client = await serve(streams, allowed=nobody)
    async with client.get("/events") as response:
        assert await response.read() == b"retry: 2000\n\n"
    assert len(streams) == 0


async def test_a_client_that_goes_leaves_nothing_behind(serve) -> None:
    streams = Streams(ping_seconds=0.01)
    client = await serve(streams)
    response = await client.get("/events")
    await lines(response, 2)
    response.close()
    async with asyncio.timeout(30):
        while len(streams):  # noqa: ASYNC110 the server notices at its next ping
            await asyncio.sleep(0)


async def test_shutdown_ends_all_streams(serve) -> None:
    streams = Streams()
    client = await serve(streams)
    response = await client.get("/events")
    await lines(response, 2)
    await streams.close()
    assert await response.read() == b""


async def test_a_client_that_comes_during_shutdown_is_not_held(serve) -> None:
    streams = Streams()
    client = await serve(streams)
    await streams.close()
    async with client.get("/events") as response:
        assert await response.read() == b"retry: 2000\n\n"
