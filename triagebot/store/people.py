"""Changes to people's logins, each noted with who made it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from triagebot.domain.agent import Agent, Role
from triagebot.errors import Conflict
from triagebot.store import agents, audit_log
from triagebot.store.agents import ApiTokenRow
from triagebot.store.tables import agent


def add(
    connection: Connection,
    name: str,
    role: Role,
    password_hash: str,
    by: Agent,
    now: datetime,
) -> Agent:
    """Add a person. Raises `Conflict` when the name is in use."""
    person = agents.add(connection, name, role, password_hash, now, by.language)
    _note(connection, by, "add_user", now, {"name": name, "role": role.value})
    return person


def change(
    connection: Connection, agent_id: int, values: Mapping[str, Any], by: Agent, now: datetime
) -> Agent:
    """Set `role` or `disabled` of a person.

    Raises `NotFound`, and `Conflict` when no admin would be left who can sign in.
    """
    person = agents.get(connection, agent_id)
    if "role" in values:
        person = agents.set_role(connection, agent_id, values["role"])
    if "disabled" in values:
        person = agents.set_disabled(connection, agent_id, values["disabled"])
    if not _admins(connection):
        raise Conflict("Somebody must be left who can manage people.", fields={"role": "last"})
    told = {name: str(value) for name, value in values.items()}
    _note(connection, by, "change_user", now, {"name": person.name, **told})
    return person


def renew(
    connection: Connection, agent_id: int, password_hash: str, by: Agent, now: datetime
) -> Agent:
    """Replace a password; all sessions of the person end. Raises `NotFound`."""
    person = agents.get(connection, agent_id)
    agents.set_password(connection, agent_id, password_hash)
    _note(connection, by, "renew_password", now, {"name": person.name})
    return person


def add_token(
    connection: Connection, agent_id: int, name: str, token: str, now: datetime
) -> ApiTokenRow:
    """Remember a token with which a program speaks in a person's name. Raises `NotFound`."""
    row = agents.add_token(connection, agent_id, name, token, now)
    who = audit_log.by_agent(agent_id)
    audit_log.note(connection, who, "add_token", now, detail={"token": str(row.id)})
    return row


def end_token(
    connection: Connection, agent_id: int, token_id: int, now: datetime, by: Agent | None = None
) -> None:
    """End a person's token, for them or `by` somebody else; raises `NotFound` if it is not theirs.

    The log names the person where another did it.
    """
    agents.revoke_token(connection, agent_id, token_id, now)
    detail = {"token": str(token_id)}
    if by and by.id != agent_id:
        detail["name"] = agents.get(connection, agent_id).name
    who = audit_log.by_agent(by.id if by else agent_id)
    audit_log.note(connection, who, "revoke_token", now, detail=detail)


def _admins(connection: Connection) -> int:
    able = (agent.c.role == Role.ADMIN) & agent.c.disabled.is_(False)
    query = select(func.count()).select_from(agent).where(able)
    return connection.execute(query).scalar_one()


def _note(
    connection: Connection, by: Agent, what: str, now: datetime, detail: Mapping[str, str]
) -> None:
    audit_log.note(connection, audit_log.by_agent(by.id), what, now, detail=detail)
