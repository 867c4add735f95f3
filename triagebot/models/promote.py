"""Decide which bundle serves, with a gate before it and a history behind it.

Neither the pointer nor the history is touched when a check fails.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from triagebot.errors import BadBundle, GateNotMet, NothingToDo
from triagebot.models.gate import unproven, unseen
from triagebot.models.history import Step, current_name, previous_name, switch
from triagebot.models.replay import read_record
from triagebot.models.shelf import digest, locate, read_proof, verify
from triagebot.triage.hot_reload import read_current

Clock = Callable[[], datetime]


def promote(
    models: Path,
    name: str,
    by: str,
    *,
    key: bytes | None = None,
    force: str = "",
    why: str = "",
    clock: Clock = lambda: datetime.now(UTC),
) -> Step:
    """Make a bundle the one that serves and return what was logged.

    Raises `GateNotMet` with the reasons: when it does not pass its own checks, which nothing
    overrules, or when there are objections, unless `force` gives the reason to do it all the same.
    Promoting the current one changes nothing.
    """
    folder = locate(models, name)
    _check(models, name, key)
    before = current_name(models)
    if before == name:
        return Step("promote", name, read_current(models).promoted_at, by, before)
    found = objections(models, name)
    if found and not force.strip():
        raise GateNotMet(
            f"model {name} is not promoted: " + "; ".join(found), fields={"gate": found[0]}
        )
    forced = force.strip() if found else ""
    step = Step("promote", name, now(clock), by, before, forced, found, why.strip(), digest(folder))
    return switch(models, step)


def rollback(
    models: Path,
    by: str,
    *,
    key: bytes | None = None,
    why: str = "",
    clock: Clock = lambda: datetime.now(UTC),
) -> Step:
    """Return to the bundle that served before; twice goes back two steps.

    Raises `NothingToDo` when there is none, `BadBundle` when it is damaged.
    """
    serving, before = current_name(models), previous_name(models)
    if before is None:
        raise NothingToDo("there is no earlier model to return to")
    verify(models, before, key)
    step = Step("rollback", before, now(clock), by, serving, why=why.strip())
    return switch(models, step)


def objections(models: Path, name: str) -> tuple[str, ...]:
    """Return why a bundle may not take the place of what serves; empty when it may.

    A current model that is lost cannot object. Raises `NotFound`, `BadBundle`.
    """
    folder, before = locate(models, name), current_name(models)
    if before in (None, name) or not (models / str(before)).is_dir():
        return ()
    serving = models / str(before)
    seen = (before or "", digest(serving)), (name, digest(folder))
    return (
        *unproven(read_proof(serving), read_proof(folder)),
        *unseen(read_record(folder), *seen),
    )


def now(clock: Clock) -> str:
    """Return the time as history and records have it: ISO 8601, UTC, whole seconds."""
    return clock().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _check(models: Path, name: str, key: bytes | None) -> None:
    try:
        verify(models, name, key)
    except BadBundle as error:
        raise GateNotMet(
            f"model {name} is not promoted: {error.message}", fields={"gate": "checks"}
        ) from error
