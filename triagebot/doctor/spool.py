"""The node's own file for messages while PostgreSQL is away."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from triagebot.doctor.findings import Finding, fail, ok, warn
from triagebot.store.spool import FILE
from triagebot.store.spooled import ATTEMPTS


def spool(folder: Path) -> list[Finding]:
    """Look at what lies in the spools of this machine."""
    counts = [_count(path) for path in sorted(folder.glob(f"*/{FILE}"))]
    waiting = sum(count for count, _ in counts)
    given_up = sum(count for _, count in counts)
    findings = []
    if given_up:
        do = "They are in the column `inbound`; put them into the store by hand or delete them."
        findings.append(fail("spool", f"{given_up} messages could not be stored", do))
    if waiting:
        do = "A running server empties it; if none runs here, start one with this spool.dir."
        findings.append(warn("spool", f"{waiting} messages wait for the store", do))
    return findings or [ok("spool", f"{folder} is empty")]


def _count(path: Path) -> tuple[int, int]:
    """Return how many messages wait, and how many were given up."""
    query = "SELECT sum(attempts < ?), sum(attempts >= ?) FROM spooled"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        waiting, given_up = connection.execute(query, (ATTEMPTS, ATTEMPTS)).fetchone()
    return waiting or 0, given_up or 0
