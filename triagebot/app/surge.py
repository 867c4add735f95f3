"""What watches the load, and thinks afterwards about what a surge has put off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from triagebot.channels.wechat.account import Account
from triagebot.domain.surge import Stage
from triagebot.intake.afterthoughts import Afterthoughts
from triagebot.intake.pressure import Pressure
from triagebot.intake.surge import Limits, Surge
from triagebot.intake.thinking import Thinker
from triagebot.models.drift_watch import Caution
from triagebot.settings import Settings
from triagebot.store.database import Database
from triagebot.web.health import Metrics


def pressure(settings: Settings, db: Database) -> Pressure:
    """Return what watches this node's load."""
    section = settings.surge
    limits = Limits(
        pressed=section.pressed_seconds,
        rest=section.calm_seconds,
        refused=section.refused_seconds,
    )
    return Pressure(db, Surge(limits))


def afterthoughts(
    db: Database,
    thinker: Thinker,
    watched: Pressure,
    clock: Callable[[], datetime],
    wake: Callable[[], None],
    accounts: Mapping[str, Account],
) -> Afterthoughts:
    """Return what thinks afterwards; accounts without the send API are not answered late."""
    silent = {
        account.channel
        for account in accounts.values()
        if account.passive_only or not account.secret
    }
    return Afterthoughts(db, thinker, watched, clock, wake, silent)


def show(metrics: Metrics, watched: Pressure, caution: Caution) -> None:
    """Put the stage, the load and the caution among the metrics."""
    metrics.gauge(
        "triagebot_drift_tightened", "1 while fans write strangely and answers need to be surer",
        lambda: float(caution.guard.tight),
    )  # fmt: skip
    metrics.gauge(
        "triagebot_surge_stage", "1 full, 2 rules, 3 text, 4 count", lambda: watched.stage
    )
    metrics.gauge(
        "triagebot_intake_waiting", "Messages that wait for their commit",
        lambda: watched.load.waiting,
    )  # fmt: skip
    metrics.gauge(
        "triagebot_intake_stored_per_second", "Messages stored a second, over two seconds",
        lambda: watched.load.rate,
    )  # fmt: skip
    metrics.gauge(
        "triagebot_intake_oldest_seconds", "Seconds that the oldest waits",
        lambda: watched.load.oldest,
    )  # fmt: skip
    for stage in Stage:
        name = stage.name.lower()
        metrics.gauge(
            f"triagebot_surge_{name}_messages", f"Messages taken in at the stage {name}",
            lambda stage=stage: watched.by_stage[stage],  # type: ignore[misc]
        )  # fmt: skip
