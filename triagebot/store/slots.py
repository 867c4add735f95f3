"""Gives each process of a machine a folder of its own, the same ones again after a restart."""

from __future__ import annotations

import fcntl
import itertools
from io import TextIOWrapper
from pathlib import Path


class Slot:
    """The lowest numbered folder below `root` that no living process has.

    It is free again when this process ends, however it ends.
    """

    def __init__(self, root: Path) -> None:
        for number in itertools.count():
            self.folder = root / str(number)
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = _lock(self.folder / "lock")
            if lock is not None:
                self._lock = lock
                return

    def release(self) -> None:
        """Let another process have the folder."""
        self._lock.close()


def _lock(path: Path) -> TextIOWrapper | None:
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
