"""Shows agents the pictures and voices that fans sent."""

from __future__ import annotations

import asyncio

from aiohttp import web

from triagebot.errors import NotFound
from triagebot.fans.files import TYPES, MediaFolder
from triagebot.store import media
from triagebot.store.database import Database
from triagebot.store.media import MediaState
from triagebot.web.endpoint import Call, Endpoint

_WHY = {
    MediaState.WANTED: "It has not been fetched yet.",
    MediaState.KEPT: "The file is not here.",
    MediaState.GONE: "WeChat does not have it any more.",
    MediaState.REFUSED: "It was not taken.",
    MediaState.DROPPED: "It was kept, and is too old now.",
}


class MediaApi:
    """Owns `/api/v1/messages/{id}/media`."""

    def __init__(self, db: Database, folder: MediaFolder) -> None:
        self._db = db
        self._folder = folder

    def endpoints(self) -> list[Endpoint]:
        """Return the one endpoint."""
        return [
            Endpoint("GET", "/api/v1/messages/{id}/media", "The picture or voice of a message",
                     self.show, tag="fans"),
        ]  # fmt: skip

    async def show(self, call: Call) -> web.StreamResponse:
        """Return the file. Raises `NotFound` with the reason while, or if, there is none."""
        row = await self._db.read(media.of_message, call.id())
        path = await asyncio.to_thread(self._folder.path, row.file)
        if path is None:
            raise NotFound(_WHY[row.state], fields={"state": row.state.value})
        headers = {
            # Of types that we sniffed ourselves, and never anything that a browser would run.
            "Content-Type": TYPES[path.suffix[1:]],
            "Content-Disposition": f'inline; filename="message-{row.message_id}{path.suffix}"',
            "Cache-Control": "private, max-age=86400",
        }
        return web.FileResponse(path, headers=headers)
