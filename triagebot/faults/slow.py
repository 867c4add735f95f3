"""Lets many clients hold connections open, each with half a request, while WeChat goes on sending.

Each of them brings a byte a second, for ever. All must be closed in time, and none of WeChat's
deliveries may be refused or wait too long meanwhile.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from triagebot.faults.ledger_check import LedgerCheck
from triagebot.faults.plan import Load
from triagebot.faults.planted import program
from triagebot.faults.process import ACCOUNT, ServerProcess
from triagebot.faults.sender import Sender, stamp
from triagebot.faults.tally import SLOWEST, Tally

CLOSED_WITHIN = 6.0
AT_ONCE = 250
"""So many connect in a tenth of a second."""

KINDS = ("nothing", "half a head", "half a body", "half a body for the desk")


def run(plan: Load) -> Tally:
    """Let a slow client a round come, all at once; one that is not closed in time is a fault."""
    tally = Tally("slow", plan.seed, plan.planted)
    server = ServerProcess(plan.folder, plan.models, program(plan.planted))
    with tally.timed():
        try:
            sender = Sender([server.url], plan.rate, plan.chance())
            asyncio.run(_live(tally, server, sender, plan))
        finally:
            server.kill()
    return tally


async def _live(tally: Tally, server: ServerProcess, sender: Sender, plan: Load) -> None:
    server.launch()
    await asyncio.to_thread(server.wait_until_ready)
    async with sender.sending():
        await asyncio.sleep(2.0)
        clients: list[asyncio.Task[float]] = []
        for number in range(plan.rounds):
            kind = KINDS[number % len(KINDS)]
            clients.append(asyncio.create_task(_be_slow(server.port, kind)))
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0.1)
        for client in asyncio.as_completed(clients):
            tally.worst("the last was closed after, s", await client)
            tally.rounds += 1
            plan.report(tally.rounds)
        await asyncio.sleep(2.0)
    check = LedgerCheck(server.store)
    tally.faults += check.bring_up()
    check.compare(tally, sender.ledger)
    _judge(tally, sender)


def _judge(tally: Tally, sender: Sender) -> None:
    ends, last = sender.ledger.ends, float(tally.figures["the last was closed after, s"])
    tally.figures["ends"] = ", ".join(f"{n} {end}" for end, n in ends.items())
    if last > CLOSED_WITHIN:
        tally.faults.append(f"a slow client was there for {last:.1f} s")
    if ends.keys() != {"200"}:
        tally.faults.append(f"deliveries ended otherwise: {tally.figures['ends']}")
    if sender.ledger.slowest > SLOWEST[tally.name]:
        tally.faults.append(f"an answer took {sender.ledger.slowest:.3f} s")


async def _be_slow(port: int, kind: str) -> float:
    """Send a beginning and then a byte a second; return the seconds until the server closed."""
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = loop.time()
    writer.write(_beginning(kind))
    dribbling = loop.create_task(_dribble(writer, kind))
    try:
        async with asyncio.timeout(2 * CLOSED_WITHIN):
            await reader.read()
    except (TimeoutError, ConnectionError):
        pass
    finally:
        dribbling.cancel()
        writer.close()
    return loop.time() - began


async def _dribble(writer: asyncio.StreamWriter, kind: str) -> None:
    while kind != KINDS[0]:
        await asyncio.sleep(1.0)
        writer.write(b"x")


def _beginning(kind: str) -> bytes:
    """Return what comes at once; the body for WeChat's callback has a right signature."""
    path = "/api/v1/chat" if kind == KINDS[3] else f"/wechat/{ACCOUNT}?{urlencode(stamp())}"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400\r\n".encode()
    return {KINDS[0]: b"", KINDS[1]: head}.get(kind, head + b"\r\n<xml>")
