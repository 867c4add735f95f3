"""One's own password: changed, and asked for again, as a desk left open must not be enough."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec

from triagebot.domain.agent import Agent
from triagebot.errors import BadInput
from triagebot.store import agents, people
from triagebot.store.database import Database
from triagebot.web.auth import OWN
from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.passwords import LONGEST, SHORTEST, Passwords
from triagebot.web.throttle import Clock, of_guesses


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """One's old and new password."""

    old: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]
    new: Annotated[str, msgspec.Meta(min_length=SHORTEST, max_length=LONGEST)]


class OwnPassword:
    """Checks the password of somebody signed in; guesses count together, wherever it is asked."""

    def __init__(self, db: Database, passwords: Passwords, clock: Clock) -> None:
        self._db = db
        self._passwords = passwords
        self._clock = clock
        self._failures = of_guesses(clock)

    async def check(self, me: Agent, typed: str) -> bool:
        """Return whether it is theirs. Raises `TooMany` after too many that were not."""
        self._failures.admit(str(me.id))
        found = await self._db.read(agents.find, me.name)
        right = await self._passwords.check(found and found[1], typed)
        if right:
            self._failures.forget(str(me.id))
        return right

    async def renew(self, me: Agent, new: str) -> None:
        """Replace it; all sessions of the person end."""
        hashed = await asyncio.to_thread(self._passwords.hash, new)
        await self._db.write(people.renew, me.id, hashed, me, self._clock())


class OwnPasswordApi:
    """Owns `/api/v1/session/password`."""

    def __init__(self, password: OwnPassword) -> None:
        self._password = password

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoint, open to everybody with a login."""
        return [
            Endpoint("PUT", f"{OWN}/password", "Change your own password", self.change,
                     PasswordChange, status=204, tag="session"),
        ]  # fmt: skip

    async def change(self, call: Call) -> None:
        """Change the caller's password; all their sessions end. Raises `BadInput`, `TooMany`."""
        me = call.signed_in
        if not await self._password.check(me, call.body.old):
            raise BadInput("The old password is not right.", fields={"old": "wrong"})
        await self._password.renew(me, call.body.new)
