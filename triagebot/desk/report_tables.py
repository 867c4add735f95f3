"""The tables of a report, as columns and rows: what the page shows and the files hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from triagebot.desk.report_shapes import NamedRow, Report, Treated

Rows = Iterable[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `head` names its columns, stable and for programs."""

    head: Sequence[str]
    rows: Callable[[Report], Rows]


TREATED = ("messages", "answered", "asked", "handed_off", "silent", "auto_share")
WAITED = ("first_replies", "median_wait_seconds", "p90_wait_seconds")


def _treated(value: Treated) -> tuple[object, ...]:
    return (
        value.messages,
        value.answered,
        value.asked,
        value.handed_off,
        value.silent,
        value.auto_share,
    )


def _named(rows: Iterable[NamedRow]) -> Rows:
    return ((row.name, *_treated(row.treated)) for row in rows)


def _agents(report: Report) -> Rows:
    return (
        (a.name, a.texts, a.conversations, a.labels, a.first_replies, a.median_wait, a.p90_wait)
        for a in report.agents
    )


TABLES = {
    "days": Table(
        ("day", *TREATED), lambda report: ((row.day, *_treated(row.treated)) for row in report.days)
    ),
    "hours": Table(
        ("weekday", *(f"{hour:02d}" for hour in range(24))),
        lambda report: ((row.weekday + 1, *row.hours) for row in report.heat),
    ),
    "intents": Table(("intent", *TREATED), lambda report: _named(report.intents)),
    "channels": Table(("channel", *TREATED), lambda report: _named(report.channels)),
    "reasons": Table(("reason", *TREATED), lambda report: _named(report.reasons)),
    "agents": Table(("agent", "texts", "conversations", "labels", *WAITED), _agents),
}
