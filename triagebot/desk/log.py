"""Who did what, when: for ops and admins, to read, filter and take along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from aiohttp import web

from triagebot.domain.agent import Role
from triagebot.store import agents, audit_log
from triagebot.store.audit_log import AuditRow
from triagebot.store.database import Database
from triagebot.web.csv_file import csv_response
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/log"
EXPORTED = 10_000


class LogQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Older than `before`, of one kind or person only where they are given."""

    before: Annotated[int, msgspec.Meta(ge=1)] | None = None
    what: Annotated[str, msgspec.Meta(max_length=100)] = ""
    who: Annotated[str, msgspec.Meta(max_length=100)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class Deed(msgspec.Struct):
    """One thing that somebody did; `who` is a person's name or a part of the program."""

    id: str
    at: datetime
    who: str
    what: str
    conversation_id: str | None
    detail: dict[str, str]


class LogPage(msgspec.Struct):
    """Deeds, newest first; `next` is the `before` of the following page."""

    items: list[Deed]
    next: str | None


class LogApi:
    """Owns `/api/v1/log`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that read and export."""
        return [
            Endpoint("GET", PATH, "Who did what, newest first", self.read, query=LogQuery,
                     result=LogPage, role=Role.OPS, tag="log"),
            Endpoint("GET", f"{PATH}/export", "The newest deeds (text/csv)", self.export,
                     query=LogQuery, role=Role.OPS, tag="log"),
        ]  # fmt: skip

    async def read(self, call: Call) -> LogPage:
        """Return one page."""
        return await self.page(call.query)

    async def page(self, query: LogQuery) -> LogPage:
        """Return the deeds that a query asks for."""
        rows = await self._rows(query, query.limit)
        more = str(rows[-1].id) if len(rows) == query.limit else None
        names = await self._names()
        return LogPage([_deed(row, names) for row in rows], more)

    async def export(self, call: Call) -> web.Response:
        """Return up to 10,000 deeds as CSV."""
        names = await self._names()
        deeds = [_deed(row, names) for row in await self._rows(call.query, EXPORTED)]
        rows = (
            (d.id, d.at.isoformat(), d.who, d.what, d.conversation_id, _written(d)) for d in deeds
        )
        head = ("id", "at", "who", "what", "conversation", "detail")
        return csv_response("triagebot-log.csv", head, rows)

    async def _rows(self, query: LogQuery, limit: int) -> Sequence[AuditRow]:
        who = query.who
        if who:
            found = await self._db.read(agents.find, who)
            who = audit_log.by_agent(found[0].id) if found else who
        return await self._db.read(audit_log.newest, limit, query.before, query.what, who)

    async def _names(self) -> dict[str, str]:
        everybody = await self._db.read(agents.everybody)
        return {audit_log.by_agent(each.id): each.name for each in everybody}


def _deed(row: AuditRow, names: dict[str, str]) -> Deed:
    conversation = None if row.conversation_id is None else str(row.conversation_id)
    who = names.get(row.who, row.who)
    return Deed(str(row.id), row.at, who, row.what, conversation, dict(row.detail))


def _written(deed: Deed) -> str:
    return "; ".join(f"{name}={value}" for name, value in deed.detail.items())
