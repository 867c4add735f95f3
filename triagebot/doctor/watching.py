"""What the server itself keeps: sealed deeds, how fans write, what a candidate would change."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from triagebot.doctor.findings import Finding, fail, ok, warn
from triagebot.errors import BadBundle, Busy
from triagebot.models.drift import Guard
from triagebot.models.history import current_name
from triagebot.models.shadow import Shadowed, read_shadow
from triagebot.store import drifts, seals, shadows
from triagebot.store.database import read_once
from triagebot.store.shadows import Seen

_WORDS = {"intents": "other intents than usual", "unknown": "unknown words", "topic": "a new topic"}


def deeds(url: str, now: datetime) -> Finding:
    """Say whether the log of who did what is as it was sealed."""
    try:
        chain = read_once(url, partial(seals.check, now=now))
    except Busy as error:
        return warn("deeds", error.message, "Look at the findings of the store.")
    if chain is None or not chain.wholes:
        return ok("deeds", "none are sealed yet")
    if chain.problems:
        do = "Somebody changed the log of deeds; compare it with a backup."
        return fail("deeds", chain.problems[0], do)
    return ok("deeds", f"the log is as it was sealed, {len(chain.wholes)} times")


def drift(url: str) -> list[Finding]:
    """Say whether the bot is more careful than usual, because fans write strangely."""
    try:
        state = read_once(url, drifts.guard)
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
        found = read_once(url, partial(shadows.read, candidate=shadowed.name, base=base))
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
