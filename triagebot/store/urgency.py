"""Who of the queue is answered first.

A fan should be answered before the platform closes the window, and before their patience ends,
which is the shorter the dearer their matter is. The earlier of the two is what the queue is sorted
by, so long waits, costly matters and closing windows all move up. Whoever can no longer be written
to comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, case

from triagebot.store.tables import conversation

HOUR = 3_600_000
USUAL_HOURS = 12.0
_LAST = 1 << 50


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many hours a fan may wait, by intent; `usual` for all others. `now` is the moment."""

    now: datetime
    hours: Mapping[str, float] = field(default_factory=dict)
    usual: float = USUAL_HOURS

    def answer_by(self, now: int) -> ColumnElement[int]:
        """Return until when each conversation should be answered, in UTC milliseconds."""
        usual = round(self.usual * HOUR)
        waits = {name: round(hours * HOUR) for name, hours in self.hours.items()}
        may_wait = case(waits, value=conversation.c.intent, else_=usual) if waits else usual
        patient = conversation.c.waiting_since + may_wait
        window = conversation.c.window_until
        return case(
            (window == 0, patient),
            (window <= now, window + _LAST),
            (window < patient, window),
            else_=patient,
        )


USUAL = Patience(datetime(1970, 1, 1, tzinfo=UTC))
