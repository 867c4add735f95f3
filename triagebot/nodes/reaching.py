"""A node that starts while the shared store is away waits for it; the other nodes go on."""

from __future__ import annotations

import asyncio
import logging

from triagebot.errors import Busy
from triagebot.store.database import Database

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0


async def reach(db: Database) -> None:
    """Start a database; one that others share is tried again until it answers.

    Raises `Busy` when a file of our own stays locked, and `BadInput` as `Database.start` does.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return await db.start()
        except Busy as error:
            if not db.is_shared:
                raise
            log.warning("%s This node takes no messages and tries again.", error.message)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
