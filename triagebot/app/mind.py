"""The mind that serves now, with the facts that replies may name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from triagebot.desk.models import Shelf
from triagebot.desk.office_hours import OfficeHours
from triagebot.settings import Settings, read_secret
from triagebot.triage.hot_reload import LiveMind


def live_mind(settings: Settings, clock: Callable[[], datetime]) -> LiveMind:
    """Return the mind of the promoted model. Raises `BadBundle` when there is none."""
    hours = OfficeHours(settings.desk.hours, settings.desk.timezone, clock)
    facts = {
        "brand": settings.brand.name,
        "hotline": settings.brand.hotline,
        "shop_url": settings.brand.shop_url,
        "hours": settings.desk.hours,
    }
    shelf = model_shelf(settings)
    return LiveMind(shelf.models, facts, shelf.key, hours.staffed)


def model_shelf(settings: Settings) -> Shelf:
    """Return where the bundles lie, and the key that they must be signed with."""
    secret = read_secret(settings.models.signing_key_file)
    return Shelf(Path(settings.models.dir), secret[0].encode() if secret else None)
