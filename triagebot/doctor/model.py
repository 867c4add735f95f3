"""The promoted model: there, unaltered, and not for others to write."""

from __future__ import annotations

import stat
from pathlib import Path

from triagebot.doctor.findings import Finding, fail, ok, warn
from triagebot.errors import TriagebotError
from triagebot.triage.hot_reload import read_current
from triagebot.triage.registry import load


def model(models: Path, key: bytes | None) -> list[Finding]:
    """Load the promoted bundle as the server does, with hashes, signature and self-test."""
    try:
        name = read_current(models).name
        load(models / name, key)
    except TriagebotError as error:
        return [fail("model", error.message, "triagebot model rollback, or train --promote")]
    findings = [ok("model", f"{name} passes its own test")]
    if key is None:
        words = "bundles are not signed"
        do = "Set models.signing_key_file, so that nobody can put in one of their own."
        findings.append(warn("model signature", words, do))
    if (models.stat().st_mode | (models / name).stat().st_mode) & stat.S_IWOTH:
        words = f"{models} may be written by everybody"
        findings.append(fail("model folder", words, f"chmod -R o-w {models}"))
    return findings
