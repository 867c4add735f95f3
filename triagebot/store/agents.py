"""People, their sessions and their programs' tokens; of every secret only its SHA-256 is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from triagebot.domain.agent import Agent, Role
from triagebot.errors import Conflict, NotFound
from triagebot.store.tables import agent, api_token, second_factor, session
from triagebot.store.times import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Somebody signed in; `csrf` goes with every change they ask for.

    `second_factor` says that the person has one, not that this session was begun with it.
    """

    agent: Agent
    csrf: str
    expires_at: datetime
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class ApiTokenRow:
    """A token that programs use in a person's name."""

    id: int
    name: str
    created_at: datetime


def add(
    connection: Connection,
    name: str,
    role: Role,
    password_hash: str,
    now: datetime,
    language: str = "zh",
) -> Agent:
    """Add a person; raises `Conflict` when the name is in use."""
    if find(connection, name) is not None:
        raise Conflict("Somebody has this name already.", fields={"name": "in use"})
    values = {"name": name, "role": role, "language": language, "disabled": False}
    query = insert(agent).values(**values, password_hash=password_hash, created_at=to_ms(now))
    number = connection.execute(query.returning(agent.c.id)).scalar_one()
    return get(connection, number)


def get(connection: Connection, agent_id: int) -> Agent:
    """Return a person; raises `NotFound`."""
    row = connection.execute(select(agent).where(agent.c.id == agent_id)).first()
    if row is None:
        raise NotFound("There is no such person.")
    return _to_agent(row)


def find(connection: Connection, name: str) -> tuple[Agent, str] | None:
    """Return the person with a name and their password hash, for signing in."""
    row = connection.execute(select(agent).where(agent.c.name == name)).first()
    return (_to_agent(row), row.password_hash) if row else None


def everybody(connection: Connection) -> list[Agent]:
    """Return all people, disabled ones too, by name."""
    rows = connection.execute(select(agent).order_by(agent.c.name))
    return [_to_agent(row) for row in rows]


def set_password(connection: Connection, agent_id: int, password_hash: str) -> None:
    """Change a password; all sessions of the person end."""
    _set(connection, agent_id, password_hash=password_hash)
    connection.execute(delete(session).where(session.c.agent_id == agent_id))


def set_role(connection: Connection, agent_id: int, role: Role) -> Agent:
    """Change what a person may do."""
    return _set(connection, agent_id, role=role)


def set_language(connection: Connection, agent_id: int, language: str) -> Agent:
    """Change the language of a person's screens."""
    return _set(connection, agent_id, language=language)


def set_disabled(connection: Connection, agent_id: int, disabled: bool) -> Agent:
    """Shut a person out at once, tokens and sessions too, or let them in again."""
    connection.execute(delete(session).where(session.c.agent_id == agent_id))
    return _set(connection, agent_id, disabled=disabled)


def open_session(
    connection: Connection,
    agent_id: int,
    token: str,
    csrf: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Remember that a person signed in, until `expires_at`."""
    times = {"created_at": to_ms(now), "expires_at": to_ms(expires_at)}
    values = {"token_hash": _digest(token), "agent_id": agent_id, "csrf": csrf}
    connection.execute(insert(session).values(**values, **times))


def session_of(connection: Connection, token: str, now: datetime) -> SessionRow | None:
    """Return the session of a token unless it has ended or the person is disabled."""
    both = session.join(agent, agent.c.id == session.c.agent_id)
    both = both.outerjoin(second_factor, second_factor.c.agent_id == agent.c.id)
    query = select(agent, session.c.csrf, session.c.expires_at, second_factor.c.confirmed_at)
    query = query.select_from(both).where(
        session.c.token_hash == _digest(token),
        session.c.expires_at > to_ms(now),
        agent.c.disabled.is_(False),
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    has_factor = row.confirmed_at is not None
    return SessionRow(_to_agent(row), row.csrf, from_ms(row.expires_at), has_factor)


def close_session(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(delete(session).where(session.c.token_hash == _digest(token)))


def prune_sessions(connection: Connection, now: datetime) -> int:
    """Delete the sessions that have ended and return how many."""
    return connection.execute(delete(session).where(session.c.expires_at <= to_ms(now))).rowcount


def add_token(
    connection: Connection, agent_id: int, name: str, token: str, now: datetime
) -> ApiTokenRow:
    """Remember a token that a program may use in a person's name."""
    get(connection, agent_id)
    values = {"agent_id": agent_id, "name": name, "token_hash": _digest(token)}
    query = insert(api_token).values(**values, created_at=to_ms(now))
    number = connection.execute(query.returning(api_token.c.id)).scalar_one()
    return ApiTokenRow(number, name, now)


def agent_of_token(connection: Connection, token: str) -> Agent | None:
    """Return in whose name a token speaks, unless it was revoked or the person is disabled."""
    query = select(agent).join(api_token, api_token.c.agent_id == agent.c.id)
    query = query.where(api_token.c.token_hash == _digest(token), api_token.c.revoked_at.is_(None))
    row = connection.execute(query.where(agent.c.disabled.is_(False))).first()
    return _to_agent(row) if row else None


def tokens(connection: Connection, agent_id: int) -> list[ApiTokenRow]:
    """Return the tokens of a person that still work, oldest first."""
    query = select(api_token).where(
        api_token.c.agent_id == agent_id, api_token.c.revoked_at.is_(None)
    )
    rows = connection.execute(query.order_by(api_token.c.id))
    return [ApiTokenRow(row.id, row.name, from_ms(row.created_at)) for row in rows]


def everybodys_tokens(connection: Connection) -> list[tuple[Agent, ApiTokenRow]]:
    """Return the tokens of all people, those shut out too, and in whose name each is."""
    people = everybody(connection)
    return [(one, token) for one in people for token in tokens(connection, one.id)]


def revoke_token(connection: Connection, agent_id: int, token_id: int, now: datetime) -> None:
    """End a person's token; raises `NotFound` if it is not theirs."""
    own = (api_token.c.id == token_id) & (api_token.c.agent_id == agent_id)
    query = update(api_token).where(own).values(revoked_at=to_ms(now))
    if connection.execute(query).rowcount == 0:
        raise NotFound("There is no such token.")


def _set(connection: Connection, agent_id: int, **values: object) -> Agent:
    connection.execute(update(agent).where(agent.c.id == agent_id).values(**values))
    return get(connection, agent_id)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _to_agent(row: Row[Any]) -> Agent:
    return Agent(row.id, row.name, Role(row.role), row.language, bool(row.disabled))
