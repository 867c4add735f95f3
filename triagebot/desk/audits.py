"""Blind checks: an answer drawn at random goes to a person, who says whether it was right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from triagebot.desk.audit import Estimate, estimate
from triagebot.desk.audit_shapes import (
    AuditItem,
    AuditNext,
    AuditReport,
    EstimateShape,
    Line,
    NewVerdict,
    NextQuery,
    ReportQuery,
    VerdictShape,
)
from triagebot.desk.guess import MindHolder
from triagebot.errors import BadInput
from triagebot.store import audits, messages
from triagebot.store.audits import AuditRow, Verdict
from triagebot.store.database import Database
from triagebot.store.messages import MessageRow
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/audits"
BEFORE = 3
AHEAD = 20
"""People who check at once start at different places among so many."""


class AuditApi:
    """Owns the blind checks. The one who checks sees no guess, no score and no name."""

    def __init__(self, db: Database, holder: MindHolder, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that hand out, take verdicts and report."""
        tag = "audits"
        return [
            Endpoint("GET", PATH, "How often automatic answers are wrong", self.report,
                     query=ReportQuery, result=AuditReport, tag=tag),
            Endpoint("GET", f"{PATH}/next", "The next automatic answer to judge", self.next,
                     query=NextQuery, result=AuditNext, tag=tag),
            Endpoint("PUT", PATH + "/{id}", "Say whether an answer was right", self.judge,
                     NewVerdict, result=VerdictShape, tag=tag),
            Endpoint("DELETE", PATH + "/{id}", "Take your verdict back", self.unjudge,
                     status=204, tag=tag),
        ]  # fmt: skip

    async def report(self, call: Call) -> AuditReport:
        """Return the estimates over the last days, all together and by intent."""
        catalogue = self._holder.mind.catalogue
        since = self._clock() - timedelta(days=call.query.days)
        tallies = await self._db.read(audits.tally, since)
        policy = catalogue.policy
        together, *intents = estimate(tallies, policy, len(catalogue.intents))
        return AuditReport(
            since, policy.max_error, policy.confidence, _shape(together), [*map(_shape, intents)]
        )

    async def next(self, call: Call) -> AuditNext:
        """Return an answer that nobody has judged, or none."""
        agent = call.signed_in
        begin = call.query.since or self._clock() - timedelta(days=1)
        waiting = await self._db.read(audits.open_count)
        today = await self._db.read(audits.judged_since, agent.name, begin)
        rows = await self._db.read(audits.waiting, AHEAD, call.query.skipped)
        item = await self._item(rows[agent.id % len(rows)]) if rows else None
        return AuditNext(item, waiting, today)

    async def judge(self, call: Call) -> VerdictShape:
        """Store the caller's verdict.

        Raises `BadInput` for an intent or answer that the catalogue does not have or that goes
        with a right answer, `NotFound`, and `Conflict` when somebody else has judged it.
        """
        body = call.body
        self._check(body)
        row = await self._db.write(
            audits.judge,
            call.id(),
            Verdict(body.verdict),
            call.signed_in.name,
            self._clock(),
            (body.intent, body.answer),
        )
        by = row.by or call.signed_in.name
        return VerdictShape(str(row.id), body.verdict, by, row.right_intent, row.right_answer)

    async def unjudge(self, call: Call) -> None:
        """Take the caller's verdict back. Raises `NotFound` when there is none, `Conflict`."""
        await self._db.write(audits.unjudge, call.id(), call.signed_in.name, self._clock())

    async def _item(self, row: AuditRow) -> AuditItem:
        message = await self._db.read(messages.get, row.message_id)
        earlier = await self._db.read(messages.thread, message.conversation_id, BEFORE, message.id)
        return AuditItem(
            id=str(row.id),
            message_id=str(message.id),
            text=message.text,
            reply=message.reply.text,
            at=message.received_at,
            before=[line for each in earlier for line in talk_lines(each)],
        )

    def _check(self, body: NewVerdict) -> None:
        catalogue = self._holder.mind.catalogue
        if body.verdict == "right" and (body.intent or body.answer):
            raise BadInput("A right answer needs no other.", fields={"verdict": "right"})
        if body.intent is not None and body.intent not in catalogue.intents:
            raise BadInput("There is no such intent.", fields={"intent": "unknown"})
        if body.answer is None:
            return
        answer = catalogue.answers.get(body.answer)
        if answer is None or answer.intent != body.intent:
            raise BadInput("The intent has no such answer.", fields={"answer": "unknown"})


def talk_lines(row: MessageRow) -> list[Line]:
    """Return what was said around one message, without a word on what the bot made of it."""
    both = (Line("fan", row.text), Line("bot", row.reply.text))
    return [line for line in both if line.text]


def _shape(one: Estimate) -> EstimateShape:
    return EstimateShape(**asdict(one))
