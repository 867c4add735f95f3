"""Who the fans are, for the desk and for programs; giving what is held of them, forgetting them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from aiohttp import web

from triagebot.domain.agent import Role
from triagebot.fans.forgetting import Forgetting
from triagebot.fans.shapes import (
    ErasedShape,
    FanDetail,
    FanPage,
    FanQuery,
    FanShape,
    NewTags,
    SceneCount,
    TagShape,
    detail_shape,
    fan_shape,
)
from triagebot.store import audit_log, belongings, fan_lists, fans, tags
from triagebot.store.database import Database
from triagebot.store.fan_lists import Wanted
from triagebot.store.fans import FanRow
from triagebot.web.endpoint import Call, Endpoint

PATH = "/api/v1/fans"

Shown = Callable[[Sequence[FanRow]], None]


class FanApi:
    """Owns `/api/v1/fans`, `/api/v1/tags` and `/api/v1/scenes`.

    `shown` is told of fans that somebody looks at, so that their channel is asked about them.
    """

    def __init__(
        self, db: Database, forgetting: Forgetting, shown: Shown = lambda rows: None
    ) -> None:
        self._db = db
        self._forgetting = forgetting
        self._shown = shown

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints that list, show, tag, give and forget."""
        tag, one = "fans", f"{PATH}/{{id}}"
        return [
            Endpoint("GET", PATH, "Fans, who came last first", self.list, query=FanQuery,
                     result=FanPage, tag=tag),
            Endpoint("GET", one, "A fan", self.show, result=FanDetail, tag=tag),
            Endpoint("PUT", f"{one}/tags", "Give a fan exactly these tags", self.put_tags,
                     NewTags, result=FanShape, tag=tag),
            Endpoint("GET", f"{one}/export", "All that is held of a fan", self.export,
                     result=dict[str, Any], role=Role.OPS, tag=tag),
            Endpoint("DELETE", one, "Forget a fan: all that is held of them is deleted",
                     self.erase, result=ErasedShape, role=Role.OPS, tag=tag),
            Endpoint("GET", "/api/v1/tags", "All tags", self.all_tags, result=list[TagShape],
                     tag=tag),
            Endpoint("GET", "/api/v1/scenes", "QR codes by the fans whom they brought",
                     self.scenes, result=list[SceneCount], tag=tag),
        ]  # fmt: skip

    async def list(self, call: Call) -> FanPage:
        """Return one page."""
        query: FanQuery = call.query
        wanted = Wanted(query.channel, query.tag, query.scene, query.follows, query.name)
        rows = await self._db.read(fan_lists.page, wanted, query.before, query.limit)
        names = await self._db.read(fan_lists.tags_of, [row.id for row in rows])
        self._shown(rows)
        more = str(rows[-1].id) if len(rows) == query.limit else None
        return FanPage([fan_shape(row, names.get(row.id, ())) for row in rows], more)

    async def show(self, call: Call) -> FanDetail:
        """Return one fan. Raises `NotFound`."""
        row, names, activity = await self._db.read(fan_lists.profile, call.id())
        self._shown([row])
        return detail_shape(row, names, activity)

    async def put_tags(self, call: Call) -> FanShape:
        """Change a fan's tags. Raises `NotFound`, and `BadInput` for a name that is too long."""
        await self._db.write(tags.put, call.id(), call.body.tags)
        row, names, _ = await self._db.read(fan_lists.profile, call.id())
        return fan_shape(row, names)

    async def export(self, call: Call) -> web.Response:
        """Return everything as a file. Raises `NotFound`."""
        row = await self._db.read(fans.get, call.id())
        held = await self._db.read(belongings.export, row.channel, row.fan)
        by = audit_log.by_agent(call.signed_in.id)
        await self._db.write(belongings.note_export, row.channel, row.fan, by, self._db.clock())
        body = await asyncio.to_thread(msgspec.json.encode, held)
        headers = {"Content-Disposition": f'attachment; filename="fan-{row.id}.json"'}
        return web.Response(
            body=body, content_type="application/json", charset="utf-8", headers=headers
        )

    async def erase(self, call: Call) -> ErasedShape:
        """Delete everything. Raises `NotFound`."""
        row = await self._db.read(fans.get, call.id())
        erased = await self._forgetting.erase(row.channel, row.fan, call.signed_in)
        return ErasedShape(erased.total, erased.rows, erased.kept)

    async def all_tags(self, _call: Call) -> Sequence[TagShape]:
        """Return the tags of all channels."""
        rows = await self._db.read(tags.everything)
        return [TagShape(str(row.id), row.channel, row.name, row.fans) for row in rows]

    async def scenes(self, _call: Call) -> Sequence[SceneCount]:
        """Return how many fans each QR code brought who still follow."""
        return [SceneCount(*pair) for pair in await self._db.read(fan_lists.scenes)]
