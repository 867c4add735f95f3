"""Say who calls: a session cookie for people, a token for programs; refuse everybody else."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from aiohttp import web

from triagebot.domain.agent import Agent, Role, SecondFactorRule
from triagebot.errors import NotAllowed, NotSignedIn
from triagebot.store import agents
from triagebot.store.agents import SessionRow
from triagebot.store.database import Database
from triagebot.web.endpoint import SAFE_METHODS

IDLE = timedelta(hours=8)
LONGEST = timedelta(hours=24)
RENEW_EVERY = timedelta(minutes=5)
"""A session in use is prolonged this often, so that a read request stays a read."""

RANKS = {role: rank for rank, role in enumerate(Role)}
CSRF_HEADER = "X-CSRF-Token"
OWN = "/api/v1/session"
"""What is one's own, and all that is left to an admin who lacks a second factor they must have."""


def may(agent: Agent, role: Role) -> bool:
    """Return whether the agent has at least this role."""
    return RANKS[agent.role] >= RANKS[role]


@dataclass(frozen=True, slots=True)
class Door:
    """How browsers reach us, and what people must bring.

    `secure`: by https. `origins`: the only origins that pages may have, such as
    `https://desk.example.com`; when empty, an origin must name the host it calls.
    `proxies`: addresses whose `X-Forwarded-For` is believed, by its last entry.
    `second_factor`: who brings a code beside the password.
    """

    secure: bool = False
    origins: Collection[str] = ()
    proxies: Collection[str] = ()
    second_factor: SecondFactorRule = SecondFactorRule.OPTIONAL

    @property
    def cookie(self) -> str:
        """Name of the session cookie."""
        return "__Host-triagebot" if self.secure else "triagebot"

    def give(self, response: web.StreamResponse, token: str) -> None:
        """Let the browser keep a session, out of reach of scripts and of other sites."""
        response.set_cookie(
            self.cookie,
            token,
            max_age=int(LONGEST.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="Lax",
        )

    def address(self, request: web.Request) -> str:
        """Return the caller's address."""
        if request.remote in self.proxies:
            forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
            return forwarded or request.remote or ""
        return request.remote or ""

    def check_origin(self, request: web.Request) -> None:
        """Raise `NotAllowed` when a page of another site sends the request."""
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        origin = request.headers.get("Origin")
        if site == "cross-site" or not (origin is None or self._is_ours(origin, request)):
            raise NotAllowed("Another site may not do this.", fields={"Origin": "not ours"})

    def _is_ours(self, origin: str, request: web.Request) -> bool:
        if self.origins:
            return origin in self.origins
        return urlsplit(origin).netloc.lower() == request.headers.get("Host", "").lower()


class Auth:
    """Admits callers to endpoints by role, and keeps the sessions."""

    def __init__(self, db: Database, door: Door, clock: Callable[[], datetime]) -> None:
        self.door = door
        self._db = db
        self._clock = clock

    async def admit(self, request: web.Request, role: Role | None) -> Agent | None:
        """Return the caller.

        Raises `NotSignedIn`, or `NotAllowed` for want of role, token or second factor.
        """
        unsafe = request.method not in SAFE_METHODS
        if unsafe:
            self.door.check_origin(request)
        if role is None:
            return None
        agent = await self._caller(request, unsafe)
        if agent is None:
            raise NotSignedIn("Sign in first.")
        if not may(agent, role):
            raise NotAllowed(f"This needs the role {role}.", fields={"role": role.value})
        return agent

    async def person(self, request: web.Request) -> Agent | None:
        """Return who the cookie says is signed in, or None."""
        session = await self.session(request)
        return session.agent if session else None

    async def still_allowed(self, request: web.Request) -> bool:
        """Return whether the caller of a long request has not been shut out meanwhile."""
        try:
            return await self._caller(request, unsafe=False) is not None
        except NotAllowed:
            return False

    def lacks_second_factor(self, session: SessionRow) -> bool:
        """Return whether somebody must set up a second factor before anything else."""
        must = self.door.second_factor is SecondFactorRule.ADMINS
        return must and session.agent.role is Role.ADMIN and not session.second_factor

    async def session(self, request: web.Request) -> SessionRow | None:
        """Return the session of the cookie; one that ended or is too old is none."""
        token = self.session_token(request)
        if not token:
            return None
        now = self._clock()
        session = await self._db.read(agents.session_of, token, now)
        if session is None:
            return None
        if session.expires_at - now < IDLE - RENEW_EVERY:
            await self._renew(token, session, now)
        return session

    async def sign_in(self, agent: Agent, old_token: str) -> tuple[str, str]:
        """End the browser's old session and begin a new one; return its token and CSRF token."""
        now = self._clock()
        # The moment lies in the token, so that renewing cannot lose it; the hash covers it.
        token = f"{secrets.token_urlsafe(32)}.{int(now.timestamp())}"
        csrf = secrets.token_urlsafe(32)
        if old_token:
            await self._db.write(agents.close_session, old_token)
        await self._db.write(agents.open_session, agent.id, token, csrf, now, now + IDLE)
        return token, csrf

    async def sign_out(self, request: web.Request) -> None:
        """End the session of the request."""
        token = self.session_token(request)
        if token:
            await self._db.write(agents.close_session, token)

    def session_token(self, request: web.Request) -> str:
        """Return the cookie's value, empty when there is none."""
        return request.cookies.get(self.door.cookie, "")

    async def _caller(self, request: web.Request, unsafe: bool) -> Agent | None:
        bearer = _bearer(request)
        if bearer:
            return await self._db.read(agents.agent_of_token, bearer)
        session = await self.session(request)
        if session and unsafe:
            _check_csrf(request, session.csrf)
        if session and self.lacks_second_factor(session) and not request.path.startswith(OWN):
            what = {"second_factor": "missing"}
            raise NotAllowed("Set up your second factor first, at /desk/account.", fields=what)
        return session.agent if session else None

    async def _renew(self, token: str, session: SessionRow, now: datetime) -> None:
        began = token.rpartition(".")[2]
        if not began.isdecimal():  # not one of `sign_in`: it has the one end it was given
            return
        until = min(now + IDLE, datetime.fromtimestamp(int(began), UTC) + LONGEST)
        if until - session.expires_at < RENEW_EVERY:
            return
        steps = (
            partial(agents.close_session, token=token),
            partial(
                agents.open_session,
                agent_id=session.agent.id,
                token=token,
                csrf=session.csrf,
                now=now,
                expires_at=until,
            ),
        )
        # Looked up again in the same job: who signed out meanwhile stays signed out.
        await self._db.write(
            lambda connection: (
                list(map(lambda step: step(connection), steps))
                if agents.session_of(connection, token, now)
                else []
            )
        )


def _check_csrf(request: web.Request, wanted: str) -> None:
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(wanted.encode(), given.encode(errors="replace")):
        raise NotAllowed(
            f"The header {CSRF_HEADER} is missing or old; load the page again.",
            fields={CSRF_HEADER: "missing or old"},
        )


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.headers.get("api_access_token", "")
