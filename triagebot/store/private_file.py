"""Files with fans' words in them are for nobody else to read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

OURS = 0o600
OTHERS = 0o077
"""What of a file's mode is for other people of the machine."""


def make(path: Path) -> None:
    """Make an empty file and the folders above it, unless it is there.

    SQLite takes an empty file for a new database, and gives its log the same mode.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # who opens it next says what is wrong
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OURS))


def is_private(path: Path) -> bool:
    """Whether nobody else may read or write a file."""
    return not path.stat().st_mode & OTHERS
