"""What a webhook reads: made when it is sent, so that no fan's words wait in a queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from triagebot.errors import NotFound
from triagebot.programs import shapes
from triagebot.store import conversations, labels, messages, news, outbound
from triagebot.store.database import Database
from triagebot.store.webhook_queue import DeliveryRow

ACCOUNT = {"id": 1, "name": "triagebot"}
"""Chatwoot has accounts; we are one."""

_ABOUT_THE_TALK = (news.STATUS_CHANGED, news.CONVERSATION_UPDATED, news.CONVERSATION_CREATED)

Body = dict[str, Any]


async def body_of(db: Database, row: DeliveryRow, now: datetime) -> Body | None:
    """Return the body for one piece of news; None when what it is about was erased meanwhile."""
    try:
        about = await _about(db, row, now)
    except NotFound:
        return None
    return {**about, "event": row.kind, "account": ACCOUNT, "key": key_of(row)}


def key_of(row: DeliveryRow) -> str:
    """Return what is equal for all tries of the same news, and different otherwise."""
    return f"{row.kind}-{row.subject}"


async def _about(db: Database, row: DeliveryRow, now: datetime) -> Body:
    if row.conversation_id is None:
        return dict(row.payload)
    talk = await db.read(conversations.get, row.conversation_id)
    shown: Body = msgspec.to_builtins(shapes.conversation(talk, now, []))
    if row.kind in _ABOUT_THE_TALK:
        changed = {name: {"current_value": value} for name, value in row.payload.items()}
        return {**shown, "changed_attributes": [changed]}
    if row.kind == news.LABEL_CREATED:
        return {"conversation": shown, **await _label(db, row)}
    return {"conversation": shown, **msgspec.to_builtins(await _message(db, row))}


async def _message(db: Database, row: DeliveryRow) -> shapes.Message:
    if "outbound_id" in row.payload:
        return shapes.outgoing(await db.read(outbound.get, int(row.payload["outbound_id"])))
    return shapes.incoming(await db.read(messages.get, int(row.payload["message_id"])))


async def _label(db: Database, row: DeliveryRow) -> Body:
    number = int(row.payload["message_id"])
    said = await db.read(messages.get, number)
    label = (await db.read(labels.of_messages, [number])).get(number)
    given = None
    if label is not None:
        given = {"intent": label.intent, "answer": label.answer, "by": label.by,
                 "source": label.source.value}  # fmt: skip
    return {"message": msgspec.to_builtins(shapes.incoming(said)), "label": given}
