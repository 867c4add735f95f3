"""The waiting pile in clusters: grouped beside the event loop, kept for a minute."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from triagebot.desk.cluster_rows import card, key_of, members
from triagebot.desk.cluster_shapes import ClusterPage, ClusterQuery, MembersPage, SplitQuery
from triagebot.desk.guess import MindHolder
from triagebot.desk.pile import WORDLESS, Turn, turns, without_words
from triagebot.domain.catalogue import IntentKind
from triagebot.errors import NotFound
from triagebot.store import waiting, waiting_words
from triagebot.store.database import Database
from triagebot.triage.cluster import Cluster
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/clusters"
KEPT = timedelta(seconds=60)
PILE = 20_000
"""So many fans are grouped at once, those whose window closes soonest."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """A pile and its clusters by key, largest first."""

    turns: Sequence[Turn]
    clusters: Mapping[str, Cluster]
    at: datetime
    seconds: float


class ClusterApi:
    """Owns the clusters of the waiting pile."""

    def __init__(self, db: Database, holder: MindHolder, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock
        self._lock = asyncio.Lock()
        self._newest: Grouping | None = None

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints of cards, of one card's members, and of its parts."""
        tag = "clusters"
        return [
            Endpoint("GET", PATH, "Waiting fans who want the same, as cards", self.list,
                     query=ClusterQuery, result=ClusterPage, tag=tag),
            Endpoint("GET", PATH + "/{key}", "All members of a card", self.show,
                     result=MembersPage, tag=tag),
            Endpoint("GET", PATH + "/{key}/parts", "A card in purer parts", self.split,
                     query=SplitQuery, result=ClusterPage, tag=tag),
        ]  # fmt: skip

    async def list(self, call: Call) -> ClusterPage:
        """Return the largest clusters, grouped at most a minute ago."""
        found = await self._grouping(fresh=call.query.fresh)
        queue = await self._db.read(waiting.count)
        if call.query.conversation:
            own = _only(found, int(call.query.conversation))
            return self._page(own, queue, 1, alone=True)
        return self._page(found, queue, call.query.limit)

    async def show(self, call: Call) -> MembersPage:
        """Return all members of a cluster. Raises `NotFound` when it is not there any more."""
        found, one = await self._find(call.params["key"])
        return MembersPage(members(one, one.members, found.turns))

    async def split(self, call: Call) -> ClusterPage:
        """Return the clusters that a cluster falls into when its members must be more alike."""
        found, one = await self._find(call.params["key"])
        own = [found.turns[member.place] for member in one.members]
        parts = await self._group(own, call.query.least)
        return self._page(parts, len(own), len(own), alone=True)

    async def _grouping(self, *, fresh: bool) -> Grouping:
        # Whoever comes while it is being done gets the same one.
        asked = self._clock()
        async with self._lock:
            known = self._newest
            kept = timedelta(0) if fresh else KEPT
            if known is None or known.at < asked - kept:
                known = self._newest = await self._group(await self._pile())
            return known

    async def _find(self, key: str) -> tuple[Grouping, Cluster]:
        found = await self._grouping(fresh=False)
        if key not in found.clusters:
            raise NotFound("This cluster has changed; load the clusters anew.")
        return found, found.clusters[key]

    async def _pile(self) -> Sequence[Turn]:
        said = await self._db.read(waiting_words.said, PILE)
        firsts = without_words(said)
        before = await self._db.read(waiting_words.said_before, firsts, WORDLESS)
        return turns(said, before, self._is_chat)

    async def _group(self, pile: Sequence[Turn], least: float | None = None) -> Grouping:
        at, began = self._clock(), time.perf_counter()
        texts = [turn.waiting for turn in pile]
        limits = () if least is None else (least,)
        found = await asyncio.to_thread(self._holder.mind.cluster, texts, *limits)
        by_key = {key_of(each, pile): each for each in found}
        return Grouping(pile, by_key, at, round(time.perf_counter() - began, 3))

    def _is_chat(self, intent: str) -> bool:
        known = self._holder.mind.catalogue.intents.get(intent)
        return known is not None and known.kind is IntentKind.CHITCHAT

    def _page(self, found: Grouping, queue: int, limit: int, *, alone: bool = False) -> ClusterPage:
        mind = self._holder.mind
        cards = {
            key: each for key, each in found.clusters.items() if alone or len(each.members) > 1
        }
        return ClusterPage(
            waiting=queue,
            grouped=len(found.turns),
            alone=len(found.clusters) - len(cards),
            at=found.at,
            seconds=found.seconds,
            clusters=[
                card(key, each, found.turns, mind) for key, each in list(cards.items())[:limit]
            ],
        )


def _only(found: Grouping, conversation_id: int) -> Grouping:
    """Return the grouping without the clusters that a conversation is not in."""
    places = {i for i, turn in enumerate(found.turns) if turn.conversation_id == conversation_id}
    clusters = {
        key: each
        for key, each in found.clusters.items()
        if any(member.place in places for member in each.members)
    }
    return replace(found, clusters=clusters)
