"""A server whose disk is full says 503, loses nothing, and serves again without a restart."""

import asyncio
import random
import resource

import pytest

from triagebot.faults.ledger_check import LedgerCheck
from triagebot.faults.process import ServerProcess
from triagebot.faults.sender import Sender
from triagebot.faults.tally import Tally

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.fixture
def server(tmp_path, promoted_models):
    server = ServerProcess(tmp_path, promoted_models)
    server.launch()
    server.wait_until_ready()
    yield server
    server.kill()


async def until(condition):
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 another process: nobody tells
            await asyncio.sleep(0.05)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux")
async def test_a_full_disk_is_busy_and_then_over(server):
    log = server.store.with_name(server.store.name + "-wal")
    sender = Sender([server.url], 200, random.Random(11))
    async with sender.sending() as ledger:
        await until(lambda: ledger.ends["200"] > 50)
        limit = log.stat().st_size + 20_000
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (limit, UNLIMITED[1]))
        await until(lambda: ledger.ends["503"] > 30)
        before = ledger.ends["200"]
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, UNLIMITED)
        await until(lambda: ledger.ends["200"] > before + 100)  # some of them twice
    tally, check = Tally("disk full", 11), LedgerCheck(server.store)
    assert check.bring_up(thorough=True) == []
    check.compare(tally, ledger)
    assert tally.acked > 100
    assert (tally.lost, tally.different, tally.doubled) == (0, 0, 0)
    assert "Traceback" not in server.log()
