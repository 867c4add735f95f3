"""Listens, alone or with workers, until the process is told to stop; then finishes its work."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

import msgspec
from aiohttp import web

from triagebot.app.loops import told_to_stop
from triagebot.app.memory import settle, share_heaps
from triagebot.app.server import Server
from triagebot.channels.wechat.reception import PREFIX
from triagebot.errors import BadInput
from triagebot.web.front import Front
from triagebot.workers.crew import Crew, StandIn
from triagebot.workers.serving import Issues, Serving

log = logging.getLogger(__name__)

BACKLOG = 1024
DRAIN_SECONDS = 5.0
ROUTE = PREFIX + "{account}"
WORKER = ("-m", "triagebot.app.worker")


async def run(server: Server, workers: int = 0) -> None:
    """Serve until SIGINT or SIGTERM.

    With `workers` above 0 that many processes take WeChat's requests in. Raises `BadInput` when
    the address cannot be listened on.

    A node alone lets connections wait while it starts, which takes it a second or two. One of
    several may have to wait for a migration: until it can answer it accepts none, so that they
    go to the others.
    """
    share_heaps()
    stop = told_to_stop()
    groups = _sockets(server, max(1, workers))
    runner = web.AppRunner(server.app, access_log=None, shutdown_timeout=DRAIN_SECONDS)
    if not await _set_up(runner, stop):
        return
    front = _front(server, runner)
    stand_in = partial(_accept, front)
    async with AsyncExitStack() as ending:
        ending.push_async_callback(_finish, front, runner)
        if workers:
            crew = _crew(server, front, groups, stand_in)
            await crew.start()
            ending.push_async_callback(crew.close)
        else:
            ending.callback(await stand_in(groups[0]))
        settle()
        host, port = server.settings.server.host, groups[0][0].getsockname()[1]
        log.info("listening on %s port %d", host, port)
        await stop.wait()
        for each in (one for group in groups for one in group):
            each.close()


def _sockets(server: Server, count: int) -> list[list[socket.socket]]:
    """Open `count` groups of sockets on the address; raises `BadInput` when that cannot be."""
    host, port = server.settings.server.host, server.settings.server.port
    try:
        groups = open_sockets(host, port, count)
        if not server.db.is_shared:
            let_wait(groups)
    except OSError as error:
        raise BadInput(
            f"{host} port {port} cannot be listened on: {error.strerror}. "
            "Does a server run there already? --port takes another.",
            fields={"server.port": "taken"},
        ) from error
    return groups


async def _set_up(runner: web.AppRunner, stop: asyncio.Event) -> bool:
    """Start all parts; return False when told to stop before they had started."""
    starting = asyncio.ensure_future(runner.setup())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if starting.done():
        await starting
        return True
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    return False


def _front(server: Server, runner: web.AppRunner) -> Front:
    """Return what takes WeChat's callbacks itself and passes all else on to the application."""

    def pass_on(_transport: asyncio.Transport, _data: bytes) -> asyncio.Protocol:
        assert runner.server is not None  # noqa: S101 - it has been set up
        return runner.server()

    reception, measure = server.wechat.callback.reception, server.metrics.measure
    return Front(PREFIX, reception, pass_on, measure)


def let_wait(groups: Sequence[Sequence[socket.socket]]) -> None:
    """Let connections come and wait until somebody takes them."""
    for each in (one for group in groups for one in group):
        each.listen(BACKLOG)


async def _finish(front: Front, runner: web.AppRunner) -> None:
    """Answer what is under way; screens that follow live are told to go by the application."""
    await asyncio.gather(front.close(DRAIN_SECONDS), runner.cleanup())


async def _accept(front: Front, sockets: Sequence[socket.socket]) -> Callable[[], None]:
    """Take connections from sockets by this process, until the returned function is called."""
    loop = asyncio.get_running_loop()
    # Copies, as a server closes what it listened on, and a worker may need it yet.
    servers = [await loop.create_server(front, sock=s.dup(), backlog=BACKLOG) for s in sockets]

    def relieve() -> None:
        for server in servers:
            server.close()

    return relieve


def _crew(
    server: Server, front: Front, groups: Sequence[Sequence[socket.socket]], stand_in: StandIn
) -> Crew:
    adopting: set[asyncio.Task[None]] = set()

    def take(accepted: socket.socket, first: bytes) -> None:
        task = asyncio.get_running_loop().create_task(_adopt(front, accepted, first))
        adopting.add(task)
        task.add_done_callback(adopting.discard)

    serving = partial(
        Serving,
        server.wechat.callback.replies.reply,
        server.intake.thinker,
        server.metrics.take,
        ROUTE,
        server.pressure,
        Issues(server.mind),
        # Where there is a spool, it takes what the store cannot.
        lambda: server.spooled is None and server.pressure.refuses,
    )
    settings = msgspec.json.encode(server.settings)
    return Crew(WORKER, settings, groups, serving, take, stand_in)


async def _adopt(front: Front, accepted: socket.socket, first: bytes) -> None:
    accepted.setblocking(False)
    loop = asyncio.get_running_loop()
    _, connection = await loop.connect_accepted_socket(front, accepted)
    connection.data_received(first)


def open_sockets(host: str, port: int, groups: int) -> list[list[socket.socket]]:
    """Return `groups` times bound sockets for all addresses of `host`; none listens yet.

    The kernel spreads connections over the groups. Port 0 takes a free one, the same for all.
    Raises `OSError` when the address is taken.
    """
    found: list[list[socket.socket]] = []
    for _ in range(groups):
        group = []
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            each = socket.socket(family, kind, protocol)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if groups > 1:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            each.bind((address[0], port, *address[2:]))
            port = each.getsockname()[1]
            group.append(each)
        found.append(group)
    return found
