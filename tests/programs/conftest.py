"""A server, and somebody else's program that listens on loopback."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from aiohttp import web

from tests.desk.conftest import passwords, world
from triagebot.programs.webhook_sender import Rules, WebhookSender
from triagebot.store import webhooks

__all__ = ["passwords", "world"]

ALL = ("message_created", "message_updated", "conversation_created", "conversation_updated",
       "conversation_status_changed", "handoff", "label_created")  # fmt: skip


@dataclass
class Receiver:
    """Takes what comes, and answers as it is told: with `statuses`, then always 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict, dict, bytes]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.got.append((await request.json(), dict(request.headers), raw))
        status = self.statuses.pop(0) if self.statuses else 200
        headers = {"Location": "http://127.0.0.1:1/elsewhere"} if status == 302 else {}
        return web.Response(status=status, headers=headers)

    @property
    def kinds(self) -> list[str]:
        return [body["event"] for body, _, _ in self.got]


@pytest.fixture
async def receiver(aiohttp_server):
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    server = await aiohttp_server(app)
    receiver.url = str(server.make_url("/hook"))
    return receiver


@pytest.fixture
def sender(world):
    return WebhookSender(world.db, world.clock, Rules(allow_private=True))


@pytest.fixture
async def hook(world, receiver):
    """A webhook that wants everything; returns its number and secret."""
    row = await world.db.write(
        webhooks.add, receiver.url, ALL, "whsec_test", "agent:1", world.clock()
    )
    return row.id
