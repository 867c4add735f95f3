"""Files with secrets: there, and for nobody else to read."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

from triagebot.doctor.findings import Finding, fail, ok, warn

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def secret_files(files: Mapping[str, str]) -> list[Finding]:
    """Look at secret files by the name of their setting; settings without a file are left out."""
    findings = [_look(name, Path(path)) for name, path in files.items() if path]
    return findings or [ok("secrets", "no secret files are set")]


def _look(name: str, path: Path) -> Finding:
    what = f"secret {name}"
    try:
        mode = path.stat().st_mode
        path.read_bytes()
    except OSError as error:
        return fail(what, f"{path}: {error.strerror}", "Put the file there, readable for us.")
    if not path.read_text(encoding="utf-8", errors="replace").split():
        return fail(what, f"{path} is empty", "Put the secret into it.")
    if mode & OTHERS:
        words = f"{path} may be read by others ({stat.filemode(mode)})"
        return warn(what, words, f"chmod 600 {path}")
    return ok(what, f"{path} is ours alone")
