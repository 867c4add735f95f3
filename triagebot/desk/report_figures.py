"""Put a period's counts together into a report's figures; pure, so that each can be checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import TypeVar
from zoneinfo import ZoneInfo

from triagebot.desk.audit import Estimate
from triagebot.desk.report_shapes import (
    AgentRow,
    Audited,
    DayRow,
    HeatRow,
    NamedRow,
    Rated,
    Treated,
    WaitShape,
)
from triagebot.store.first_replies import AgentWork, FirstReply, Waits
from triagebot.store.hour_counts import HourCount
from triagebot.store.ratings import Score

Key = TypeVar("Key")

_FIELDS = {"answer": "answered", "ask": "asked", "human": "handed_off", "silent": "silent"}


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a day begins in a zone."""
    return datetime.combine(day, time(), tzinfo=zone)


def treated(counts: Iterable[HourCount]) -> Treated:
    """Return what was done with these messages.

    The automatic share leaves out silence: there a person already had the conversation, or there
    was nothing to say.
    """
    sums = Treated()
    for row in counts:
        sums.messages += row.count
        field = _FIELDS[row.action]
        setattr(sums, field, getattr(sums, field) + row.count)
    open_to_bot = sums.messages - sums.silent
    sums.auto_share = round(sums.answered / open_to_bot, 4) if open_to_bot else None
    return sums


def by_day(counts: Sequence[HourCount], since: date, until: date, zone: ZoneInfo) -> list[DayRow]:
    """Return every day from `since` to `until`, those without messages too."""
    groups = _grouped(counts, lambda row: row.hour.astimezone(zone).date())
    days = (since + timedelta(days=i) for i in range((until - since).days + 1))
    return [DayRow(day, treated(groups.get(day, []))) for day in days]


def heat(counts: Iterable[HourCount], zone: ZoneInfo) -> list[HeatRow]:
    """Return messages by weekday and hour of the day, Monday first."""
    rows = [HeatRow(weekday, [0] * 24) for weekday in range(7)]
    for row in counts:
        local = row.hour.astimezone(zone)
        rows[local.weekday()].hours[local.hour] += row.count
    return rows


def by_name(counts: Iterable[HourCount], name: Callable[[HourCount], str]) -> list[NamedRow]:
    """Return one row for each name that `name` gives, the most messages first."""
    rows = [NamedRow(key, treated(group)) for key, group in _grouped(counts, name).items()]
    return sorted(rows, key=lambda row: (-row.treated.messages, row.name))


def audited(wrong_answers: Estimate) -> Audited:
    """Return the share of right answers from an estimate of the wrong ones."""
    rate = wrong_answers.rate
    return Audited(
        wrong_answers.judged,
        wrong_answers.wrong,
        None if rate is None else round(1 - rate, 4),
        round(1 - wrong_answers.high, 4),
        round(1 - wrong_answers.low, 4),
    )


def rated(counts: Mapping[str, int]) -> Rated:
    """Return the taps with the share of good ones."""
    good, fair, bad = (counts.get(score, 0) for score in Score)
    n = good + fair + bad
    return Rated(n, good, fair, bad, good / n if n else None)


def wait_shape(waits: Waits, replies: Sequence[FirstReply]) -> WaitShape:
    """Return what became of the waits, with the median and the ninth decile of those ended."""
    return WaitShape(
        waits.handed_off, waits.lost, waits.still_waiting, len(replies), *_middle_and_late(replies)
    )


def agent_rows(work: Iterable[AgentWork], replies: Iterable[FirstReply]) -> list[AgentRow]:
    """Return what each person did, with the waits that person ended."""
    ended = _grouped(replies, lambda reply: reply.agent_id)
    return [
        AgentRow(
            each.agent,
            each.texts,
            each.conversations,
            each.labels,
            len(ended.get(each.agent_id, [])),
            *_middle_and_late(ended.get(each.agent_id, [])),
        )
        for each in work
    ]


def _middle_and_late(replies: Sequence[FirstReply]) -> tuple[int | None, int | None]:
    seconds = sorted(round(reply.waited.total_seconds()) for reply in replies)
    if not seconds:
        return None, None
    # The nearest-rank definition: a wait that really was.
    return round(median(seconds)), seconds[(9 * len(seconds) + 9) // 10 - 1]


Row = TypeVar("Row")


def _grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
