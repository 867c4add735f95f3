"""Decide which bundle serves, with a gate before it and a history behind it.

`current.json` is the pointer that servers follow, changed by one rename; `history.jsonl` is only
ever appended to. Neither is touched when a check fails.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from triagebot.errors import BadBundle, GateNotMet, NotFound, NothingToDo
from triagebot.triage.hot_reload import Current, read_current
from triagebot.triage.registry import IntentProof, Manifest, Proof, load, read_manifest
from triagebot.triage.think import Mind, wake

Clock = Callable[[], datetime]

HISTORY = "history.jsonl"
SEED_SLACK = 0.5
"""How much of the promise a proof on seed sentences may lose: there, one sentence more or less
moves it, and an intent that lost its proof is not answered wrongly but not answered."""

_TOLERANCE = 1e-12


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the history: `action` is promote or rollback, `before` what served until then.

    `forced` is the reason why the gate was overruled, with what it objected to in `objections`.
    """

    action: str
    name: str
    at: str
    by: str
    before: str | None = None
    forced: str = ""
    objections: tuple[str, ...] = ()


class Listed(msgspec.Struct, frozen=True):
    """A bundle in the folder; `state` is current, previous, ready or damaged."""

    name: str
    state: str
    intents: int
    certified: int
    provisional: bool
    metrics: dict[str, object]
    problem: str = ""


def promote(
    models: Path,
    name: str,
    by: str,
    *,
    key: bytes | None = None,
    force: str = "",
    clock: Clock = lambda: datetime.now(UTC),
) -> Step:
    """Make a bundle the one that serves and return what was logged.

    Raises `BadBundle` when it does not pass its own checks, which nothing overrules, and
    `GateNotMet` with the reasons when an intent is proven worse than in the current one, unless
    `force` gives the reason to do it all the same. Promoting the current one changes nothing.
    """
    candidate = verify(models, name, key)
    before = current_name(models)
    if before == name:
        return Step("promote", name, read_current(models).promoted_at, by, before)
    objections = _objections(models, before, candidate.bundle.proof)
    if objections and not force.strip():
        raise GateNotMet(
            f"model {name} is not promoted: " + "; ".join(objections),
            fields={"gate": objections[0]},
        )
    forced = force.strip() if objections else ""
    return _switch(models, Step("promote", name, _now(clock), by, before, forced, objections))


def rollback(
    models: Path,
    by: str,
    *,
    key: bytes | None = None,
    clock: Clock = lambda: datetime.now(UTC),
) -> Step:
    """Return to the bundle that served before; twice goes back two steps.

    Raises `NothingToDo` when there is none, `BadBundle` when it is damaged.
    """
    now, before = current_name(models), previous_name(models)
    if before is None:
        raise NothingToDo("there is no earlier model to return to")
    verify(models, before, key)
    return _switch(models, Step("rollback", before, _now(clock), by, now))


def verify(models: Path, name: str, key: bytes | None = None) -> Mind:
    """Return the bundle awake after all checks: schema, hashes, signature, self-test.

    Raises `NotFound` when there is no such bundle, `BadBundle` when a check fails.
    """
    return wake(load(locate(models, name), key))


def locate(models: Path, name: str) -> Path:
    """Return the folder of a bundle; `current` is the one that serves. Raises `NotFound`."""
    if name == "current":
        name = read_current(models).name
    folder = models / name
    if not name or Path(name).name != name or name.startswith(".") or not folder.is_dir():
        known = ", ".join(_names(models)) or "none"
        raise NotFound(f"there is no model {name!r} in {models} (there: {known})")
    return folder


def current_name(models: Path) -> str | None:
    """Return the name of the bundle that serves, or None before the first promotion."""
    return read_current(models).name if (models / "current.json").exists() else None


def previous_name(models: Path) -> str | None:
    """Return the bundle that a rollback would return to, or None."""
    stack: list[str] = []
    for step in history(models):
        if step.action == "rollback" and len(stack) > 1:
            stack.pop()
        elif not stack or stack[-1] != step.name:
            stack.append(step.name)
    return stack[-2] if len(stack) > 1 else None


def history(models: Path) -> list[Step]:
    """Return all steps, oldest first. Raises `BadBundle` naming the line that is damaged."""
    path = models / HISTORY
    steps = []
    lines = path.read_bytes().splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        try:
            steps.append(msgspec.json.decode(line, type=Step))
        except msgspec.MsgspecError as error:
            raise BadBundle(f"{path}:{number}: damaged: {error}") from error
    return steps


