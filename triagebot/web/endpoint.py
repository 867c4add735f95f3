"""One table of endpoints is the source of routes, roles, the API description and its tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from aiohttp import web

from triagebot.domain.agent import Agent, Role
from triagebot.errors import NotFound, NotSignedIn
from triagebot.web.body import BODY_LIMIT, read_body, read_query

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_ID = 2**63 - 1
ENDPOINTS = web.AppKey("endpoints", list["Endpoint"])


@dataclass(frozen=True, slots=True)
class Call:
    """One request, already admitted, with its checked input."""

    request: web.Request
    body: Any = None
    query: Any = None
    params: Mapping[str, str] = field(default_factory=dict)
    agent: Agent | None = None

    @property
    def signed_in(self) -> Agent:
        """The agent who calls. Raises `NotSignedIn` where the endpoint is open to all."""
        if self.agent is None:
            raise NotSignedIn("Sign in first.")
        return self.agent

    def id(self, name: str = "id") -> int:
        """Return the number in the path. Raises `NotFound`: what is no number names nothing."""
        text = self.params[name]
        if not (text.isascii() and text.isdecimal() and int(text[:20]) <= LARGEST_ID):
            raise NotFound("There is nothing with this id.", fields={name: text[:40]})
        return int(text)


Handler = Callable[[Call], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method and path, who may call it, what it takes and what it gives.

    `role` is the least role that may call; None opens it to everybody. A handler returns a value
    for the body, None for an empty one, or a response of its own (pages, streams). `json_only`
    refuses bodies that do not say they are JSON, which an HTML form of another site cannot say.
    A body has at most `limit` bytes.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    body: type | None = None
    query: type | None = None
    result: Any = None
    role: Role | None = Role.AGENT
    status: int = 200
    tag: str = ""
    json_only: bool = True
    described: bool = True
    limit: int = BODY_LIMIT


class Gatekeeper(Protocol):
    """Says who calls, or refuses."""

    async def admit(self, request: web.Request, role: Role | None) -> Agent | None:
        """Return the caller; raises `NotSignedIn` or `NotAllowed`."""


class HasEndpoints(Protocol):
    """A class that owns some endpoints."""

    def endpoints(self) -> list[Endpoint]:
        """Return them in the order of the API description."""


def mount(app: web.Application, owners: Iterable[HasEndpoints], gate: Gatekeeper) -> None:
    """Add the routes of all owners to the application; each is guarded by `gate`.

    Raises `ValueError` when two endpoints have the same method and path.
    """
    table = app.setdefault(ENDPOINTS, [])
    for endpoint in (each for owner in owners for each in owner.endpoints()):
        if any((endpoint.method, endpoint.path) == (old.method, old.path) for old in table):
            raise ValueError(f"two endpoints for {endpoint.method} {endpoint.path}")
        table.append(endpoint)
        app.router.add_route(endpoint.method, endpoint.path, _route(endpoint, gate))


def endpoints_of(app: web.Application) -> Sequence[Endpoint]:
    """Return the table of all mounted endpoints."""
    return app.get(ENDPOINTS, [])


def _route(
    endpoint: Endpoint, gate: Gatekeeper
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def route(request: web.Request) -> web.StreamResponse:
        agent = await gate.admit(request, endpoint.role)
        body = endpoint.body and await read_body(
            request, endpoint.body, endpoint.json_only, endpoint.limit
        )
        query = endpoint.query and read_query(request, endpoint.query)
        call = Call(request, body, query, request.match_info, agent)
        return respond(await endpoint.handler(call), endpoint.status)

    return route


def respond(value: object, status: int = 200) -> web.StreamResponse:
    """Return `value` as a JSON response, or as it is when it already is a response."""
    if isinstance(value, web.StreamResponse):
        return value
    headers = {"Cache-Control": "no-store"}
    if value is None:
        return web.Response(status=204, headers=headers)
    return web.Response(
        body=msgspec.json.encode(value),
        status=status,
        content_type="application/json",
        charset="utf-8",
        headers=headers,
    )
