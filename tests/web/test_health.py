"""Health tells the truth: alive is not ready."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from prometheus_client.exposition import generate_latest

from tests.desk.conftest import World
from tests.web.conftest import OpenGate
from triagebot.errors import Busy
from triagebot.web.endpoint import mount
from triagebot.web.health import HealthApi, Metrics
from triagebot.web.middleware import errors_middleware
from triagebot.web.times import Times


async def test_a_server_that_can_store_is_ready(world: World) -> None:
    client = await world.client()
    for path in ("/healthz", "/readyz"):
        response = await client.get(path)
        assert (response.status, await response.json()) == (200, {"status": "ok"})


async def full() -> None:
    raise Busy("Full.")


async def broken() -> None:
    raise OSError("no space")


async def stuck() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("commit", [full, broken, stuck])
async def test_a_server_that_cannot_store_is_alive_but_not_ready(aiohttp_client, commit) -> None:
    app = web.Application(middlewares=[errors_middleware()])
    mount(app, [HealthApi(commit, Metrics())], OpenGate())
    client = await aiohttp_client(app)
    assert (await client.get("/healthz")).status == 200
    response = await client.get("/readyz")
    assert response.status == 503
    assert (await response.json())["error"]["code"] == "busy"


async def test_asking_often_commits_once_a_second(aiohttp_client) -> None:
    commits = []

    async def commit() -> None:
        commits.append(1)

    app = web.Application(middlewares=[errors_middleware()])
    mount(app, [HealthApi(commit, Metrics())], OpenGate())
    client = await aiohttp_client(app)
    await asyncio.gather(*(client.get("/readyz") for _ in range(50)))
    assert len(commits) < 25


async def test_requests_are_counted_by_route_and_never_by_what_was_asked(world: World) -> None:
    desk = await world.signed_in("小林")
    await desk.client.get("/api/v1/conversations/123456")
    await desk.client.get("/no/such/secret")
    text = await (await desk.client.get("/metrics")).text()
    line = 'triagebot_http_requests_total{method="GET",route="/api/v1/conversations/{id}"'
    assert f'{line},status="404"}} 1.0' in text
    assert "123456" not in text
    assert "secret" not in text


def test_times_of_all_processes_are_one_histogram():
    metrics, elsewhere = Metrics(), Times()
    for seconds in (0.0078125, 0.015625, 31.0):
        metrics.measure("POST", "/r", 200, seconds)
        elsewhere.add(seconds)
    metrics.take("POST", "/r", 200, elsewhere)
    metrics.take("POST", "/r", 503, elsewhere)
    text = generate_latest(metrics.registry).decode()
    for line in (
        'http_requests_total{method="POST",route="/r",status="200"} 6.0',
        'http_request_seconds_bucket{le="0.005",route="/r"} 0.0',
        'http_request_seconds_bucket{le="0.01",route="/r"} 3.0',
        'http_request_seconds_bucket{le="0.025",route="/r"} 6.0',
        'http_request_seconds_bucket{le="+Inf",route="/r"} 9.0',
        'http_request_seconds_count{route="/r"} 9.0',
        'http_request_seconds_sum{route="/r"} 93.0703125',
    ):
        assert f"triagebot_{line}" in text
