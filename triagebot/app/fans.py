"""What is known of fans, how they are forgotten, and what works on that beside the requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from triagebot.errors import BadInput
from triagebot.fans.files import MediaFolder
from triagebot.fans.forgetting import AfterLeaving, Forgetting, Policy
from triagebot.fans.retention import Ages, Retention
from triagebot.settings import Settings
from triagebot.store.database import Database


def forgetting(settings: Settings, db: Database, clock: Callable[[], datetime]) -> Forgetting:
    """Return what erases fans, by the settings. Raises `BadInput` for an unknown policy."""
    fans = settings.fans
    if fans.after_leaving not in tuple(AfterLeaving):
        raise BadInput(
            "fans.after_leaving is keep, anonymise or delete", fields={"after_leaving": "unknown"}
        )
    policy = Policy(AfterLeaving(fans.after_leaving), fans.after_days, fans.keep_labelled)
    return Forgetting(db, policy, MediaFolder(Path(fans.media_dir)), clock)


def retention(settings: Settings, db: Database, clock: Callable[[], datetime]) -> Retention:
    """Return what forgets words that are too old, by the settings."""
    kept = settings.retention
    return Retention(db, Ages(kept.message_days, kept.log_days), clock)
