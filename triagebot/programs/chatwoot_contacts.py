"""Fans as Chatwoot's contacts, and its webhooks, under its addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

from triagebot.domain.agent import Role
from triagebot.errors import BadInput
from triagebot.programs import shapes
from triagebot.programs.chatwoot import BASE
from triagebot.programs.shapes import Contact
from triagebot.programs.signing import new_secret
from triagebot.store import audit_log, conversation_pages, fan_lists, fans, news, webhooks
from triagebot.store.database import Database
from triagebot.store.fan_lists import Wanted
from triagebot.store.fans import FanRow
from triagebot.store.webhooks import WebhookRow
from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.outward import checked_url

CONTACTS = f"{BASE}/contacts"
WEBHOOKS = f"{BASE}/webhooks"
SIZE = 15


class ContactQuery(msgspec.Struct):
    """Which page, 15 a page; what we do not know is passed over."""

    page: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1


class SearchQuery(msgspec.Struct):
    """The end of an id, or a part of a remark."""

    q: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    page: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1


class NewHook(msgspec.Struct):
    """Whom to tell what; kinds of news that we do not have are left out."""

    url: Annotated[str, msgspec.Meta(min_length=8, max_length=1000)]
    subscriptions: Annotated[list[str], msgspec.Meta(max_length=50)]


class ContactApi:
    """Owns contacts and webhooks under Chatwoot's addresses."""

    def __init__(
        self, db: Database, clock: Callable[[], datetime], *, allow_private: bool = False
    ) -> None:
        self._db = db
        self._clock = clock
        self._allow_private = allow_private

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints; contacts hold whole ids, so that not every agent may read them."""
        tag, one, answer, ops = "chatwoot", f"{CONTACTS}/{{id}}", dict[str, Any], Role.OPS
        return [
            Endpoint("GET", CONTACTS, "Fans, who came last first", self.list, query=ContactQuery,
                     result=answer, role=ops, tag=tag),
            Endpoint("GET", f"{CONTACTS}/search", "Fans by the end of an id or a remark",
                     self.search, query=SearchQuery, result=answer, role=ops, tag=tag),
            Endpoint("GET", one, "A fan", self.show, result=answer, role=ops, tag=tag),
            Endpoint("GET", f"{one}/conversations", "A fan's conversations", self.talks,
                     result=answer, role=ops, tag=tag),
            Endpoint("GET", WEBHOOKS, "All webhooks", self.hooks, result=answer,
                     role=Role.ADMIN, tag=tag),
            Endpoint("POST", WEBHOOKS, "Add a webhook; its secret is shown once", self.add_hook,
                     NewHook, result=answer, role=Role.ADMIN, tag=tag),
            Endpoint("DELETE", f"{WEBHOOKS}/{{id}}", "Remove a webhook", self.remove_hook,
                     role=Role.ADMIN, status=204, tag=tag),
        ]  # fmt: skip

    async def list(self, call: Call) -> dict[str, Any]:
        """Return a page."""
        return await self._page(Wanted(), call.query.page)

    async def search(self, call: Call) -> dict[str, Any]:
        """Return a page of what is found."""
        return await self._page(Wanted(name=call.query.q), call.query.page)

    async def show(self, call: Call) -> dict[str, Any]:
        """Return one. Raises `NotFound`."""
        row = await self._db.read(fans.get, call.id())
        return {"payload": (await self._contacts([row]))[0]}

    async def talks(self, call: Call) -> dict[str, Any]:
        """Return the conversation with a fan, if there is one. Raises `NotFound`."""
        row = await self._db.read(fans.get, call.id())
        found = await self._db.read(conversation_pages.of_fan, row.channel, row.fan)
        return {"payload": [shapes.conversation(each, self._clock(), []) for each in found]}

    async def hooks(self, _call: Call) -> dict[str, Any]:
        """Return all webhooks."""
        rows = await self._db.read(webhooks.everything)
        return {"payload": {"webhooks": [_hook(row) for row in rows]}}

    async def add_hook(self, call: Call) -> dict[str, Any]:
        """Add one. Raises `BadInput` when nothing that it wants exists."""
        body: NewHook = call.body
        checked_url(body.url, allow_private=self._allow_private)
        kinds = [kind for kind in news.KINDS if kind in body.subscriptions]
        if not kinds:
            raise BadInput("Nothing of this is told.", fields={"subscriptions": "unknown"})
        secret, who = new_secret(), audit_log.by_agent(call.signed_in.id)
        row = await self._db.write(webhooks.add, body.url, kinds, secret, who, self._clock())
        return {"payload": {"webhook": {**_hook(row), "secret": secret}}}

    async def remove_hook(self, call: Call) -> None:
        """Delete one. Raises `NotFound`."""
        who = audit_log.by_agent(call.signed_in.id)
        await self._db.write(webhooks.remove, call.id(), who, self._clock())

    async def _page(self, wanted: Wanted, number: int) -> dict[str, Any]:
        skipped = (number - 1) * SIZE
        rows = await self._db.read(fan_lists.page, wanted, None, SIZE, skipped)
        count = await self._db.read(fan_lists.count, wanted)
        meta = {"count": count, "current_page": number}
        return {"meta": meta, "payload": await self._contacts(rows)}

    async def _contacts(self, rows: Sequence[FanRow]) -> Sequence[Contact]:
        names = await self._db.read(fan_lists.tags_of, [row.id for row in rows])
        return [shapes.contact(row, names.get(row.id, [])) for row in rows]


def _hook(row: WebhookRow) -> dict[str, Any]:
    return {"id": row.id, "url": row.url, "subscriptions": list(row.subscriptions),
            "account_id": 1}  # fmt: skip
