"""Fifty agents grab at the same conversations; each must end with one of them, and none be lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from triagebot.domain.agent import Role
from triagebot.domain.message import Inbound, Kind
from triagebot.errors import Conflict
from triagebot.faults.evening import now
from triagebot.faults.mind import COMPLAINT, CountingMind
from triagebot.faults.plan import Plan
from triagebot.faults.tally import Tally
from triagebot.intake.accept import Intake
from triagebot.store import agents, conversation_lists, conversations
from triagebot.store.conversation_lists import View
from triagebot.store.conversation_rows import ConversationRow
from triagebot.store.database import Database
from triagebot.store.tables import audit_log, conversation

AGENTS = 50
AT_ONCE = 500
SHOWN = 50

Take = Callable[[Connection, int, int, datetime, int], ConversationRow]


@dataclass(slots=True)
class Hall:
    """Who holds what, as the agents themselves were told."""

    holders: dict[int, int] = field(default_factory=dict)
    resolved: Counter[int] = field(default_factory=Counter)
    double: int = 0
    refused: int = 0


async def run(plan: Plan, urls: Sequence[str], engine: str) -> Tally:
    """Let `AGENTS` agents clear a conversation a round over one or more nodes' databases.

    With `planted` "no check" taking neither looks at the holder nor at the fence: it must show.
    """
    tally = Tally(f"claims on {engine}", plan.seed, plan.planted)
    nodes = [Database(url, clock=now) for url in urls]
    for node in nodes:
        await node.start()
    try:
        await _fill(nodes[0], plan.rounds)
        people = [await _hire(nodes[0], number) for number in range(AGENTS)]
        hall = Hall()
        take = _careless if plan.planted == "no check" else conversations.take
        with tally.timed():
            chances = [random.Random(plan.seed + n) for n in range(AGENTS)]  # noqa: S311
            await asyncio.gather(
                *(
                    _work(nodes[person % len(nodes)], person, take, hall, chance)
                    for person, chance in zip(people, chances, strict=True)
                )
            )
        await _count(tally, nodes[0], hall, plan.rounds)
    finally:
        for node in nodes:
            await node.close()
    return tally


async def _hire(db: Database, number: int) -> int:
    return (await db.write(agents.add, f"坐席{number}", Role.AGENT, "-", now())).id


async def _fill(db: Database, items: int) -> None:
    """Let that many fans complain."""
    intake = Intake(db, CountingMind(), now)
    for start in range(0, items, AT_ONCE):
        batch = range(start, min(start + AT_ONCE, items))
        await asyncio.gather(*(intake.accept(_complaint(number)) for number in batch))
    await intake.close()


def _complaint(number: int) -> Inbound:
    return Inbound("fault", f"fan-{number}", "1", Kind.TEXT, COMPLAINT, now())


async def _work(db: Database, person: int, take: Take, hall: Hall, chance: random.Random) -> None:
    while True:
        page = await db.read(conversation_lists.page, View.WAITING, person, None, SHOWN)
        if not page.items:
            return
        for row in chance.sample(page.items, min(5, len(page.items))):
            try:
                taken = await db.write(take, row.id, person, now(), row.fence)
            except Conflict:
                hall.refused += 1
                continue
            hall.double += hall.holders.setdefault(row.id, person) != person
            await asyncio.sleep(0)
            await _finish(db, person, taken, hall, chance)


async def _finish(
    db: Database, person: int, row: ConversationRow, hall: Hall, chance: random.Random
) -> None:
    """Put every tenth back, resolve the others; a colleague's stale screen tries to as well."""
    if chance.random() < 0.1:
        with suppress(Conflict):
            await db.write(conversations.resolve, row.id, person, now(), row.fence - 1)
            hall.double += 1  # a stale fence did something
    hall.holders.pop(row.id, None)
    ends = conversations.release if chance.random() < 0.1 else conversations.resolve
    try:
        await db.write(ends, row.id, person, now(), row.fence)
    except Conflict:
        hall.double += 1  # somebody took it from its holder
        return
    hall.resolved[row.id] += ends is conversations.resolve


async def _count(tally: Tally, db: Database, hall: Hall, items: int) -> None:
    done = await db.read(_resolved)
    tally.rounds = tally.acked = items
    tally.stored = sum(1 for count in done.values() if count)
    tally.lost = items - tally.stored
    tally.doubled = hall.double + sum(1 for count in done.values() if count > 1)
    tally.figures = {
        "refused because another was first": hall.refused,
        "items a second": round(items / tally.seconds),
    }
    if done != {number: count for number, count in hall.resolved.items() if count}:
        tally.faults.append("the agents were told something else than what is stored")


def _resolved(connection: Connection) -> dict[int, int]:
    """Return how often each conversation was resolved, by the record of who did what."""
    rows = connection.execute(
        select(audit_log.c.conversation_id).where(audit_log.c.what == "resolve")
    )
    return dict(Counter(row.conversation_id for row in rows))


def _careless(
    connection: Connection, conversation_id: int, agent_id: int, _now: datetime, _fence: int
) -> ConversationRow:
    """Take without looking: the planted fault."""
    values = {"agent_id": agent_id, "fence": conversation.c.fence + 1}
    connection.execute(
        update(conversation).where(conversation.c.id == conversation_id).values(**values)
    )
    return conversations.get(connection, conversation_id)
