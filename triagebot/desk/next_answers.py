"""Which answer to write next: what people answer most often that the bot could, in their hours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from triagebot.desk.editing import TrainedHolder
from triagebot.domain.agent import Role
from triagebot.store import handed_off
from triagebot.store.database import Database
from triagebot.store.handed_off import HandedOff
from triagebot.triage.cluster import Cluster, Waiting
from triagebot.triage.normalise import mask
from triagebot.triage.think import Mind
from triagebot.web.endpoint import Call, Endpoint

READ = 3_000
"""Newest messages that are grouped; a busier week is counted by these."""
SHOWN = 10
LEAST = 2


class NextQuery(msgspec.Struct, forbid_unknown_fields=True):
    """How many days to look back."""

    days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7


class NextAnswer(msgspec.Struct):
    """A thing that fans asked `n` times and people answered, which cost them `hours`.

    `example` is the most typical wording, masked. `near` is the answer that the bot thought of: it
    may only need more wordings; null where there is none.
    """

    example: str
    n: int
    hours: float
    intent: str | None
    near: str | None


class NextAnswerApi:
    """Owns `/api/v1/next_answers`."""

    def __init__(self, db: Database, holder: TrainedHolder, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint("GET", "/api/v1/next_answers", "Which answers to write next", self.show,
                     query=NextQuery, result=list[NextAnswer], role=Role.LEAD, tag="reports"),
        ]  # fmt: skip

    async def show(self, call: Call) -> list[NextAnswer]:
        """Return what would save most, best first."""
        since = self._clock() - timedelta(days=call.query.days)
        rows = await self._db.read(handed_off.newest, since, READ)
        return await asyncio.to_thread(next_answers, self._holder.mind, rows)


def next_answers(mind: Mind, rows: Sequence[HandedOff]) -> list[NextAnswer]:
    """Return the largest groups of messages with the hours that people spent on them.

    Hours are messages × minutes that the policy prices a message for a person at.
    """
    minutes = mind.catalogue.policy.human_cost
    found = mind.cluster([_waiting(row) for row in rows])
    big = [each for each in found if len(each.members) >= LEAST]
    return [_next(each, rows, minutes) for each in big[:SHOWN]]


def _next(cluster: Cluster, rows: Sequence[HandedOff], minutes: float) -> NextAnswer:
    n = len(cluster.members)
    typical = mask(rows[cluster.members[0].place].text)
    return NextAnswer(typical, n, round(n * minutes / 60, 1), cluster.intent, cluster.answer)


def _waiting(row: HandedOff) -> Waiting:
    return Waiting(row.text, row.intent, row.confidence, row.answer, row.answer_confidence)
