"""What each agent is offered: intents, channels, and how many conversations at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, insert, select

from triagebot.domain.agent import Agent
from triagebot.store import agents, audit_log
from triagebot.store.tables import skill


@dataclass(frozen=True, slots=True)
class Skill:
    """The intents and channels of an agent, none for all; `capacity` 0 is no limit.

    A channel is a kind such as `wechat`, or one account such as `wechat:main`.
    """

    intents: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    capacity: int = 0


def everybody(connection: Connection) -> dict[int, Skill]:
    """Return the skills of all agents for whom any were set."""
    return {
        row.agent_id: Skill(_names(row.intents), _names(row.channels), row.capacity)
        for row in connection.execute(select(skill))
    }


def put(connection: Connection, agent_id: int, given: Skill, by: Agent, now: datetime) -> None:
    """Replace an agent's skills. Raises `NotFound` for nobody."""
    person = agents.get(connection, agent_id)
    connection.execute(delete(skill).where(skill.c.agent_id == agent_id))
    if given != Skill():
        values = {
            "intents": msgspec.json.encode(given.intents).decode(),
            "channels": msgspec.json.encode(given.channels).decode(),
            "capacity": given.capacity,
        }
        connection.execute(insert(skill).values(agent_id=agent_id, **values))
    detail = {"name": person.name, "capacity": str(given.capacity)}
    detail |= {"intents": ", ".join(given.intents), "channels": ", ".join(given.channels)}
    audit_log.note(connection, audit_log.by_agent(by.id), "change_skills", now, detail=detail)


def _names(packed: str) -> tuple[str, ...]:
    return msgspec.json.decode(packed, type=tuple[str, ...])
