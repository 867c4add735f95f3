"""What fans think of a talk with a person, by one tap after it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select

from triagebot.domain.conversation import Status
from triagebot.errors import Conflict
from triagebot.store.tables import conversation, outbound, rating
from triagebot.store.times import to_ms


class Score(StrEnum):
    """The three taps."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


def rated_by(connection: Connection, conversation_id: int) -> int | None:
    """Return the agent whose ended talk the fan may rate now; None when there is none.

    A talk is rated once: what an agent wrote after the last tap makes it a new one.
    """
    same = conversation.c.id == conversation_id
    status = connection.execute(select(conversation.c.status).where(same)).scalar()
    if status != Status.RESOLVED:
        return None
    own = (outbound.c.conversation_id == conversation_id) & outbound.c.agent_id.is_not(None)
    query = select(outbound.c.agent_id, outbound.c.created_at).where(own)
    last = connection.execute(query.order_by(outbound.c.id.desc()).limit(1)).first()
    if last is None:
        return None
    tapped = select(func.max(rating.c.at)).where(rating.c.conversation_id == conversation_id)
    at = connection.execute(tapped).scalar()
    return None if at is not None and at >= last.created_at else last.agent_id


def add(connection: Connection, conversation_id: int, score: Score, now: datetime) -> None:
    """Store a tap. Raises `Conflict` when there is no ended talk to rate."""
    agent_id = rated_by(connection, conversation_id)
    if agent_id is None:
        raise Conflict("There is no ended talk to rate.", fields={"score": "nothing"})
    values = {"conversation_id": conversation_id, "agent_id": agent_id, "score": score}
    connection.execute(insert(rating).values(**values, at=to_ms(now)))


def counts(
    connection: Connection, since: datetime, until: datetime, agent_id: int | None = None
) -> Mapping[str, int]:
    """Return how often each score was tapped in [since, until), of one agent or of all."""
    query = select(rating.c.score, func.count()).group_by(rating.c.score)
    query = query.where(rating.c.at >= to_ms(since), rating.c.at < to_ms(until))
    if agent_id is not None:
        query = query.where(rating.c.agent_id == agent_id)
    return {score: n for score, n in connection.execute(query)}
