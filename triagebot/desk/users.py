"""Who may sign in and do what; every change is noted, and nobody can shut out the last admin."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec

from triagebot.domain.agent import Agent, Role
from triagebot.errors import Conflict
from triagebot.store import agents, audit_log, people, second_factors
from triagebot.store.database import Database
from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.passwords import Passwords

PATH = "/api/v1/users"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]


class UserShape(msgspec.Struct):
    """A person with a login."""

    id: str
    name: str
    role: Role
    language: str
    disabled: bool


class NewUser(msgspec.Struct, forbid_unknown_fields=True):
    """A person to add."""

    name: Name
    role: Role = Role.AGENT


class UserChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be different; what is left out stays."""

    role: Role | None = None
    disabled: bool | None = None


class Shown(msgspec.Struct):
    """A password that is shown this once."""

    name: str
    password: str


class UserApi:
    """Owns `/api/v1/users`."""

    def __init__(self, db: Database, passwords: Passwords, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._passwords = passwords
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints, which are the admins'."""
        return [
            Endpoint("GET", PATH, "Everybody with a login", self.everybody,
                     result=list[UserShape], role=Role.ADMIN, tag="users"),
            Endpoint("POST", PATH, "Add a person", self.add, NewUser, result=Shown,
                     role=Role.ADMIN, status=201, tag="users"),
            Endpoint("PATCH", PATH + "/{id}", "Change a role, shut out or let in", self.change,
                     UserChange, result=UserShape, role=Role.ADMIN, tag="users"),
            Endpoint("POST", PATH + "/{id}/password", "Give a person a new password", self.renew,
                     result=Shown, role=Role.ADMIN, tag="users"),
            Endpoint("DELETE", PATH + "/{id}/second-factor", "Take somebody's second factor away",
                     self.take_factor, role=Role.ADMIN, status=204, tag="users"),
        ]  # fmt: skip

    async def everybody(self, _call: Call) -> list[UserShape]:
        """Return all people, those shut out too, by name."""
        return [user_shape(each) for each in await self._db.read(agents.everybody)]

    async def add(self, call: Call) -> Shown:
        """Add a person and return a random password. Raises `Conflict` for a name in use."""
        password, new = secrets.token_urlsafe(9), call.body
        hashed = await self._hash(password)
        await self._db.write(people.add, new.name, new.role, hashed, call.signed_in, self._clock())
        return Shown(new.name, password)

    async def change(self, call: Call) -> UserShape:
        """Change a person.

        Raises `NotFound`, and `Conflict` when it is oneself or nobody could manage people after.
        """
        if call.id() == call.signed_in.id:
            raise Conflict("Somebody else must change your own role.", fields={"id": "yourself"})
        values = {
            name: value
            for name in UserChange.__struct_fields__
            if (value := getattr(call.body, name)) is not None
        }
        changed = await self._db.write(
            people.change, call.id(), values, call.signed_in, self._clock()
        )
        return user_shape(changed)

    async def renew(self, call: Call) -> Shown:
        """Replace somebody's password by a random one; all sessions of the person end.

        Raises `NotFound`, and `Conflict` for one's own: that needs the old one.
        """
        if call.id() == call.signed_in.id:
            raise Conflict("Your own is changed with the old one.", fields={"id": "own_password"})
        password = secrets.token_urlsafe(9)
        hashed = await self._hash(password)
        person = await self._db.write(
            people.renew, call.id(), hashed, call.signed_in, self._clock()
        )
        return Shown(person.name, password)

    async def take_factor(self, call: Call) -> None:
        """Take the second factor of somebody who lost theirs away. Raises `NotFound`, `Conflict`.

        One's own goes with a code only, as a desk left open must not be enough.
        """
        if call.id() == call.signed_in.id:
            raise Conflict("Your own goes with a code.", fields={"id": "own_factor"})
        who = audit_log.by_agent(call.signed_in.id)
        await self._db.write(second_factors.remove, call.id(), who, self._clock())

    async def _hash(self, password: str) -> str:
        return await asyncio.to_thread(self._passwords.hash, password)


def user_shape(person: Agent) -> UserShape:
    """Return a person on the wire."""
    return UserShape(str(person.id), person.name, person.role, person.language, person.disabled)
