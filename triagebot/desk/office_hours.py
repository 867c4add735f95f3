"""When people are at work: several periods a day, in the team's own time zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from triagebot.errors import BadInput

_PERIOD = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DAY = 24 * 60


class OfficeHours:
    """Working periods such as `09:00-12:00,13:30-18:00`; one may run over midnight.

    Raises `BadInput` for what cannot be read.
    """

    def __init__(self, periods: str, timezone: str, clock: Callable[[], datetime]) -> None:
        self._periods = [_period(text.strip()) for text in periods.split(",")]
        self._clock = clock
        try:
            self._zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadInput(f"desk.timezone: there is no time zone {timezone!r}") from error

    def staffed(self) -> bool:
        """Return whether people are at work now."""
        now = self._clock().astimezone(self._zone).time()
        minute = _minutes(now)
        return any(_within(minute, start, end) for start, end in self._periods)


def _period(text: str) -> tuple[int, int]:
    match = _PERIOD.fullmatch(text)
    if not match:
        raise BadInput(f"desk.hours: {text!r} is no period; write 09:00-18:00")
    start, end = (int(match[i]) * 60 + int(match[i + 1]) for i in (1, 3))
    if start > _DAY or end > _DAY:
        raise BadInput(f"desk.hours: {text!r} is past the end of the day")
    return start, end


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _within(minute: int, start: int, end: int) -> bool:
    return start <= minute < end if start <= end else minute >= start or minute < end