def list_models(models: Path) -> list[Listed]:
    """Return all bundles, the newest first."""
    current, previous = current_name(models), previous_name(models)
    states = {previous: "previous", current: "current"}
    return [_listed(models / name, states.get(name, "ready")) for name in _names(models)]


def collect_garbage(models: Path, keep: int, *, dry_run: bool = False) -> list[str]:
    """Remove all bundles but current, previous and the `keep` newest; return their names."""
    names = _names(models)
    kept = {current_name(models), previous_name(models), *names[:keep]}
    removed = [name for name in names if name not in kept]
    for name in [] if dry_run else removed:
        shutil.rmtree(models / name)
    return removed


def read_proof(folder: Path) -> Proof:
    """Return what is proven of a bundle. Raises `BadBundle` when the file is damaged."""
    try:
        return msgspec.json.decode((folder / "thresholds.json").read_bytes(), type=Proof)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadBundle(f"model {folder.name}: thresholds.json is damaged: {error}") from error


def _objections(models: Path, before: str | None, candidate: Proof) -> tuple[str, ...]:
    """Return why the candidate is worse than what serves; a lost current model cannot object."""
    if before is None or not (models / before).is_dir():
        return ()
    serving = read_proof(models / before)
    reasons = []
    if candidate.max_error > serving.max_error + _TOLERANCE:
        reasons.append(f"promises {candidate.max_error:g} errors, now {serving.max_error:g}")
    if candidate.confidence < serving.confidence - _TOLERANCE:
        reasons.append(f"is {candidate.confidence:g} sure, now {serving.confidence:g}")
    if candidate.provisional and not serving.provisional:
        reasons.append("is proven on seed sentences only, now on audits")
    slack = SEED_SLACK if candidate.provisional and serving.provisional else 0.0
    for name, now in sorted(serving.intents.items()):
        if now.threshold is not None:
            allowed = serving.max_error * slack
            reasons.extend(_losses(name, now, candidate.intents.get(name), allowed))
    return tuple(reasons)


def _losses(name: str, now: IntentProof, then: IntentProof | None, slack: float) -> Iterator[str]:
    """Yield how a certified intent would lose by more than `slack` in its proven error.

    Each proof goes as far down as its promise allows, so its bound alone only says how far that
    was: a higher one is a loss when no more messages are answered for it.
    """
    worse = then is None or then.bound > now.bound + slack + _TOLERANCE
    if worse and (then is None or then.threshold is None):
        yield f"{name} is no longer certified"
    elif then and worse and then.coverage <= now.coverage + _TOLERANCE:
        yield (
            f"{name} is certified worse: at most {then.bound:.2%} wrong at {then.coverage:.0%} "
            f"coverage, now {now.bound:.2%} at {now.coverage:.0%}"
        )


def _switch(models: Path, step: Step) -> Step:
    """Log first: a pointer without its line would be a model that nobody promoted."""
    with (models / HISTORY).open("ab") as log:
        log.write(msgspec.json.encode(step) + b"\n")
        log.flush()
        os.fsync(log.fileno())
    draft = models / f".current.{os.getpid()}"
    draft.write_bytes(msgspec.json.encode(Current(step.name, step.at, step.by)) + b"\n")
    draft.replace(models / "current.json")
    return step


def _listed(folder: Path, state: str) -> Listed:
    try:
        manifest: Manifest = read_manifest(folder)
        proof = read_proof(folder)
    except BadBundle as error:
        return Listed(folder.name, "damaged", 0, 0, False, {}, error.message)
    certified = sum(one.threshold is not None for one in proof.intents.values())
    return Listed(
        folder.name, state, len(manifest.intents), certified, proof.provisional, manifest.metrics
    )


def _names(models: Path) -> Sequence[str]:
    """Return the bundles' names, the newest first, those of one moment by name."""
    if not models.is_dir():
        return []
    folders = [f for f in models.iterdir() if f.is_dir() and not f.name.startswith(".")]
    folders.sort(key=lambda f: (-f.stat().st_mtime_ns, f.name))
    return [folder.name for folder in folders]


def _now(clock: Clock) -> str:
    return clock().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
