"""How soon people answered: each wait from the message that called for a person to their text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from triagebot.store.times import from_ms, to_ms

WINDOW = timedelta(hours=48)
"""How long after a fan's message WeChat lets us write to the fan."""


@dataclass(frozen=True, slots=True)
class FirstReply:
    """One wait that a person ended."""

    agent_id: int
    agent: str
    channel: str
    at: datetime
    waited: timedelta


@dataclass(frozen=True, slots=True)
class AgentWork:
    """What one person did in a period."""

    agent_id: int
    agent: str
    texts: int
    conversations: int
    labels: int


@dataclass(frozen=True, slots=True)
class Waits:
    """Conversations that called for a person in a period.

    `lost` of them got no text of a person before their window closed; `still_waiting` have none
    yet and may still be answered.
    """

    handed_off: int
    lost: int
    still_waiting: int


def first_replies(
    connection: Connection, since: datetime, until: datetime, channel: str | None = None
) -> list[FirstReply]:
    """Return the waits that ended in [since, until), oldest first.

    A text ends a wait when a message was handed off after the text before it.
    """
    values = {"since": to_ms(since), "until": to_ms(until), "channel": channel}
    return [
        FirstReply(
            row.agent_id,
            row.name,
            row.channel,
            from_ms(row.created_at),
            timedelta(milliseconds=row.created_at - row.began),
        )
        for row in connection.execute(text(_REPLIES), values)
        if row.began is not None
    ]


def work(connection: Connection, since: datetime, until: datetime) -> list[AgentWork]:
    """Return what each person wrote and labelled in [since, until), the busiest first."""
    values = {"since": to_ms(since), "until": to_ms(until)}
    return [
        AgentWork(row.id, row.name, row.texts, row.conversations, row.labels)
        for row in connection.execute(text(_WORK), values)
    ]


def waits(
    connection: Connection,
    since: datetime,
    until: datetime,
    now: datetime,
    channel: str | None = None,
) -> Waits:
    """Return what became of the conversations that called for a person in [since, until)."""
    values = {
        "first": first_id(connection, since),
        "last": first_id(connection, until),
        "window": WINDOW // timedelta(milliseconds=1),
        "now": to_ms(now),
        "channel": channel,
    }
    row = connection.execute(text(_WAITS), values).one()
    return Waits(row.handed_off or 0, row.lost or 0, row.still_waiting or 0)


def first_id(connection: Connection, moment: datetime) -> int:
    """Return the least id of the messages received at `moment` or later, or one past the last.

    Ids grow with time, so halving finds it without an index that every message would pay for.
    """
    low, high = 1, (connection.execute(text("SELECT max(id) FROM message")).scalar() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        at = connection.execute(text(_AT), {"id": middle}).scalar()
        if at is None or at >= to_ms(moment):
            high = middle
        else:
            low = middle + 1
    return low


_AT = "SELECT received_at FROM message WHERE id >= :id ORDER BY id LIMIT 1"
_REPLIES = """
SELECT o.agent_id, a.name, c.channel, o.created_at, (
  SELECT min(m.received_at) FROM message AS m
  WHERE m.conversation_id = o.conversation_id AND m.action = 'human'
    AND m.received_at <= o.created_at AND m.received_at > coalesce((
      SELECT max(p.created_at) FROM outbound AS p
      WHERE p.conversation_id = o.conversation_id AND p.id < o.id), 0)
) AS began
FROM outbound AS o
JOIN agent AS a ON a.id = o.agent_id
JOIN conversation AS c ON c.id = o.conversation_id
WHERE o.created_at >= :since AND o.created_at < :until
  AND (CAST(:channel AS text) IS NULL OR c.channel = :channel)
ORDER BY o.created_at
"""
_WORK = """
SELECT a.id, a.name, coalesce(t.texts, 0) AS texts, coalesce(t.conversations, 0) AS conversations,
  coalesce(l.labels, 0) AS labels
FROM agent AS a
LEFT JOIN (
  SELECT agent_id, count(*) AS texts, count(DISTINCT conversation_id) AS conversations
  FROM outbound WHERE created_at >= :since AND created_at < :until GROUP BY agent_id
) AS t ON t.agent_id = a.id
LEFT JOIN (
  SELECT "by", count(*) AS labels FROM label
  WHERE at >= :since AND at < :until AND withdrawn_at IS NULL GROUP BY "by"
) AS l ON l."by" = a.name
WHERE coalesce(t.texts, 0) + coalesce(l.labels, 0) > 0
ORDER BY texts DESC, labels DESC, a.name
"""
_WAITS = """
SELECT count(*) AS handed_off,
  sum(CASE WHEN replied IS NULL AND last_at + :window <= :now THEN 1
           WHEN replied > last_at + :window THEN 1 ELSE 0 END) AS lost,
  sum(CASE WHEN replied IS NULL AND last_at + :window > :now THEN 1 ELSE 0 END) AS still_waiting
FROM (
  SELECT m.conversation_id, max(m.received_at) AS last_at, (
    SELECT min(o.created_at) FROM outbound AS o
    WHERE o.conversation_id = m.conversation_id AND o.created_at >= min(m.received_at)
  ) AS replied
  FROM message AS m
  WHERE m.id >= :first AND m.id < :last AND m.action = 'human'
    AND (CAST(:channel AS text) IS NULL OR m.channel = :channel)
  GROUP BY m.conversation_id
) AS pile
"""
