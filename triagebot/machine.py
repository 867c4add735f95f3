"""Names the machine that a figure is of."""

from __future__ import annotations

import os
import platform
import sqlite3


def describe() -> str:
    """Return processors, memory, system and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def busyness() -> float:
    """Return how many processes wanted a processor during the last minute, on average."""
    return round(os.getloadavg()[0], 1)
