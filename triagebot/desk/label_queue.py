"""Messages to label one after the other, and what people differ on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from triagebot.desk.audit_shapes import NextQuery
from triagebot.desk.audits import BEFORE, talk_lines
from triagebot.desk.guess import Mind, MindHolder, guess
from triagebot.desk.label_shapes import Dispute, LabelItem, LabelNext, Need, Opinion, Suspect
from triagebot.desk.suspects import suspects
from triagebot.store import label_queue, labels, messages
from triagebot.store.database import Database
from triagebot.store.label_queue import Unlabelled
from triagebot.triage.selection import Doubt, choose
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/label-queue"
POOL = 2000
"""Among so many of the newest messages the next ones are chosen."""
DISPUTES = 50
JUDGED = 2000
"""So many of the newest labels are held against the model."""
SUSPECTS = 20
AHEAD = 20
TURNS = 4
"""So many in a row hold one that is drawn by chance."""
SURE = 0.8


class LabelQueueApi:
    """Owns the queue of messages to label: where most doubt is first, some by chance between."""

    def __init__(self, db: Database, holder: MindHolder, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints."""
        tag = "labels"
        return [
            Endpoint("GET", f"{PATH}/next", "The next message to label", self.next,
                     query=NextQuery, result=LabelNext, tag=tag),
            Endpoint("GET", f"{PATH}/disputes", "Messages that people labelled differently",
                     self.disputes, result=list[Dispute], tag=tag),
            Endpoint("GET", f"{PATH}/suspects", "Labels worth a second look", self.suspects,
                     result=list[Suspect], tag=tag),
            Endpoint("GET", f"{PATH}/messages/{{id}}", "A message to look at again", self.again,
                     result=LabelItem, tag=tag),
        ]  # fmt: skip

    async def next(self, call: Call) -> LabelNext:
        """Return the message that is most worth a label, or none."""
        me, now = call.signed_in, self._clock()
        begin = call.query.since or now - timedelta(days=1)
        pool = await self._db.read(label_queue.unlabelled, POOL, call.query.skipped)
        today = await self._db.read(label_queue.labelled_since, me.name, begin)
        # People who begin at once are at different turns.
        turn = me.id + today + len(call.query.skipped)
        chosen = await asyncio.to_thread(_first, pool, self._holder.mind, turn)
        item = await self._item(chosen.id, _why(chosen)) if chosen else None
        needs = [Need(name, n) for name, n in sorted(self._holder.mind.needs.items())]
        return LabelNext(item, len(pool), today, needs)

    async def disputes(self, _call: Call) -> list[Dispute]:
        """Return the newest disagreements with what was said."""
        found = await self._db.read(label_queue.disputed, DISPUTES)
        rows = await self._db.read(
            lambda connection: [messages.get(connection, number) for number in found]
        )
        return [
            Dispute(str(row.id), row.text, [Opinion(*each) for each in found[row.id]])
            for row in rows
        ]

    async def suspects(self, _call: Call) -> list[Suspect]:
        """Return the newest labels that the model contradicts, the greatest gain first."""
        mind, given = self._holder.mind, await self._db.read(labels.newest, JUDGED)
        predictions = await asyncio.to_thread(mind.think, [each.text for each in given])
        verdicts = await asyncio.to_thread(mind.verdicts)
        return suspects(mind.catalogue, given, predictions, verdicts, SUSPECTS)

    async def again(self, call: Call) -> LabelItem:
        """Return a message whoever labelled it. Raises `NotFound`."""
        return await self._item(call.id(), "again")

    async def _item(self, number: int, why: str) -> LabelItem:
        row = await self._db.read(messages.get, number)
        earlier = await self._db.read(messages.thread, row.conversation_id, BEFORE, row.id)
        made = await guess(self._holder.mind, row.id, row.text, row.decision.reason.value)
        return LabelItem(
            message_id=str(row.id),
            text=row.text,
            at=row.received_at,
            before=[line for each in earlier for line in talk_lines(each)],
            why=why,
            guess=made,
        )


def _why(chosen: Unlabelled) -> str:
    return "unsure" if chosen.confidence < SURE else "random"


def _first(pool: list[Unlabelled], mind: Mind, turn: int) -> Unlabelled | None:
    """Return the next to label: by turns an unsure one, or one by chance between them."""
    if not pool:
        return None
    doubts = [Doubt(each.intent, each.confidence) for each in pool]

    def alike(places: Sequence[int]) -> NDArray[np.float32]:
        rows = mind.likeness([pool[place].text for place in places]).rows(range(len(places)))
        return np.asarray(rows @ rows.T)

    # Nothing secret: the same turn shall find the same messages.
    order = choose(doubts, alike, AHEAD, random.Random(turn))  # noqa: S311
    return pool[order[turn % min(TURNS, len(order))]]
