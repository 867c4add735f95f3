"""Forgets fans: because they ask, or because they left and the owner's policy says so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from triagebot.domain.agent import Agent
from triagebot.fans.files import MediaFolder
from triagebot.store import audit_log, belongings, fans
from triagebot.store.belongings import Erased
from triagebot.store.database import Database
from triagebot.triage.normalise import mask

log = logging.getLogger(__name__)

PROGRAM = "retention"


class AfterLeaving(StrEnum):
    """What becomes of a fan who left; `anonymise` keeps what people labelled, without them."""

    KEEP = "keep"
    ANONYMISE = "anonymise"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens so many days after a fan left, and whether labelled texts outlive erasure."""

    after_leaving: AfterLeaving = AfterLeaving.KEEP
    days: int = 30
    keep_labelled: bool = False


class Forgetting:
    """Erases fans with the files that were kept of them; `media` holds these."""

    def __init__(
        self, db: Database, policy: Policy, media: MediaFolder, clock: Callable[[], datetime]
    ) -> None:
        self._db = db
        self._policy = policy
        self._media = media
        self._clock = clock

    async def erase(self, channel: str, who: str, by: Agent | None = None) -> Erased:
        """Erase a fan, as the policy has it for labelled texts; a second time does nothing."""
        name = audit_log.by_agent(by.id) if by else "command line"
        return await self._erase(channel, who, name, self._policy.keep_labelled)

    async def keep_policy(self) -> int:
        """Forget those who left long enough ago, and return how many they were."""
        if self._policy.after_leaving is AfterLeaving.KEEP:
            return 0
        before = self._clock() - timedelta(days=self._policy.days)
        keep = self._policy.after_leaving is AfterLeaving.ANONYMISE
        forgotten = 0
        while gone := await self._db.read(fans.left_before, before):
            for row in gone:
                await self._erase(row.channel, row.fan, PROGRAM, keep)
            forgotten += len(gone)
        if forgotten:
            log.info("%d fans who left were forgotten", forgotten)
        return forgotten

    async def _erase(self, channel: str, who: str, by: str, keep: bool) -> Erased:
        erased = await self._db.write(
            belongings.erase,
            channel,
            who,
            by=by,
            now=self._clock(),
            keep_labelled=mask if keep else None,
        )
        for name in erased.files:
            await asyncio.to_thread(self._media.remove, name)
        return erased
