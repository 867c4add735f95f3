"""Tokens with which programs speak in a person's name: one's own, and for admins everybody's."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from triagebot.domain.agent import Role
from triagebot.errors import Conflict
from triagebot.store import agents, people
from triagebot.store.agents import ApiTokenRow
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/tokens"
OF_A_PERSON = "/api/v1/users/{id}/tokens"
MOST = 20


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    """What the token is for."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class TokenShape(msgspec.Struct):
    """A token that works; what it is was shown once."""

    id: str
    name: str
    created_at: datetime


class NewlyMadeToken(msgspec.Struct):
    """A token, shown this once: header `Authorization: Bearer …` or `api_access_token`."""

    token: str
    about: TokenShape


class TokenApi:
    """Owns `/api/v1/tokens` and, for admins, `/api/v1/users/{id}/tokens`."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that list, make and end tokens."""
        tag = "tokens"
        return [
            Endpoint("GET", PATH, "Your tokens", self.list, result=list[TokenShape], tag=tag),
            Endpoint("POST", PATH, "Make a token; it is shown once", self.add, NewToken,
                     result=NewlyMadeToken, status=201, tag=tag),
            Endpoint("DELETE", f"{PATH}/{{id}}", "End a token", self.revoke, status=204, tag=tag),
            Endpoint("GET", OF_A_PERSON, "Somebody's tokens", self.list_of, role=Role.ADMIN,
                     result=list[TokenShape], tag=tag),
            Endpoint("DELETE", OF_A_PERSON + "/{token}", "End somebody's token", self.revoke_of,
                     role=Role.ADMIN, status=204, tag=tag),
        ]  # fmt: skip

    async def list(self, call: Call) -> Sequence[TokenShape]:
        """Return the caller's tokens."""
        rows = await self._db.read(agents.tokens, call.signed_in.id)
        return [_shape(row) for row in rows]

    async def add(self, call: Call) -> NewlyMadeToken:
        """Make one. Raises `Conflict` when there are too many."""
        me = call.signed_in.id
        if len(await self._db.read(agents.tokens, me)) >= MOST:
            raise Conflict("End a token first.", fields={"name": f"at most {MOST} tokens"})
        token = new_token()
        row = await self._db.write(people.add_token, me, call.body.name, token, self._clock())
        return NewlyMadeToken(token, _shape(row))

    async def revoke(self, call: Call) -> None:
        """End one at once. Raises `NotFound` for somebody else's."""
        me = call.signed_in.id
        await self._db.write(people.end_token, me, call.id(), self._clock())

    async def list_of(self, call: Call) -> Sequence[TokenShape]:
        """Return a person's tokens, never what they are. Raises `NotFound`."""
        person = await self._db.read(agents.get, call.id())
        return [_shape(row) for row in await self._db.read(agents.tokens, person.id)]

    async def revoke_of(self, call: Call) -> None:
        """End somebody's token at once, as it needs no second factor. Raises `NotFound`."""
        token = call.id("token")
        await self._db.write(people.end_token, call.id(), token, self._clock(), call.signed_in)


def new_token() -> str:
    """Return a token: nobody can guess it, and a leak is found by its beginning."""
    return "tb_" + secrets.token_urlsafe(32)


def _shape(row: ApiTokenRow) -> TokenShape:
    return TokenShape(str(row.id), row.name, row.created_at)
