"""What commands read from the store: labels, verdicts of audits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from triagebot.cli.stores import with_database
from triagebot.domain.label import Label, Source

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from triagebot.domain.change import Change
    from triagebot.store.audits import AuditRow
    from triagebot.store.database import Database
    from triagebot.store.shadows import Seen

PAGE = 1000


def stored_labels(settings: Any) -> list[Label]:
    """Return all labels of the database, in the order of entry."""
    return asyncio.run(with_database(settings, _all))


def stored_audits(settings: Any) -> list[Label]:
    """Return what the judged audits say, in the order of the draw.

    One that was wrong, nobody knows how, has no intent: it is right for no answer.
    """
    return asyncio.run(with_database(settings, _judged))


def stored_shadow(settings: Any, candidate: str, base: str) -> tuple[Seen, list[Change]] | None:
    """Return what a model in the shadow of another would have done, or None."""
    from triagebot.store import shadows

    async def read(database: Database) -> tuple[Seen, list[Change]] | None:
        return await database.read(shadows.read, candidate, base)

    return asyncio.run(with_database(settings, read))


def stored_texts(settings: Any, limit: int) -> list[str]:
    """Return the words of the newest messages of the database, newest first."""
    return asyncio.run(with_database(settings, _texts, limit))


async def _texts(database: Database, limit: int) -> list[str]:
    from triagebot.store import past

    return await database.read(past.newest_texts, limit)


async def _judged(database: Database) -> list[Label]:
    from triagebot.store import audits

    found: list[Label] = []
    after = 0
    while page := await database.read(audits.judged, after, PAGE):
        found.extend(await database.read(_as_labels, page))
        after = page[-1].id
    return found


def _as_labels(connection: Connection, page: Sequence[AuditRow]) -> list[Label]:
    from triagebot.store import messages
    from triagebot.store.audits import Verdict

    found = []
    for row in page:
        message = messages.get(connection, row.message_id)
        right = row.verdict is Verdict.RIGHT
        found.append(
            Label(
                text=message.text,
                intent=row.intent if right else row.right_intent or "",
                source=Source.AUDIT,
                by=row.by or "",
                at=row.judged_at or message.received_at,
                message_id=str(row.message_id),
                answer=message.decision.answer if right else row.right_answer,
                p_sample=row.p_sample,
                model=message.decision.model,
            )
        )
    return found


async def _all(database: Database) -> list[Label]:
    from triagebot.store import labels as store

    found: list[Label] = []
    after = 0
    while page := await database.read(store.export, after, PAGE):
        found.extend(row.label for row in page)
        after = page[-1].id
    return found
