"""Two nodes on one PostgreSQL: each hears of the other's commits, and neither waits for ever."""

import asyncio
import os
import signal
import time
from contextlib import contextmanager

import psycopg
import pytest

from triagebot.store import database as database_module
from triagebot.store import engines, events
from triagebot.store.database import Database


@pytest.fixture
async def nodes(new_postgres_url, clock, monkeypatch):
    # Long enough for the line that takes over, which a busy machine opens slowly.
    monkeypatch.setattr(database_module, "WRITE_SECONDS", 5.0)
    monkeypatch.setattr(engines, "CONNECT_SECONDS", 30)
    both = [Database(new_postgres_url, clock=clock) for _ in range(2)]
    for node in both:
        await node.start()
    yield both
    for node in both:
        await node.close()


async def test_a_commit_on_one_node_is_heard_on_the_other(nodes):
    heard = asyncio.Event()
    nodes[1].on_commit(heard.set)
    async with asyncio.timeout(60):
        while not heard.is_set():  # the bell of a node that has just started may not listen yet
            await nodes[0].write(events.emit, "noted")
            await asyncio.sleep(0.1)
    assert await nodes[1].read(events.newest) > 0


async def test_many_commits_ring_few_times(nodes, new_postgres_url):
    plain = new_postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as listener:
        listener.execute("LISTEN triagebot")
        began = time.monotonic()
        for _ in range(100):
            await nodes[0].write(events.emit, "noted")
        took = time.monotonic() - began
        rung = list(listener.notifies(timeout=1.0))
    assert 1 <= len(rung) <= took / 0.2 + 2


async def test_a_commit_leaves_a_frozen_line_for_another(nodes, new_postgres_url):
    await nodes[0].write(events.emit, "noted")
    with _frozen(new_postgres_url):
        began = time.monotonic()
        await nodes[0].write(events.emit, "noted")
        assert time.monotonic() - began > database_module.WRITE_SECONDS / 2
    assert await nodes[1].read(events.newest) == 2


@contextmanager
def _frozen(url):
    """Stop the server's process behind each connection, as a machine that hangs would."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        query += " AND pid <> pg_backend_pid()"
        pids = [pid for (pid,) in connection.execute(query)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
