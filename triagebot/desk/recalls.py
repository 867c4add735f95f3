"""Take a wrong answer back: see who was told it, and send them what is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from triagebot.desk.editing import TrainedHolder
from triagebot.desk.edition_shapes import Text
from triagebot.domain.agent import Role
from triagebot.domain.edition import AnswerWords, Subject
from triagebot.errors import BadInput
from triagebot.store import editions, recalls
from triagebot.store.database import Database
from triagebot.store.recalls import Given, Order, RecallRow, State, Told
from triagebot.triage.catalogue import reply_problem
from triagebot.triage.editions import words_of
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/recalls"
UNDO = timedelta(seconds=60)
"""For how long nothing leaves, so that it can be taken back."""

SHORTEST, WORDINGS = 6, 20
"""Shorter texts are in replies by chance; of so many newest versions people's replies are known."""

Answer = Annotated[str, msgspec.Meta(min_length=3, max_length=200, pattern="/")]


class Span(msgspec.Struct, forbid_unknown_fields=True):
    """An answer, and when it was wrong: from, and until before."""

    answer: Answer
    since: datetime
    until: datetime


class NewRecall(Span, forbid_unknown_fields=True):
    """The correction for all who were told an answer in that time."""

    text: Text = ""


class Reach(msgspec.Struct):
    """How many fans were told, how many can be written to, and until when the first of them."""

    told: int
    reachable: int
    soonest: datetime | None


class RecallShape(msgspec.Struct):
    """A correction; `waiting`, `sent`, `unreachable` and `undone` count fans."""

    id: str
    answer: str
    since: datetime
    until: datetime
    text: str
    by: str
    state: State
    told: int
    waiting: int
    sent: int
    unreachable: int
    undone: int
    created_at: datetime
    starts_at: datetime


class RecallApi:
    """Owns `/api/v1/recalls`, which are for ops."""

    def __init__(self, db: Database, holder: TrainedHolder, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that look, send and take back."""
        tag, ops = "recalls", Role.OPS
        return [
            Endpoint("GET", PATH, "Corrections that were sent, newest first", self.newest,
                     result=list[RecallShape], role=ops, tag=tag),
            Endpoint("POST", PATH + "/reach", "Who was told an answer, and can be reached",
                     self.reach, Span, result=Reach, role=ops, tag=tag),
            Endpoint("POST", PATH, "Send a correction in a minute", self.add, NewRecall,
                     result=RecallShape, role=ops, status=201, tag=tag),
            Endpoint("POST", PATH + "/{id}/undo", "Take a correction back", self.undo,
                     result=RecallShape, role=ops, tag=tag),
        ]  # fmt: skip

    async def newest(self, _call: Call) -> list[RecallShape]:
        """Return the last corrections."""
        return await self.listed()

    async def listed(self) -> list[RecallShape]:
        """Return the last corrections, newest first."""
        return [_shape(row) for row in await self._db.read(recalls.newest)]

    async def reach(self, call: Call) -> Reach:
        """Return how many were told and can be written to."""
        return reach_of(await self.told(call.body))

    async def told(self, span: Span) -> list[Told]:
        """Return who was told, newest first. Raises `BadInput` for a time that nobody means."""
        return await self._db.read(recalls.told, await self._given(span), self._clock())

    async def add(self, call: Call) -> RecallShape:
        """Hold a correction for a minute, then let it leave. Raises `Conflict` for nobody."""
        body, now = call.body, self._clock()
        given = await self._given(body)
        problem = reply_problem(body.text.strip(), ())
        if problem:
            raise BadInput(f"text: {problem}", fields={"text": "form"})
        agent = call.signed_in.id
        order = Order(given, body.text.strip(), agent, now + UNDO)
        return _shape(await self._db.write(recalls.add, order, now))

    async def undo(self, call: Call) -> RecallShape:
        """Take a correction back. Raises `Conflict` once it leaves, `NotFound`."""
        return _shape(
            await self._db.write(recalls.undo, call.id(), call.signed_in.id, self._clock())
        )

    async def _given(self, span: Span) -> Given:
        """Return what was given, in all the words that the answer has had."""
        _check(span)
        history = await self._db.read(editions.history, Subject.ANSWER, span.answer)
        mind = self._holder.mind
        catalogues = (mind.catalogue, self._holder.trained.catalogue)
        words = [words_of(each, Subject.ANSWER, span.answer) for each in catalogues]
        words += [each.words for each in history[:WORDINGS]]
        texts = (mind.voice.fill(each.text) for each in words if isinstance(each, AnswerWords))
        wordings = tuple(dict.fromkeys(text for text in texts if len(text) >= SHORTEST))
        return Given(span.answer, span.since, span.until, wordings)


def reach_of(fans: Sequence[Told]) -> Reach:
    """Return the counts of those who were told."""
    ends = [fan.until for fan in fans if fan.until]
    return Reach(len(fans), len(ends), min(ends, default=None))


def _check(span: Span) -> None:
    if span.since.tzinfo is None or span.until.tzinfo is None:
        raise BadInput("A time needs its zone.", fields={"since": "zone"})
    if span.since >= span.until:
        raise BadInput("It would end before it begins.", fields={"until": "early"})


def _shape(row: RecallRow) -> RecallShape:
    counts = row.counts
    return RecallShape(
        str(row.id),
        row.answer,
        row.since,
        row.until,
        row.text,
        row.by,
        row.state,
        row.told,
        counts.get(State.HELD, 0),
        counts.get(State.SENT, 0),
        counts.get(State.UNREACHABLE, 0),
        counts.get(State.UNDONE, 0),
        row.created_at,
        row.starts_at,
    )
