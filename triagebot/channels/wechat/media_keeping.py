"""Fetches what fans send besides words while WeChat still has it, three days, and keeps it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.api_errors import WeChatApiError
from triagebot.channels.wechat.media import download
from triagebot.domain.message import Kind
from triagebot.errors import ChannelRefused, NotFound, TooLarge, TriagebotError
from triagebot.fans.files import MediaFolder
from triagebot.repeating import Repeating
from triagebot.store import media
from triagebot.store.database import Database
from triagebot.store.media import MediaRow, MediaState

log = logging.getLogger(__name__)

FETCH_SECONDS = 1.0
TIDY_SECONDS = 600.0
AT_ONCE = 4
LOOKED_AT_ONCE = 2000
LAST_ATTEMPT = 12
MIB = 1024 * 1024

_ENDINGS: Mapping[Kind, frozenset[str]] = {
    Kind.IMAGE: frozenset({"jpg", "png", "gif"}),
    Kind.VOICE: frozenset({"amr", "mp3", "speex"}),
    Kind.VIDEO: frozenset({"mp4"}),
}


class MediaKeeping(Repeating):
    """Fetches, and drops what is older than `days` or more than `most_mib` together."""

    def __init__(
        self,
        db: Database,
        apis: Callable[[], Mapping[str, WeChatApi]],
        folder: MediaFolder,
        clock: Callable[[], datetime],
        *,
        days: int = 90,
        most_mib: int = 2048,
    ) -> None:
        self._db = db
        self._apis = apis
        self._folder = folder
        self._clock = clock
        self._days = days
        self._most = most_mib * MIB
        super().__init__((self.fetch, FETCH_SECONDS), (self.tidy, TIDY_SECONDS))

    async def fetch(self) -> int:
        """Look through new messages and fetch what is due; return how many were tried."""
        limit = LOOKED_AT_ONCE
        while await self._db.write(media.want_new, self._clock(), limit) == limit:
            pass  # what comes meanwhile is for the next time
        tried = 0
        while rows := await self._db.read(media.due, self._clock(), AT_ONCE):
            await asyncio.gather(*(self._keep(row) for row in rows))
            tried += len(rows)
        return tried

    async def tidy(self) -> int:
        """Drop what is too old, then the oldest while all together is too much."""
        dropped = 0
        before = self._clock() - timedelta(days=self._days)
        while rows := await self._db.read(media.oldest, before):
            dropped += await self._drop(rows)
        while await self._db.read(media.kept_bytes) > self._most:
            dropped += await self._drop(await self._db.read(media.oldest, None))
        return dropped

    async def _drop(self, rows: list[MediaRow]) -> int:
        await self._db.write(media.drop, [row.id for row in rows])
        for row in rows:
            await asyncio.to_thread(self._folder.remove, row.file)
        return len(rows)

    async def _keep(self, row: MediaRow) -> None:
        try:
            content, ending = await self._content(row)
        except NotFound as error:
            await self._db.write(media.end, row.id, MediaState.GONE, error.message)
        except (TooLarge, ChannelRefused) as error:
            await self._again(row, error)
        else:
            name = await asyncio.to_thread(self._folder.write, content, ending)
            if not await self._db.write(media.keep, row.id, name, len(content)):
                await asyncio.to_thread(self._folder.remove, name)  # erased meanwhile

    async def _again(self, row: MediaRow, error: TriagebotError) -> None:
        """Try later what WeChat's trouble kept from coming; the rest ends here."""
        if isinstance(error, WeChatApiError) and row.attempts < LAST_ATTEMPT:
            pause = min(timedelta(seconds=10) * 2**row.attempts, timedelta(hours=6))
            await self._db.write(media.retry, row.id, self._clock() + pause, error.code)
            return
        log.info("media of message %d was refused: %s", row.message_id, error.code)
        await self._db.write(media.end, row.id, MediaState.REFUSED, error.message)

    async def _content(self, row: MediaRow) -> tuple[bytes, str]:
        api, media_id = self._apis().get(row.channel), row.detail.get("MediaId", "")
        if api is None or not media_id:
            raise NotFound("nothing can be fetched for this account")
        found = await download(api, media_id)
        if found.video_url:
            raise ChannelRefused("WeChat gives videos only as links")
        if found.type not in _ENDINGS[row.kind]:
            raise ChannelRefused(f"what came is not a {row.kind}")
        return found.content, found.type
