"""The sender's connections: a fan's messages in order, and no line opened that nobody misses."""

from __future__ import annotations

import asyncio

import pytest

from triagebot.loadtest.address import find_target
from triagebot.loadtest.lines import Lines, Shot

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess"


class Server:
    """Answers whatever comes, in two pieces; closes all connections when told to."""

    def __init__(self) -> None:
        self.opened: list[asyncio.Transport] = []

    def hang_up(self) -> None:
        while self.opened:
            self.opened.pop().close()


class Peer(asyncio.Protocol):
    def __init__(self, server: Server) -> None:
        self.server = server

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.server.opened.append(transport)

    def data_received(self, data: bytes) -> None:
        self.transport.write(ANSWER[:30])
        asyncio.get_running_loop().call_later(0.001, self.transport.write, ANSWER[30:])


@pytest.fixture
async def world():
    server, ended = Server(), asyncio.Queue()
    listening = await asyncio.get_running_loop().create_server(lambda: Peer(server), "127.0.0.1", 0)
    target = find_target(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
    lines = Lines(target, 3, lambda shot, *end: ended.put_nowait((shot.place, *end)))
    await lines.open()
    yield server, lines, ended
    await lines.close()
    server.hang_up()
    listening.close()
    await asyncio.sleep(0)


def shots(count: int, fan: str = "") -> list[Shot]:
    return [Shot(place, fan or str(place), 0.0, b"a\n") for place in range(count)]


async def test_more_than_there_are_lines_are_all_answered_and_a_fans_in_order(world):
    _, lines, ended = world
    for shot in [*shots(8), *shots(4, "one")]:
        lines.fire(shot)
    async with asyncio.timeout(30):
        found = [await ended.get() for _ in range(12)]
    assert {end[1:] for end in found} == {(200, b"success")}
    assert sorted(place for place, *_ in found) == sorted([*range(8), *range(4)])
    assert lines.under_way == 0


async def test_lines_that_a_server_closes_are_opened_again_as_they_are_missed(world):
    server, lines, ended = world
    server.hang_up()
    async with asyncio.timeout(30):
        while lines._free:  # noqa: ASYNC110 - the server hangs up
            await asyncio.sleep(0.01)
    assert not lines._opening
    lines.fire(*shots(1))
    async with asyncio.timeout(30):
        assert await ended.get() == (0, 200, b"success")
    assert len(server.opened) == 1
