"""A small server with endpoints of every kind, behind a gate that lets everybody in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from tests.desk.conftest import passwords, world
from triagebot.domain.agent import Agent, Role
from triagebot.errors import Busy, Conflict
from triagebot.web.endpoint import Call, Endpoint, mount
from triagebot.web.middleware import errors_middleware, safe_headers

__all__ = ["passwords", "world"]

Client = TestClient[web.Request, web.Application]


class Note(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    number: int = 0
    tags: list[str] = []


class Page(msgspec.Struct, forbid_unknown_fields=True):
    q: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=10)] = 5


class Notes:
    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("POST", "/notes", "Echo", self.echo, Note, result=Note, tag="notes"),
            Endpoint("GET", "/notes", "Echo the query", self.query, query=Page, result=Page),
            Endpoint("GET", "/notes/{id}", "By number", self.number),
            Endpoint("DELETE", "/notes", "Nothing to say", self.nothing, status=204),
            Endpoint("GET", "/faults/{kind}", "Fails", self.fail, role=None),
        ]

    async def echo(self, call: Call) -> Note:
        return call.body

    async def query(self, call: Call) -> Page:
        return call.query

    async def number(self, call: Call) -> list[int]:
        return [call.id()]

    async def nothing(self, _call: Call) -> None:
        return None

    async def fail(self, call: Call) -> None:
        faults = {
            "conflict": Conflict("Li has it.", fields={"holder": "Li"}),
            "busy": Busy("Full."),
            "secret": RuntimeError("the secret words"),
        }
        raise faults[call.params["kind"]]


class OpenGate:
    async def admit(self, request: web.Request, role: Role | None) -> Agent | None:
        return Agent(1, "Li", Role.ADMIN)


@pytest.fixture
async def client(aiohttp_client: Callable[..., Awaitable[Client]]) -> Client:
    app = web.Application(middlewares=[errors_middleware()])
    app.on_response_prepare.append(safe_headers(secure=False))
    mount(app, [Notes()], OpenGate())
    return await aiohttp_client(app)
