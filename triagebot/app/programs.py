"""What other people's programs call, and what tells them news."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from triagebot.programs.chatwoot import ChatwootApi
from triagebot.programs.chatwoot_contacts import ContactApi
from triagebot.programs.pages import Frames, ProgramPages
from triagebot.programs.token_api import TokenApi
from triagebot.programs.webhook_api import WebhookApi
from triagebot.programs.webhook_sender import Rules, WebhookSender
from triagebot.settings import Settings
from triagebot.store.database import Database
from triagebot.web.endpoint import HasEndpoints


def webhook_sender(
    settings: Settings, db: Database, clock: Callable[[], datetime]
) -> WebhookSender:
    """Return what tells webhooks the news, by the settings."""
    give_up = timedelta(hours=settings.webhooks.give_up_hours)
    return WebhookSender(db, clock, Rules(give_up, settings.webhooks.allow_private))


def program_endpoints(
    settings: Settings,
    db: Database,
    clock: Callable[[], datetime],
    sender: WebhookSender,
    wake: Callable[[], None],
    frames: Frames,
) -> list[HasEndpoints]:
    """Return the owners of the endpoints for programs; `wake` tells the outbox of a text."""
    allow_private = settings.webhooks.allow_private
    return [
        WebhookApi(db, sender, allow_private=allow_private),
        TokenApi(db, clock),
        ProgramPages(frames, db),
        ChatwootApi(db, clock, wake),
        ContactApi(db, clock, allow_private=allow_private),
    ]
