"""Brings an account's followers and tags into the store, and our changes of tags to WeChat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from triagebot.channels.wechat import tags as remote
from triagebot.channels.wechat.api import WeChatApi
from triagebot.channels.wechat.users import follower_pages
from triagebot.store import fan_imports, tags
from triagebot.store.database import Database
from triagebot.store.fan_imports import ImportRow
from triagebot.store.tags import PendingTag

AT_ONCE = 1000
"""Followers in one job of the writer: messages that wait for it go in between."""

SYSTEM = frozenset({0, 1, 2})
"""Numbers of tags that are WeChat's own and cannot be changed."""

Progress = Callable[[int, int], None]


async def import_followers(
    api: WeChatApi,
    db: Database,
    channel: str,
    progress: Progress = lambda seen, total: None,
    *,
    again: bool = False,
) -> ImportRow:
    """Note all followers, going on where the last import stopped; `again` begins anew.

    `progress` gets how many were seen and how many there are. Raises WeChatApiError; what was
    read until then is kept.
    """
    state = await db.write(fan_imports.begin, channel, db.clock(), again=again)
    seen = state.seen
    async for page in follower_pages(api, state.next):
        for start in range(0, len(page.openids), AT_ONCE):
            some = page.openids[start : start + AT_ONCE]
            await db.write(fan_imports.take, channel, some, page.total, db.clock())
            seen += len(some)
            progress(seen, page.total)
    return await db.write(fan_imports.finish, channel, db.clock())


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull of tags found: tags, and how many times one of our fans has one."""

    tags: int
    fans: int


async def pull_tags(api: WeChatApi, db: Database, channel: str) -> Pulled:
    """Take in the account's tags and who has them; changes not yet pushed stay. WeChatApiError."""
    found = await remote.all_tags(api)
    await db.write(tags.sync, channel, {tag.id: tag.name for tag in found})
    await db.write(tags.forget_fans, channel)
    count = 0
    for tag in found:
        async for openids in remote.fans_with(api, tag.id):
            for start in range(0, len(openids), AT_ONCE):
                some = openids[start : start + AT_ONCE]
                count += await db.write(tags.note_fans, channel, tag.id, some)
    return Pulled(len(found), count)


async def push_tags(api: WeChatApi, db: Database, channel: str) -> int:
    """Tell WeChat of changed tags, fifty fans in a call; return how many changes there were.

    What was told is noted call by call. Raises WeChatApiError.
    """
    count = 0
    while changes := await db.read(tags.pending, channel):
        for (tag_id, change), group in groupby(
            changes, key=lambda each: (each.tag.id, each.change)
        ):
            some = list(group)
            number = await _number(api, db, some[0])
            for start in range(0, len(some), remote.MAX_BATCH):
                batch = some[start : start + remote.MAX_BATCH]
                await _tell(api, number, change, batch)
                await db.write(tags.settle, tag_id, [each.fan_id for each in batch], change)
                count += len(batch)
    return count


def _alike(change: PendingTag) -> tuple[int, str]:
    return change.tag.id, change.change


async def _number(api: WeChatApi, db: Database, change: PendingTag) -> int:
    """Return WeChat's number of a tag, which is made there when it has none."""
    if change.tag.remote_id is not None:
        return change.tag.remote_id
    known = {tag.name: tag for tag in await remote.all_tags(api)}
    tag = known.get(change.tag.name) or await remote.create(api, change.tag.name)
    await db.write(tags.set_remote, change.tag.id, tag.id)
    return tag.id


async def _tell(api: WeChatApi, number: int, change: str, batch: Sequence[PendingTag]) -> None:
    openids = [each.fan for each in batch]
    if change == tags.ADD:
        await remote.put_on(api, number, openids)
    else:
        await remote.take_off(api, number, openids)
