"""Reports on the wire: shares are 0..1, waits whole seconds, days in the team's zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

LONGEST_DAYS = 400


class ReportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which days, both included; without them the newest seven. `channel` narrows it to one."""

    since: date | None = None
    until: date | None = None
    channel: Annotated[str, msgspec.Meta(max_length=100)] = ""


class Treated(msgspec.Struct):
    """Messages by what was done with them; `auto_share` is None where the bot had no say."""

    messages: int = 0
    answered: int = 0
    asked: int = 0
    handed_off: int = 0
    silent: int = 0
    auto_share: float | None = None


class DayRow(msgspec.Struct):
    """One day."""

    day: date
    treated: Treated


class NamedRow(msgspec.Struct):
    """One intent, channel or reason."""

    name: str
    treated: Treated


class HeatRow(msgspec.Struct):
    """One weekday, Monday 0, with its messages by hour of the day."""

    weekday: int
    hours: list[int]


class AgentRow(msgspec.Struct):
    """One person; waits are None when the person ended none."""

    name: str
    texts: int
    conversations: int
    labels: int
    first_replies: int
    median_wait: int | None
    p90_wait: int | None


class WaitShape(msgspec.Struct):
    """What became of conversations that called for a person."""

    handed_off: int
    lost: int
    still_waiting: int
    first_replies: int
    median_wait: int | None
    p90_wait: int | None


class Audited(msgspec.Struct):
    """How often automatic answers were right in blind checks; `right` is None before the first.

    `low` and `high` are the exact bounds of that share.
    """

    judged: int
    wrong: int
    right: float | None
    low: float
    high: float


class Rated(msgspec.Struct):
    """What fans tapped after talks with people; `share` of good ones is None without any."""

    n: int
    good: int
    fair: int
    bad: int
    share: float | None


class Report(msgspec.Struct):
    """All figures of a period; `before` is the period of the same length just before it."""

    since: date
    until: date
    channel: str
    today: date
    at: datetime
    total: Treated
    before: Treated
    audited: Audited
    waits: WaitShape
    rated: Rated
    days: list[DayRow]
    heat: list[HeatRow]
    intents: list[NamedRow]
    channels: list[NamedRow]
    reasons: list[NamedRow]
    agents: list[AgentRow]
    all_channels: list[str]
