"""All settings in one table, read once: defaults < triagebot.toml < environment < --set.

Secrets come only from files (`*_file`) or the environment and are never shown.
"""

from __future__ import annotations

from triagebot.settings.reading import (
    from_environment,
    is_pinned,
    load_settings,
    read_secret,
    read_value,
    setting_rows,
    table,
)
from triagebot.settings.sections import Settings

__all__ = [
    "Settings",
    "from_environment",
    "is_pinned",
    "load_settings",
    "read_secret",
    "read_value",
    "setting_rows",
    "table",
]
