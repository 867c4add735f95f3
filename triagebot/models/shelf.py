"""The bundles in the folder: find them, check them, list them, remove old ones."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from triagebot.errors import BadBundle, NotFound
from triagebot.models.history import current_name, previous_name
from triagebot.triage.hot_reload import read_current
from triagebot.triage.manifest import Manifest, read_manifest
from triagebot.triage.proof import Proof
from triagebot.triage.registry import load
from triagebot.triage.think import Mind, wake


class Listed(msgspec.Struct, frozen=True):
    """A bundle in the folder; `state` is current, previous, ready or damaged."""

    name: str
    state: str
    intents: int
    certified: int
    provisional: bool
    metrics: dict[str, object]
    problem: str = ""


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
        known = ", ".join(names(models)) or "none"
        raise NotFound(f"there is no model {name!r} in {models} (there: {known})")
    return folder


def digest(folder: Path) -> str:
    """Return what tells this bundle from every other: the SHA-256, in hex, of its manifest.

    Raises `BadBundle` without a manifest.
    """
    try:
        return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    except OSError as error:
        raise BadBundle(f"model {folder.name}: manifest.json cannot be read") from error


def read_proof(folder: Path) -> Proof:
    """Return what is proven of a bundle. Raises `BadBundle` when the file is damaged."""
    try:
        return msgspec.json.decode((folder / "thresholds.json").read_bytes(), type=Proof)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadBundle(f"model {folder.name}: thresholds.json is damaged: {error}") from error


def list_models(models: Path) -> list[Listed]:
    """Return all bundles, the newest first."""
    current, previous = current_name(models), previous_name(models)
    states = {previous: "previous", current: "current"}
    return [_listed(models / name, states.get(name, "ready")) for name in names(models)]


def collect_garbage(
    models: Path, keep: int, *, dry_run: bool = False, also: Sequence[str | None] = ()
) -> list[str]:
    """Remove bundles and return their names; current, previous, `also` and the newest stay."""
    every = names(models)
    kept = {current_name(models), previous_name(models), *also, *every[:keep]}
    removed = [name for name in every if name not in kept]
    for name in [] if dry_run else removed:
        shutil.rmtree(models / name)
    return removed


def names(models: Path) -> Sequence[str]:
    """Return the bundles' names, the newest first, those of one moment by name."""
    if not models.is_dir():
        return []
    folders = [f for f in models.iterdir() if f.is_dir() and not f.name.startswith(".")]
    folders.sort(key=lambda f: (-f.stat().st_mtime_ns, f.name))
    return [folder.name for folder in folders]


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
