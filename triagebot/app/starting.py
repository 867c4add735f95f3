"""Brings a server up soon: after a crash fans wait, so its model loads beside its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from triagebot.app.memory import loading
from triagebot.app.mind import live_mind

if TYPE_CHECKING:
    from triagebot.app.server import Server
    from triagebot.settings import Settings


def build(
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    fans: bool = False,
    origins: Mapping[str, str] = MappingProxyType({}),
) -> Server:
    """Return a server that can be run. Raises as `Server` does."""
    with loading(), ThreadPoolExecutor(1, "waking") as beside:
        waking = beside.submit(live_mind, settings, clock)
        # Much of waking is NumPy's work, which lets the import go on.
        from triagebot.app.server import Server

        return Server(settings, clock, mind=waking.result(), fans=fans, origins=origins)
