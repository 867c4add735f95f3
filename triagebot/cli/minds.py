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
    """Return the mind of a model by name, folder, or the current one. Raises `NotFound`."""
    from triagebot.models.shelf import locate
    from triagebot.triage.registry import load
    from triagebot.triage.think import wake

    name = name or "current"
    is_folder = name != "current" and Path(name).is_dir()
    folder = Path(name) if is_folder else locate(Path(settings.models.dir), name)
    return wake(load(folder, signing_key(settings)), facts(settings))
