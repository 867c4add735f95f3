"""Webhooks as admins keep them: list, add, test, enable, remove, and see what was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from triagebot.domain.agent import Role
from triagebot.programs.signing import new_secret
from triagebot.programs.webhook_sender import WebhookSender
from triagebot.store import audit_log, webhooks
from triagebot.store.database import Database
from triagebot.store.webhook_queue import DeliveryRow
from triagebot.store.webhooks import WebhookRow
from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.outward import checked_url

PATH = "/api/v1/webhooks"

Kind = Literal[
    "message_created", "message_updated", "conversation_created", "conversation_status_changed",
    "conversation_updated", "handoff", "label_created", "model_changed",
]  # fmt: skip


class NewWebhook(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to tell what."""

    url: Annotated[str, msgspec.Meta(min_length=8, max_length=1000)]
    subscriptions: Annotated[list[Kind], msgspec.Meta(min_length=1, max_length=20)]


class WebhookShape(msgspec.Struct):
    """A webhook; `reason` says why it is disabled or fails, `waiting` how much is to be told."""

    id: str
    url: str
    subscriptions: list[str]
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    reason: str
    waiting: int


class NewlyMade(msgspec.Struct):
    """A webhook with its secret, which is shown this once."""

    webhook: WebhookShape
    secret: str


class Tried(msgspec.Struct):
    """What came back from a `ping`."""

    taken: bool
    status: int | None
    error: str


class DeliveryQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Older than `before`."""

    before: Annotated[int, msgspec.Meta(ge=1)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class DeliveryShape(msgspec.Struct):
    """One piece of news, and how its last try ended; `key` is its Idempotency-Key."""

    id: str
    key: str
    state: str
    attempts: int
    created_at: datetime
    done_at: datetime | None
    status: int | None
    error: str


class DeliveryPage(msgspec.Struct):
    """News, newest first; `next` is the `before` of the following page."""

    items: list[DeliveryShape]
    next: str | None


class WebhookApi:
    """Owns `/api/v1/webhooks`."""

    def __init__(self, db: Database, sender: WebhookSender, *, allow_private: bool = False) -> None:
        self._db = db
        self._sender = sender
        self._allow_private = allow_private

    def endpoints(self) -> list[Endpoint]:
        """Return the endpoints, all for admins."""
        tag, one, role = "webhooks", f"{PATH}/{{id}}", Role.ADMIN
        return [
            Endpoint("GET", PATH, "All webhooks", self.list, result=list[WebhookShape],
                     role=role, tag=tag),
            Endpoint("POST", PATH, "Add a webhook", self.add, NewWebhook, result=NewlyMade,
                     status=201, role=role, tag=tag),
            Endpoint("DELETE", one, "Remove a webhook and what waits for it", self.remove,
                     role=role, status=204, tag=tag),
            Endpoint("POST", f"{one}/test", "Send a signed ping now", self.test, result=Tried,
                     role=role, tag=tag),
            Endpoint("POST", f"{one}/enable", "Tell it news again, what failed first",
                     self.enable, result=WebhookShape, role=role, tag=tag),
            Endpoint("GET", f"{one}/deliveries", "What it was told, newest first",
                     self.deliveries, query=DeliveryQuery, result=DeliveryPage, role=role,
                     tag=tag),
        ]  # fmt: skip

    async def list(self, _call: Call) -> Sequence[WebhookShape]:
        """Return all."""
        return [webhook_shape(row) for row in await self._db.read(webhooks.everything)]

    async def add(self, call: Call) -> NewlyMade:
        """Add one. Raises `BadInput` for an address that we will not call."""
        body: NewWebhook = call.body
        checked_url(body.url, allow_private=self._allow_private)
        secret, kinds = new_secret(), list(dict.fromkeys(body.subscriptions))
        row = await self._db.write(
            webhooks.add, body.url, kinds, secret, _who(call), self._db.clock()
        )
        return NewlyMade(webhook_shape(row), secret)

    async def remove(self, call: Call) -> None:
        """Delete one. Raises `NotFound`."""
        await self._db.write(webhooks.remove, call.id(), _who(call), self._db.clock())

    async def test(self, call: Call) -> Tried:
        """Send a ping and return what came back. Raises `NotFound`."""
        answer = await self._sender.ping(await self._db.read(webhooks.get, call.id()))
        return Tried(answer.taken, answer.status, answer.error)

    async def enable(self, call: Call) -> WebhookShape:
        """Let one be told again. Raises `NotFound`."""
        row = await self._db.write(webhooks.enable, call.id(), _who(call), self._db.clock())
        return webhook_shape(row)

    async def deliveries(self, call: Call) -> DeliveryPage:
        """Return a page of what one was told. Raises `NotFound`."""
        query: DeliveryQuery = call.query
        rows = await self._db.read(webhooks.deliveries, call.id(), query.before, query.limit)
        more = str(rows[-1].id) if len(rows) == query.limit else None
        return DeliveryPage([_delivery_shape(row) for row in rows], more)


def webhook_shape(row: WebhookRow) -> WebhookShape:
    """Return a webhook on the wire, without its secret."""
    return WebhookShape(
        str(row.id), row.url, list(row.subscriptions), row.created_at, row.failing_since,
        row.disabled_at, row.reason, row.waiting,
    )  # fmt: skip


def _delivery_shape(row: DeliveryRow) -> DeliveryShape:
    return DeliveryShape(
        str(row.id), f"{row.kind}-{row.subject}", row.state.value, row.attempts, row.created_at,
        row.done_at, row.status, row.error,
    )  # fmt: skip


def _who(call: Call) -> str:
    return audit_log.by_agent(call.signed_in.id)
