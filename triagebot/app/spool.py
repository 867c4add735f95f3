"""The spool that stands in for a shared store; a store on this machine needs none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from triagebot.intake.accept import Intake
from triagebot.nodes.spooling import SpooledIntake
from triagebot.settings import Settings
from triagebot.store.database import Database
from triagebot.store.spool import Spool
from triagebot.web.health import Metrics


def spooled_intake(
    settings: Settings, db: Database, intake: Intake, clock: Callable[[], datetime]
) -> SpooledIntake | None:
    """Return the intake that cannot wait for PostgreSQL; None on SQLite."""
    if not db.is_shared:
        return None
    section = settings.spool
    spool = Spool(Path(section.dir), clock, max_bytes=section.max_mb * 2**20)
    return SpooledIntake(intake, db, spool, text=section.text, budget=section.after_seconds)


def show(metrics: Metrics, spooled: SpooledIntake) -> None:
    """Put the spool's state among the metrics."""
    metrics.gauge(
        "triagebot_spool_messages",
        "Acknowledged messages that the shared store does not have yet",
        lambda: spooled.waiting,
    )
    metrics.gauge(
        "triagebot_store_away", "1 while the spool stands in for the store", lambda: spooled.is_away
    )
