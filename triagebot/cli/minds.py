"""Wake a model for the commands that think without a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from triagebot.triage.think import Mind


def facts(settings: Any) -> dict[str, str]:
    """Return what the variables in replies stand for."""
    return {
        "brand": settings.brand.name,
        "hotline": settings.brand.hotline,
        "shop_url": settings.brand.shop_url,
        "hours": settings.desk.hours,
    }


def signing_key(settings: Any) -> bytes | None:
    """Return the key that bundles are signed with, if there is one."""
    from triagebot.settings import read_secret

    secret = read_secret(settings.models.signing_key_file)
    return secret[0].encode() if secret else None


def wake_model(settings: Any, name: str | None) -> Mind:
    """Return the mind of a model by name, folder, or the current one."""
    from triagebot.triage.hot_reload import read_current
    from triagebot.triage.registry import load
    from triagebot.triage.think import wake

    models = Path(settings.models.dir)
    if name in (None, "current"):
        folder = models / read_current(models).name
    else:
        folder = Path(str(name)) if Path(str(name)).is_dir() else models / str(name)
    return wake(load(folder, signing_key(settings)), facts(settings))
