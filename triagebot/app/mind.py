"""The mind that serves now, with the facts that replies may name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from triagebot.desk.office_hours import OfficeHours
from triagebot.settings import Settings, read_secret
from triagebot.settings.sections import Desk
from triagebot.triage.catalogue import VARIABLES
from triagebot.triage.hot_reload import LiveMind

if TYPE_CHECKING:
    from triagebot.desk.models import Shelf


def live_mind(settings: Settings, clock: Callable[[], datetime]) -> LiveMind:
    """Return the mind of the promoted model. Raises `BadBundle` when there is none."""
    staffed = staffing(settings.desk, clock)
    staffed()  # hours that cannot be read must not start
    return LiveMind(Path(settings.models.dir), Facts(settings), _key(settings), staffed)


def staffing(desk: Desk, clock: Callable[[], datetime]) -> Callable[[], bool]:
    """Return what tells whether people are at work, by the hours as they are when asked."""

    @lru_cache(maxsize=1)
    def hours(periods: str, timezone: str) -> OfficeHours:
        return OfficeHours(periods, timezone, clock)

    return lambda: hours(desk.hours, desk.timezone).staffed()


class Facts(Mapping[str, str]):
    """What the variables in replies stand for, as the settings are when asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __getitem__(self, name: str) -> str:
        """Return what one variable stands for."""
        brand, desk = self._settings.brand, self._settings.desk
        values = (brand.name, brand.hotline, brand.shop_url, desk.hours)
        return dict(zip(VARIABLES, values, strict=True))[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the variables."""
        return iter(VARIABLES)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(VARIABLES)


def model_shelf(settings: Settings) -> Shelf:
    """Return where the bundles lie, and the key that they must be signed with."""
    from triagebot.desk.models import Shelf  # a worker has none

    return Shelf(Path(settings.models.dir), _key(settings))


def _key(settings: Settings) -> bytes | None:
    secret = read_secret(settings.models.signing_key_file)
    return secret[0].encode() if secret else None
