"""A second factor: whether one is asked for, whether a code is right, and one's own setting up."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from triagebot.domain.agent import Agent, SecondFactorRule
from triagebot.errors import BadInput, Conflict
from triagebot.store import audit_log, second_factors
from triagebot.store.database import Database
from triagebot.web import totp
from triagebot.web.auth import OWN, Auth
from triagebot.web.endpoint import Call, Endpoint, respond
from triagebot.web.own_password import OwnPassword
from triagebot.web.passwords import LONGEST
from triagebot.web.throttle import Clock, of_guesses

PATH = f"{OWN}/second-factor"

Code = Annotated[str, msgspec.Meta(max_length=40)]
"""Of the app, six digits, or a recovery code."""


class OwnWord(msgspec.Struct, forbid_unknown_fields=True):
    """One's password, so that a desk left open is not enough to begin."""

    password: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]


class OwnCode(msgspec.Struct, forbid_unknown_fields=True):
    """A code of one's app or, where one is set up, a recovery code."""

    code: Code


class Secret(msgspec.Struct):
    """What an app is to remember, shown until a code confirms it; `address` as a picture has it."""

    secret: str
    address: str


class RecoveryCodes(msgspec.Struct):
    """Codes for when the app is lost, each good for once; shown this once."""

    codes: list[str]


class SecondFactors:
    """Checks codes; guesses count together, at sign-in and at the desk.

    Not with those of passwords: knowing the password must not buy more guesses at the code.
    """

    def __init__(self, db: Database, auth: Auth, clock: Clock) -> None:
        self._db = db
        self._auth = auth
        self._clock = clock
        self._failures = of_guesses(clock)

    @property
    def are_off(self) -> bool:
        """Whether the owner wants none."""
        return self._auth.door.second_factor is SecondFactorRule.OFF

    async def is_asked_of(self, agent: Agent) -> bool:
        """Return whether this person's password alone is not enough."""
        if self.are_off:
            return False
        found = await self._db.read(second_factors.of, agent.id)
        return found is not None and found.confirmed

    async def check(self, agent: Agent, code: str) -> bool:
        """Return whether a code is right, and use it up; true where none is asked for.

        Raises `TooMany`.
        """
        return not await self.is_asked_of(agent) or await self.use(agent, code)

    async def use(self, agent: Agent, code: str) -> bool:
        """Use up a code of the app or a recovery code; False when it is neither.

        Raises `TooMany` after too many that were neither.
        """
        found = await self._db.read(second_factors.of, agent.id)
        if found is None or not found.confirmed:
            return False
        self.guess(agent)
        now = self._clock()
        step = totp.step_of(found.secret, code, now, found.last_step)
        if step is not None:
            right = await self._db.write(second_factors.use_step, agent.id, step)
        else:
            right = await self._db.write(second_factors.use_recovery_code, agent.id, code, now)
        if right:
            self.forgive(agent)
        return right

    def guess(self, agent: Agent) -> None:
        """Count one more code before it is looked at. Raises `TooMany`."""
        self._failures.admit(str(agent.id))

    def forgive(self, agent: Agent) -> None:
        """Forget a person's guesses, as they had the right code."""
        self._failures.forget(str(agent.id))


class SecondFactorApi:
    """Owns `/api/v1/session/second-factor`: what people do with their own."""

    def __init__(
        self, db: Database, auth: Auth, password: OwnPassword, factors: SecondFactors, clock: Clock
    ) -> None:
        self._db = db
        self._auth = auth
        self._password = password
        self._factors = factors
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints, open to everybody with a login."""
        tag = "session"
        return [
            Endpoint("POST", PATH, "Begin to set up a second factor", self.begin, OwnWord,
                     result=Secret, tag=tag),
            Endpoint("PUT", PATH, "Confirm it with a code; a new session begins", self.confirm,
                     OwnCode, result=RecoveryCodes, tag=tag),
            Endpoint("POST", PATH + "/recovery-codes", "New recovery codes for the ones before",
                     self.renew_codes, OwnCode, result=RecoveryCodes, tag=tag),
            Endpoint("POST", PATH + "/removal", "Remove your second factor", self.remove,
                     OwnCode, status=204, tag=tag),
        ]  # fmt: skip

    async def begin(self, call: Call) -> Secret:
        """Return a new secret. Raises `BadInput`, and `Conflict` when there is one or none may."""
        me = call.signed_in
        if self._factors.are_off:
            raise Conflict("Second factors are switched off.", fields={"second_factor": "off"})
        if not await self._password.check(me, call.body.password):
            raise BadInput("The password is not right.", fields={"password": "wrong"})
        secret = totp.new_secret()
        await self._db.write(second_factors.begin, me.id, secret, self._clock())
        return Secret(secret, totp.address(secret, me.name))

    async def confirm(self, call: Call) -> web.StreamResponse:
        """Let it count from now on. Raises `Conflict` when none was begun, `BadInput`."""
        me, now = call.signed_in, self._clock()
        found = await self._db.read(second_factors.of, me.id)
        if found is None or not found.is_pending(now):
            raise Conflict("Begin anew: that took too long.", fields={"second_factor": "begin"})
        self._factors.guess(me)
        step = totp.step_of(found.secret, call.body.code, now, found.last_step)
        if step is None:
            raise _wrong()
        self._factors.forgive(me)
        codes = await self._db.write(second_factors.confirm, me.id, step, now)
        token, _ = await self._auth.sign_in(me, "")
        response = respond(RecoveryCodes(codes))
        self._auth.door.give(response, token)
        return response

    async def renew_codes(self, call: Call) -> RecoveryCodes:
        """Replace the recovery codes. Raises `Conflict` without a second factor, `BadInput`."""
        await self._prove(call)
        codes = await self._db.write(second_factors.renew_codes, call.signed_in.id, self._clock())
        return RecoveryCodes(codes)

    async def remove(self, call: Call) -> None:
        """Take it away. Raises `Conflict` where there is none, `BadInput`."""
        await self._prove(call)
        me = call.signed_in.id
        await self._db.write(second_factors.remove, me, audit_log.by_agent(me), self._clock())

    async def _prove(self, call: Call) -> None:
        me = call.signed_in
        found = await self._db.read(second_factors.of, me.id)
        if found is None or not found.confirmed:
            raise Conflict("There is no second factor.", fields={"second_factor": "none"})
        if not await self._factors.use(me, call.body.code):
            raise _wrong()


def _wrong() -> BadInput:
    return BadInput("The code is wrong or was used.", fields={"code": "wrong"})
