"""A server with workers: nothing acknowledged is lost, whichever of its processes dies."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from triagebot.faults import kill
from triagebot.faults.plan import Load
from triagebot.loadtest.address import find_target
from triagebot.loadtest.compare import compare
from triagebot.loadtest.own_server import PLAIN, own_server
from triagebot.loadtest.plan import Plan
from triagebot.loadtest.run import Course, run

WORKERS = 2


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:3]
    except OSError:
        return False


def wait_until(true, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture(scope="module")
def server(tmp_path_factory, promoted_models):
    folder = tmp_path_factory.mktemp("server")
    with own_server(folder, (f"models.dir={promoted_models}",), WORKERS) as started:
        wait_until(lambda: len(children(started.pid)) == WORKERS)
        yield started


async def load(server, out: Path, messages: int, rate: float, watch=lambda *_: None):
    plan = Plan(
        ["什么时候发货", "转人工", "手机怎么刷机"], messages, rate, int(time.time()), "00001"
    )
    target = find_target(server.url)
    course = Course(target, replace(PLAIN, host=target.name), plan, 32)
    tally = await run(course, out, watch)
    return tally, compare(server.store, f"wechat:{PLAIN.account}", plan, tally.acknowledged)


async def test_a_killed_worker_is_replaced_and_loses_nothing(server, tmp_path):
    first = set(children(server.pid))
    killed = []

    def kill_one(_tally, seconds):
        if seconds > 1.0 and not killed:
            killed.append(children(server.pid)[0])
            os.kill(killed[0], signal.SIGKILL)

    tally, kept = await load(server, tmp_path / "acked", 600, 200.0, kill_one)
    assert killed
    assert (kept.lost, kept.duplicate, kept.different) == (0, 0, 0)
    assert tally.acked > 200
    wait_until(lambda: len(set(children(server.pid)) - set(killed)) == WORKERS)
    assert len(set(children(server.pid)) & first) == WORKERS - 1


async def test_all_other_requests_reach_the_application(server):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        for path, status in (("/wechat/none", 403), ("/healthz", 200), ("/api/v1/nothing", 404),
                             ("/healthz", 200)):  # fmt: skip
            for _ in range(8):
                async with session.get(server.url + path) as response:
                    assert response.status == status, path
        body = b"x" * 60_000
        async with session.post(server.url + "/model/parse", data=body) as response:
            assert response.status == 400


def test_what_workers_answer_is_counted(server):
    urllib.request.urlopen(server.url + "/healthz").close()

    async def ask():
        async with aiohttp.ClientSession() as session, session.get(server.url + "/wechat/none"):
            pass

    asyncio.run(ask())
    line = 'route="/wechat/{account}",status="403"'

    def counted():
        with urllib.request.urlopen(server.url + "/metrics") as response:
            return line in response.read().decode()

    wait_until(counted)


def test_workers_end_with_the_process_that_stores(server):
    workers = children(server.pid)
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: not any(map(lives, workers)), 60.0)  # one that still starts ends late


def test_kills_of_the_whole_server_lose_nothing(tmp_path, promoted_models, monkeypatch):
    monkeypatch.setenv("TRIAGEBOT_SERVER__WORKERS", "1")
    tally = kill.run(Load(4, 11, folder=tmp_path, models=promoted_models, rate=150, within=12))
    assert tally.acked > 50
    assert (tally.lost, tally.different, tally.doubled, tally.faults) == (0, 0, 0, [])
