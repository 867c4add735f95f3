"""Sign in, sign out, and say who is signed in."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from aiohttp import web

from triagebot.domain.agent import Agent
from triagebot.errors import NotSignedIn
from triagebot.store import agents
from triagebot.store.agents import SessionRow
from triagebot.store.database import Database
from triagebot.web.auth import OWN, Auth
from triagebot.web.endpoint import Call, Endpoint, respond
from triagebot.web.passwords import Passwords
from triagebot.web.second_factor import Code, SecondFactors
from triagebot.web.throttle import Clock, of_guesses

Language = Literal["zh", "en"]


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """Name and password of a person, and the code of their second factor where they have one."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    code: Code = ""


class LanguageChoice(msgspec.Struct, forbid_unknown_fields=True):
    """The language a person wants the console in."""

    language: Language


class Person(msgspec.Struct):
    """Who is signed in."""

    id: str
    name: str
    role: str
    language: str


class Session(msgspec.Struct):
    """Who is signed in, and the token that must come with every change."""

    agent: Person
    csrf: str


class SessionApi:
    """Owns `/api/v1/session`; guessing is slowed per account and per address."""

    def __init__(
        self, db: Database, auth: Auth, passwords: Passwords, factors: SecondFactors, clock: Clock
    ) -> None:
        self._db = db
        self._auth = auth
        self._passwords = passwords
        self._factors = factors
        self._failures = of_guesses(clock)

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints of the session."""
        path, tag = OWN, "session"
        return [
            Endpoint(
                "POST", path, "Sign in", self.create, SignIn, result=Session, role=None, tag=tag
            ),
            Endpoint("GET", path, "Who is signed in", self.show, result=Session, tag=tag),
            Endpoint("DELETE", path, "Sign out", self.delete, status=204, tag=tag),
            Endpoint(
                "PUT", f"{path}/language", "Choose the language", self.choose_language,
                LanguageChoice, result=Session, tag=tag,
            ),
        ]  # fmt: skip

    async def create(self, call: Call) -> web.StreamResponse:
        """Check name, password and code; answer with a new session and its cookie."""
        name, address = call.body.name, self._auth.door.address(call.request)
        # Counted before the check, so that tries sent all at once are not all let through.
        self._failures.admit(f"name:{name}", f"address:{address}")
        agent, stored = await self._db.read(agents.find, name) or (None, None)
        usable = stored if agent and not agent.disabled else None
        right = await self._passwords.check(usable, call.body.password)
        if not right or agent is None:
            raise NotSignedIn("Name or password is wrong.")
        if not call.body.code and await self._factors.is_asked_of(agent):
            self._failures.undo(f"name:{name}")
            self._failures.undo(f"address:{address}")
            raise NotSignedIn("A code is needed too.", fields={"code": "needed"})
        if not await self._factors.check(agent, call.body.code):
            raise NotSignedIn("The code is wrong or was used.", fields={"code": "wrong"})
        self._failures.forget(f"name:{name}")
        # Not forgotten: one good account must not buy its address more guesses at others.
        self._failures.undo(f"address:{address}")
        old = self._auth.session_token(call.request)
        token, csrf = await self._auth.sign_in(agent, old)
        response = respond(_session(agent, csrf))
        self._auth.door.give(response, token)
        return response

    async def show(self, call: Call) -> Session:
        """Return the session of the caller."""
        return _session(call.signed_in, await self._csrf(call))

    async def delete(self, call: Call) -> web.StreamResponse:
        """End the session here and in the browser."""
        await self._auth.sign_out(call.request)
        response = respond(None)
        response.del_cookie(
            self._auth.door.cookie, path="/", secure=self._auth.door.secure, httponly=True
        )
        return response

    async def choose_language(self, call: Call) -> Session:
        """Store the language of the caller."""
        agent = await self._db.write(agents.set_language, call.signed_in.id, call.body.language)
        return _session(agent, await self._csrf(call))

    async def _csrf(self, call: Call) -> str:
        session = await self._auth.session(call.request)
        return session.csrf if session else ""


def session_shape(row: SessionRow) -> Session:
    """Return a session on the wire."""
    return _session(row.agent, row.csrf)


def _session(agent: Agent, csrf: str) -> Session:
    person = Person(str(agent.id), agent.name, agent.role.value, agent.language)
    return Session(person, csrf)
