"""Replay what the store has, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from triagebot.models.replay import Past, Replay
from triagebot.store import past
from triagebot.store.database import Database

PAGE = 1000

Done = Callable[[int, int], None]
"""Called with messages replayed and messages in all."""


async def replay_stored(
    db: Database, replay: Replay, since: datetime, done: Done, *, rest: float = 0.0
) -> None:
    """Replay all messages since then, the newest first; thinking is done in a thread.

    `rest` is how long to pause after each page, as a multiple of the time it took, so that a
    server that answers fans meanwhile stays quick.
    """
    total, last = await db.read(past.count, since), None
    loop = asyncio.get_running_loop()
    while page := await db.read(past.before, since, last, PAGE):
        began = loop.time()
        batch = [Past(row.channel, row.text, str(row.id), row.label) for row in page]
        await asyncio.to_thread(replay.feed, batch)
        last = page[-1].id
        done(replay.n, max(total, replay.n))
        await asyncio.sleep((loop.time() - began) * rest)
