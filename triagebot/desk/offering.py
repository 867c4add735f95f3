"""Offer the head of the queue to those at the desk, and take back what nobody took up in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from triagebot.desk.guess import MindHolder
from triagebot.desk.queue import patience
from triagebot.desk.routing import Present, Waiting, route_all
from triagebot.repeating import Repeating
from triagebot.store import agents, conversation_lists, offers, presence, skills
from triagebot.store.conversation_lists import View
from triagebot.store.database import Database
from triagebot.store.offers import Offer
from triagebot.store.skills import Skill

SECONDS = 3.0
HEAD = 100
"""So many of the queue are looked at: nobody gets through more in a round."""


class Offering(Repeating):
    """Offers waiting fans for `minutes()` each while `staffed()`; 0 minutes offers nothing."""

    def __init__(
        self,
        db: Database,
        holder: MindHolder,
        clock: Callable[[], datetime],
        minutes: Callable[[], int],
        staffed: Callable[[], bool],
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock
        self._minutes = minutes
        self._staffed = staffed
        super().__init__((self.work, seconds))

    async def work(self) -> None:
        """Look once."""
        now = self._clock()
        standing = dict(await self._db.read(offers.standing))
        minutes = self._minutes()
        if not (minutes or standing):
            return
        offers_now = minutes and self._staffed()
        here = await self._db.read(presence.here, now) if offers_now else set()
        ended = {
            number: _ended(each, now)
            for number, each in standing.items()
            if each.agent_id is not None and (each.until <= now or each.agent_id not in here)
        }
        standing |= ended
        queue = await self._queue(standing, now)
        chosen = route_all(queue.values(), await self._people(here, standing.values()))
        until = now + timedelta(minutes=minutes)
        made = {
            number: Offer(number, choice.agent_id, choice.why.value, until,
                          tuple(sorted(queue[number].passed)))
            for number, choice in chosen.items()
        }  # fmt: skip
        if ended or made:
            await self._db.write(offers.put, list({**ended, **made}.values()))

    async def _queue(self, standing: Mapping[int, Offer], now: datetime) -> dict[int, Waiting]:
        """Return what at the head of the queue is offered to nobody."""
        waits = patience(self._holder.mind.catalogue, now)
        head = await self._db.read(conversation_lists.page, View.WAITING, 0, None, HEAD, waits)
        known = {row.id: standing.get(row.id) for row in head.items}
        free = [row for row in head.items if not ((each := known[row.id]) and each.agent_id)]
        last = await self._db.read(offers.last_agents, [row.id for row in free])
        return {
            row.id: Waiting(row.id, row.channel, row.intent, last.get(row.id),
                            frozenset(each.passed if (each := known[row.id]) else ()))
            for row in free
        }  # fmt: skip

    async def _people(self, here: set[int], standing: Iterable[Offer]) -> list[Present]:
        """Return everybody at the desk with what they have."""
        known = await self._db.read(skills.everybody)
        has = await self._db.read(conversation_lists.held)
        offered = Counter(each.agent_id for each in standing)
        people = []
        for each in await self._db.read(agents.everybody):
            if each.id in here and not each.disabled:
                own = known.get(each.id, Skill())
                sets = frozenset(own.intents), frozenset(own.channels)
                counts = has.get(each.id, 0), offered[each.id]
                people.append(Present(each.id, *sets, own.capacity, *counts))
        return people


def _ended(offer: Offer, now: datetime) -> Offer:
    """Return an offer that is nobody's; only who let its time run out is not asked again."""
    passed = offer.passed
    if offer.until <= now and offer.agent_id is not None:
        passed = (*passed, offer.agent_id)
    return Offer(offer.conversation_id, None, "", offer.until, passed)
