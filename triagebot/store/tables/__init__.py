"""The tables, in one place; the migrations bring a database to this form."""

from __future__ import annotations

from triagebot.store.tables.clearings import clearing, clearing_item
from triagebot.store.tables.columns import metadata
from triagebot.store.tables.conversations import (
    HOUR,
    UNSENT,
    changed_at,
    conversation,
    message,
    note,
    outbound,
)
from triagebot.store.tables.drifting import drift_guard, drift_hour
from triagebot.store.tables.editions import edition, edition_draft, hit_count, snippet
from triagebot.store.tables.fans import fan, fan_import, fan_tag, tag
from triagebot.store.tables.labels import audit, audit_stratum, label
from triagebot.store.tables.media import answered_notice, media
from triagebot.store.tables.nodes import bundle_file, lease, promotion
from triagebot.store.tables.people import (
    agent,
    api_token,
    recovery_code,
    second_factor,
    session,
)
from triagebot.store.tables.ratings import rating
from triagebot.store.tables.recalls import recall, recall_fan
from triagebot.store.tables.records import audit_log, event, hour_count, progress, seal
from triagebot.store.tables.routing import offer, presence, skill
from triagebot.store.tables.sending import platform_token, reply_way, send_window
from triagebot.store.tables.shadows import shadow_change, shadow_seen
from triagebot.store.tables.surges import put_off
from triagebot.store.tables.webhooks import webhook, webhook_delivery

__all__ = [
    "HOUR",
    "UNSENT",
    "agent",
    "answered_notice",
    "api_token",
    "audit",
    "audit_log",
    "audit_stratum",
    "bundle_file",
    "clearing",
    "clearing_item",
    "changed_at",
    "conversation",
    "edition",
    "edition_draft",
    "drift_guard",
    "drift_hour",
    "event",
    "fan",
    "fan_import",
    "fan_tag",
    "hit_count",
    "hour_count",
    "label",
    "lease",
    "media",
    "message",
    "metadata",
    "note",
    "offer",
    "outbound",
    "platform_token",
    "presence",
    "progress",
    "promotion",
    "put_off",
    "rating",
    "recall",
    "recall_fan",
    "recovery_code",
    "reply_way",
    "seal",
    "send_window",
    "second_factor",
    "session",
    "shadow_change",
    "shadow_seen",
    "skill",
    "snippet",
    "tag",
    "webhook",
    "webhook_delivery",
]
