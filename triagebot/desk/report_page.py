"""The page of reports: figures with their definitions, charts with a table twin, files to take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from triagebot.desk import report_charts as charts
from triagebot.desk.frames import Frames, Page, Sentence
from triagebot.desk.guess import MindHolder
from triagebot.desk.report_shapes import Report, ReportQuery
from triagebot.desk.report_tables import TABLES
from triagebot.desk.reports import ReportApi
from triagebot.errors import BadInput
from triagebot.store.agents import SessionRow
from triagebot.web.body import read_query
from triagebot.web.endpoint import Call, Endpoint

PRESETS = (1, 7, 28, 90)
"""Lengths, in days, that are one click away."""


class ReportPage:
    """Owns `/desk/reports`, which works without scripts."""

    def __init__(self, frames: Frames, reports: ReportApi, holder: MindHolder) -> None:
        self._frames = frames
        self._reports = reports
        self._holder = holder

    def endpoints(self) -> list[Endpoint]:
        """Return the page."""
        return [
            Endpoint("GET", "/desk/reports", "Reports", self.show, role=None, described=False),
        ]

    async def show(self, call: Call) -> Page:
        """Return the page; days that make no sense give the usual ones and say so."""

        async def fill(session: SessionRow, t: Sentence) -> Mapping[str, object]:
            try:
                problem, query = "", read_query(call.request, ReportQuery)
                report = await self._reports.report(query, session.agent)
            except BadInput:
                problem = t("report.bad_days")
                report = await self._reports.report(ReportQuery(), session.agent)
            language = session.agent.language
            return {"report": report, "problem": problem, **self._values(report, language, t)}

        return await self._frames.show(call, "desk/reports.html", "reports", fill)

    def _values(self, report: Report, language: str, t: Sentence) -> Mapping[str, object]:
        intents, unknown = self._holder.mind.catalogue.intents, t("report.no_intent")

        def title(name: str) -> str:
            return intents[name].title[language] if name in intents else name or unknown

        def reason(name: str) -> str:
            short = t(f"report.reason.{name}")
            return name if short.startswith("report.") else short

        return {
            "title": title,
            "reason": reason,
            "name_as_is": lambda name: name,
            "days_chart": charts.days(report.days, t),
            "heat_chart": charts.heat(report.heat, t),
            "span": lambda seconds: span(seconds, t),
            "presets": [(days, _preset(report, days)) for days in PRESETS],
            "files": {name: f"/api/v1/reports/{name}?{_query(report)}" for name in TABLES},
        }


def span(seconds: int | None, t: Sentence) -> str:
    """Return a length of time in the largest unit that fits; a dash where there is none."""
    if seconds is None:
        return "–"
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds >= length:
            return t(f"report.{unit}", n=f"{seconds / length:.3g}")
    return t("report.seconds", n=seconds)


def _preset(report: Report, days: int) -> str:
    since = report.today - timedelta(days=days - 1)
    return _address(since, report.today, report.channel)


def _query(report: Report) -> str:
    return _address(report.since, report.until, report.channel)


def _address(since: date, until: date, channel: str) -> str:
    values = {"since": since.isoformat(), "until": until.isoformat(), "channel": channel}
    return urlencode({name: value for name, value in values.items() if value})
