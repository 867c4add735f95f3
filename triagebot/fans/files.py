"""The folder of fans' pictures and voices: names of our own, nobody else may read them."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "amr": "audio/amr",
    "mp3": "audio/mpeg",
    "speex": "audio/speex",
    "mp4": "video/mp4",
}
"""What is kept, by the ending that its first bytes earn it, with the type that browsers get."""

_NAME = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{3,5}")


class MediaFolder:
    """Keeps files under random names. All methods block."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, content: bytes, ending: str) -> str:
        """Write a file, whole or not at all, and return its name."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{secrets.token_hex(16)}.{ending}"
        draft = self._root / f".{name}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        draft.rename(self._root / name)
        return name

    def path(self, name: str) -> Path | None:
        """Return where a file lies; None for what is no name of ours or is not there."""
        path = self._root / name
        return path if _NAME.fullmatch(name) and path.is_file() else None

    def remove(self, name: str) -> None:
        """Delete a file; one that is not there is gone already."""
        if path := self.path(name):
            path.unlink(missing_ok=True)
