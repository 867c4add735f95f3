"""Answer how much came, what was done with it, and how long fans waited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from triagebot.desk import report_figures as figures
from triagebot.desk.audit import estimate
from triagebot.desk.guess import MindHolder
from triagebot.desk.report_shapes import LONGEST_DAYS, Audited, Report, ReportQuery
from triagebot.desk.report_tables import TABLES
from triagebot.domain.agent import Agent, Role
from triagebot.errors import BadInput, NotFound
from triagebot.store import audits, first_replies, hour_counts, ratings
from triagebot.store.database import Database
from triagebot.store.replica import Replica
from triagebot.web.auth import may
from triagebot.web.csv_file import csv_response
from triagebot.web.endpoint import Call, Endpoint

USUAL_DAYS = 7


class ReportApi:
    """Owns `/api/v1/reports`; days begin in the team's own time zone."""

    def __init__(
        self,
        db: Database | Replica,
        holder: MindHolder,
        clock: Callable[[], datetime],
        timezone: str,
    ) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock
        self._zone = ZoneInfo(timezone)

    def endpoints(self) -> list[Endpoint]:
        """Return the report, and each of its tables as a file."""
        return [
            Endpoint("GET", "/api/v1/reports", "All figures of a period", self.show,
                     query=ReportQuery, result=Report, tag="reports"),
            Endpoint("GET", "/api/v1/reports/{table}", "One table of a report (text/csv)",
                     self.export, query=ReportQuery, tag="reports"),
        ]  # fmt: skip

    async def show(self, call: Call) -> Report:
        """Return the figures; agents see only their own among those of people."""
        return await self.report(call.query, call.signed_in)

    async def export(self, call: Call) -> web.Response:
        """Return one table as CSV. Raises `NotFound` for a table that there is not."""
        table = TABLES.get(call.params["table"])
        if table is None:
            raise NotFound("There is no such table.", fields={"table": ", ".join(TABLES)})
        report = await self.report(call.query, call.signed_in)
        name = f"triagebot-{call.params['table']}-{report.since}-{report.until}.csv"
        return csv_response(name, table.head, table.rows(report))

    async def report(self, query: ReportQuery, reader: Agent) -> Report:
        """Return the figures of the days asked for. Raises `BadInput` for days in disorder."""
        now = self._clock()
        since, until = _days(query, now.astimezone(self._zone).date())
        return await self._read(since, until, query.channel or None, reader, now)

    async def _read(
        self, since: date, until: date, channel: str | None, reader: Agent, now: datetime
    ) -> Report:
        read, length = self._db.read, until - since + timedelta(days=1)
        begin, end = self._span(since, until)
        earlier = self._span(since - length, since - timedelta(days=1))
        counts = await read(hour_counts.between, begin, end, channel)
        before = await read(hour_counts.between, *earlier, channel)
        replies = await read(first_replies.first_replies, begin, end, channel)
        waits = await read(first_replies.waits, begin, end, now, channel)
        work = await read(first_replies.work, begin, end)
        own = None if may(reader, Role.LEAD) else reader.id
        shown = [each for each in work if own in (None, each.agent_id)]
        rated = await read(ratings.counts, begin, end, own)
        return Report(
            since=since,
            until=until,
            channel=channel or "",
            today=now.astimezone(self._zone).date(),
            at=now,
            total=figures.treated(counts),
            before=figures.treated(before),
            audited=await self._audited(begin, end),
            waits=figures.wait_shape(waits, replies),
            rated=figures.rated(rated),
            days=figures.by_day(counts, since, until, self._zone),
            heat=figures.heat(counts, self._zone),
            intents=figures.by_name(counts, lambda row: row.intent),
            channels=figures.by_name(counts, lambda row: row.channel),
            reasons=figures.by_name(counts, lambda row: row.reason),
            agents=figures.agent_rows(shown, replies),
            all_channels=await read(hour_counts.channels),
        )

    async def _audited(self, begin: datetime, end: datetime) -> Audited:
        tallies = await self._db.read(audits.tally, begin, end)
        catalogue = self._holder.mind.catalogue
        return figures.audited(estimate(tallies, catalogue.policy, len(catalogue.intents))[0])

    def _span(self, first: date, last: date) -> tuple[datetime, datetime]:
        after = last + timedelta(days=1)
        return figures.start_of(first, self._zone), figures.start_of(after, self._zone)


def _days(query: ReportQuery, today: date) -> tuple[date, date]:
    until = query.until or max(today, query.since or today)
    since = query.since or until - timedelta(days=USUAL_DAYS - 1)
    if since > until:
        raise BadInput("The period ends before it begins.", fields={"since": "after until"})
    if (until - since).days >= LONGEST_DAYS:
        raise BadInput(
            f"A report covers {LONGEST_DAYS} days at most.", fields={"since": "too long ago"}
        )
    return since, until
