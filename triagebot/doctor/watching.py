"""What the server itself watches: how fans write, and what a candidate in the shadow would do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from triagebot.doctor.findings import Finding, fail, ok, warn
from triagebot.errors import BadBundle, Busy
from triagebot.models.drift import Guard
from triagebot.models.history import current_name
from triagebot.models.shadow import Shadowed, read_shadow
from triagebot.store import backup, database, drifts, engines, shadows
from triagebot.store.shadows import Seen

LOCK_SECONDS = 3.0
_WORDS = {"intents": "other intents than usual", "unknown": "unknown words", "topic": "a new topic"}

T = TypeVar("T")


def drift(url: str) -> list[Finding]:
    """Say whether the bot is more careful than usual, because fans write strangely."""
    try:
        state = _read(url, drifts.guard)
    except Busy as error:
        return [warn("drift", error.message, "Look at the findings of the store.")]
    guard = msgspec.json.decode(state, type=Guard) if state else Guard()
    if not guard.tight:
        return [ok("drift", "fans write as usual")]
    since = datetime.fromtimestamp(guard.since, UTC).isoformat(timespec="minutes")
    kinds = sorted({_WORDS.get(signal.kind, signal.kind) for signal in guard.signals})
    words = f"strange since {since}: {', '.join(kinds)}; fewer answers are sure enough"
    do = "See /desk/reports; label what is new and train, or write the answer that is missing."
    return [warn("drift", words, do)]


def shadow(models: Path, url: str) -> list[Finding]:
    """Say which candidate thinks along, and how much would be different; nothing if none does."""
    try:
        shadowed = read_shadow(models)
        if shadowed is None:
            return []
        base = current_name(models) or ""
        found = _read(url, lambda connection: shadows.read(connection, shadowed.name, base))
    except BadBundle as error:
        return [fail("shadow", error.message, "triagebot model shadow off")]
    except Busy as error:
        return [warn("shadow", error.message, "Look at the findings of the store.")]
    if not (models / shadowed.name).is_dir():
        return [warn("shadow", f"{shadowed.name} is not there", "triagebot model shadow off")]
    return [_shadowed(shadowed, found[0] if found else None)]


def _shadowed(shadowed: Shadowed, seen: Seen | None) -> Finding:
    if seen is None or not seen.seen:
        words = f"{shadowed.name} has seen no message since {shadowed.since}"
        return warn("shadow", words, "Does a server run, and do fans write?")
    words = f"{shadowed.name} would do otherwise with {seen.changed:,} of {seen.seen:,} messages"
    return ok("shadow", f"{words} since {shadowed.since}; {seen.skipped:,} skipped")


def _read(url: str, job: Callable[[Connection], T]) -> T | None:
    """Read from a store as it is, without its writer; None where there is no store yet.

    Raises `Busy` when it is away or has not the tables of this version.
    """
    parsed = engines.parse(url)
    if parsed.get_backend_name() == "sqlite" and not backup.sqlite_file(url).exists():
        return None
    engine = engines.reading_engine(parsed, size=1, lock_seconds=LOCK_SECONDS)
    try:
        return database.read_on(engine, job)
    finally:
        engine.dispose()
