"""Waiting conversations offered to one agent for a while; everybody may still take them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from triagebot.store import events
from triagebot.store.tables import conversation, offer, outbound
from triagebot.store.times import from_ms, to_ms
from triagebot.store.waiting import IS_WAITING


@dataclass(frozen=True, slots=True)
class Offer:
    """To whom a conversation is offered until when, and why; nobody's once all let it pass.

    `passed` are those who let an earlier offer of the same wait run out.
    """

    conversation_id: int
    agent_id: int | None
    why: str
    until: datetime
    passed: tuple[int, ...] = ()


def standing(connection: Connection) -> dict[int, Offer]:
    """Return the offers of all who still wait, by conversation."""
    source = offer.join(conversation, conversation.c.id == offer.c.conversation_id)
    query = select(offer).select_from(source).where(IS_WAITING)
    return {
        row.conversation_id: Offer(
            row.conversation_id,
            row.agent_id,
            row.why,
            from_ms(row.until),
            msgspec.json.decode(row.passed, type=tuple[int, ...]),
        )
        for row in connection.execute(query)
    }


def put(connection: Connection, offers: Iterable[Offer]) -> None:
    """Replace offers, clear those of conversations that wait no more, and tell the screens."""
    waiting = select(conversation.c.id).where(IS_WAITING)
    connection.execute(delete(offer).where(offer.c.conversation_id.not_in(waiting)))
    for each in offers:
        number = each.conversation_id
        connection.execute(delete(offer).where(offer.c.conversation_id == number))
        values = {"agent_id": each.agent_id, "why": each.why, "until": to_ms(each.until)}
        passed = msgspec.json.encode(each.passed).decode()
        connection.execute(
            insert(offer).values(conversation_id=number, passed=passed, **values),
        )
        events.emit(connection, "conversation", number, {"change": "offer"})


def last_agents(connection: Connection, conversations: Collection[int]) -> Mapping[int, int]:
    """Return who wrote last in each conversation in which a person ever wrote."""
    newest = select(func.max(outbound.c.id)).where(
        outbound.c.conversation_id.in_(conversations), outbound.c.agent_id.is_not(None)
    )
    query = select(outbound.c.conversation_id, outbound.c.agent_id).where(
        outbound.c.id.in_(newest.group_by(outbound.c.conversation_id))
    )
    return {row.conversation_id: row.agent_id for row in connection.execute(query)}
