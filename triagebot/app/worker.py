"""A worker process: takes WeChat's requests in and thinks; the process that started it stores."""

from __future__ import annotations

import asyncio
import socket
import sys
from datetime import UTC, datetime

import msgspec

from triagebot.app import loops
from triagebot.app.accounts import accounts
from triagebot.app.memory import loading, settle, share_heaps
from triagebot.app.mind import live_mind
from triagebot.channels.wechat.reception import ANSWER_WITHIN, LAST_MOMENT, PREFIX, Reception
from triagebot.logs import set_up_logs
from triagebot.settings import Settings
from triagebot.web.front import Front
from triagebot.workers.calling import Calling
from triagebot.workers.handing import give

BACKLOG = 1024
DRAIN_SECONDS = 5.0


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


async def work(settings: Settings, line: socket.socket, giving: socket.socket, *at: int) -> None:
    """Serve on the sockets numbered `at` until told to stop, or until the storing process goes."""
    share_heaps()
    loop, stop = asyncio.get_running_loop(), loops.told_to_stop()
    with loading():
        mind = live_mind(settings, now)
    await mind.start()
    line.setblocking(False)
    _, calling = await loop.connect_accepted_socket(lambda: Calling(mind, stop.set), line)
    front = _front(settings, calling, giving)
    servers = [
        await loop.create_server(front, sock=socket.socket(fileno=number), backlog=BACKLOG)
        for number in at
    ]
    settle()
    calling.hello()
    await stop.wait()
    for server in servers:
        server.close()
    await front.close(DRAIN_SECONDS if calling.connected else 0.0)
    await mind.close()


def _front(settings: Settings, calling: Calling, giving: socket.socket) -> Front:
    """Return what takes WeChat's callbacks and gives every other connection away."""

    def pass_on(transport: asyncio.Transport, data: bytes) -> None:
        give(giving, transport, data)

    reception = Reception(
        accounts(settings),
        calling,
        now,
        within=ANSWER_WITHIN + LAST_MOMENT,
        acknowledge_unstored=False,
    )
    return Front(PREFIX, reception, pass_on, calling.measure)


def main(arguments: list[str]) -> None:
    """Run a worker; `arguments` are numbers of open sockets, the settings come on stdin."""
    line, giving, *at = map(int, arguments)
    settings = msgspec.json.decode(sys.stdin.buffer.read(), type=Settings)
    set_up_logs(settings.log.level, settings.log.format)
    loops.run(work(settings, socket.socket(fileno=line), socket.socket(fileno=giving), *at))


if __name__ == "__main__":
    main(sys.argv[1:])
