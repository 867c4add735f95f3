"""Read a fan's talk from a cursor on: what they said, and what the bot and people replied."""

from __future__ import annotations

import re
from dataclasses import dataclass

from triagebot.channels.webchat.shapes import Choice, Item, Items, Waiting
from triagebot.errors import BadInput
from triagebot.store import conversations, messages, outbound, ratings, waiting
from triagebot.store.database import Database
from triagebot.store.messages import MessageRow
from triagebot.store.outbound_rows import OutboundRow

CHANNEL = "webchat"
SHOWN = 100
"""Newest messages that one poll gives, and texts of agents at most."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a page has: the number of the last message and of the last text of an agent."""

    message: int = 0
    outbound: int = 0

    def __str__(self) -> str:
        return f"{self.message}.{self.outbound}"


def parse_cursor(text: str) -> Cursor:
    """Return the cursor; an empty text is the beginning. Raises `BadInput`."""
    if not text:
        return Cursor()
    match = re.fullmatch(r"(\d{1,18})\.(\d{1,18})", text, re.ASCII)
    if match is None:
        raise BadInput("after: is not a cursor of this talk", fields={"after": "cursor"})
    return Cursor(int(match[1]), int(match[2]))


async def conversation_of(db: Database, fan: str) -> int | None:
    """Return the fan's conversation, None before the first message."""
    row = await db.read(conversations.find, CHANNEL, fan)
    return row.id if row else None


async def read(db: Database, conversation_id: int, after: Cursor) -> Items:
    """Return what came after a cursor, oldest first, and whether the fan waits for a person."""
    said, texts, place, rated = await db.read(
        lambda connection: (
            messages.thread(connection, conversation_id, SHOWN),
            outbound.thread(connection, conversation_id, after.outbound, SHOWN),
            waiting.place(connection, conversation_id),
            ratings.rated_by(connection, conversation_id),
        )
    )
    new = [row for row in said if row.id > after.message]
    items = [item for row in new for item in _message_items(row)]
    items += [_outbound_item(row) for row in texts]
    return Items(
        items=sorted(items, key=lambda item: item.at),
        cursor=str(
            Cursor(
                max((row.id for row in new), default=after.message),
                max((row.id for row in texts), default=after.outbound),
            )
        ),
        waiting=Waiting(place) if place else None,
        rate=rated is not None,
    )


def _message_items(row: MessageRow) -> list[Item]:
    items = [Item(str(row.id), "fan", row.text, [], row.received_at)]
    if row.reply:
        options = [Choice(option.id, option.title) for option in row.reply.options]
        items.append(Item(f"r{row.id}", "bot", row.reply.text, options, row.received_at))
    return items


def _outbound_item(row: OutboundRow) -> Item:
    return Item(f"o{row.id}", "agent", row.text, [], row.created_at)
