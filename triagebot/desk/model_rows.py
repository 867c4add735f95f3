"""Bundles as the screen of models shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from triagebot.desk.model_shapes import (
    ComparedIntent,
    Comparison,
    ModelList,
    ModelRow,
    ModelShape,
    ProofRow,
    ReplayedShape,
    Replaying,
    ShadowChange,
    ShadowShape,
)
from triagebot.domain.change import Change
from triagebot.errors import BadBundle
from triagebot.models.history import current_name, previous_name
from triagebot.models.promote import objections
from triagebot.models.replay import read_record
from triagebot.models.shadow import read_shadow
from triagebot.models.shelf import Listed, digest, list_models, locate, read_proof
from triagebot.store.shadows import Seen
from triagebot.triage.manifest import read_manifest
from triagebot.triage.proof import Proof


def all_rows(models: Path) -> ModelList:
    """Return all bundles, the newest first; a damaged one says what is wrong with it."""
    shadowed = _shadowed(models)
    return ModelList(
        current_name(models),
        previous_name(models),
        shadowed,
        [_row(models, one, shadowed) for one in list_models(models)],
    )


def shape(models: Path, name: str, running: Replaying | None) -> ModelShape:
    """Return one bundle with its proof. Raises `NotFound`, `BadBundle`."""
    folder = locate(models, name)
    manifest, proof = read_manifest(folder), read_proof(folder)
    listed = next(one for one in list_models(models) if one.name == folder.name)
    return ModelShape(
        _row(models, listed, _shadowed(models)),
        proof.max_error,
        proof.confidence,
        manifest.data_hash,
        manifest.versions,
        sorted(_proofs(proof).values(), key=lambda row: (-row.needs, -row.bound, row.intent)),
        running,
        (folder / "report.html").is_file(),
    )


def compare(models: Path, before: str, after: str) -> Comparison:
    """Return what is proven of two bundles. Raises `NotFound`, `BadBundle`."""
    old, new = locate(models, before), locate(models, after)
    was, now = read_manifest(old).metrics, read_manifest(new).metrics
    one, two = _proofs(read_proof(old)), _proofs(read_proof(new))
    return Comparison(
        old.name,
        new.name,
        {name: [was.get(name), now.get(name)] for name in sorted({*was, *now})},
        [ComparedIntent(name, one.get(name), two.get(name)) for name in sorted({*one, *two})],
    )


def with_counts(
    shadow: ShadowShape, seen: Seen, changes: Sequence[Change], texts: Mapping[int, str]
) -> ShadowShape:
    """Return the shape with what was counted; `texts` are masked, by message id."""
    return msgspec.structs.replace(
        shadow,
        since=seen.since,
        until=seen.until,
        seen=seen.seen,
        skipped=seen.skipped,
        changed=seen.changed,
        changes=[_change(each, texts) for each in changes],
    )


def _change(change: Change, texts: Mapping[int, str]) -> ShadowChange:
    shown = dict.fromkeys(texts[number] for number in change.message_ids if number in texts)
    return ShadowChange(change.before, change.after, change.n, change.at_stake, list(shown))


def _row(models: Path, one: Listed, shadowed: str | None) -> ModelRow:
    gate, replayed = [one.problem], None
    if not one.problem:
        try:
            gate, replayed = list(objections(models, one.name)), _replayed(models, one.name)
        except BadBundle as error:
            gate = [error.message]
    return ModelRow(
        one.name,
        one.state,  # type: ignore[arg-type]
        one.name == shadowed,
        one.intents,
        one.certified,
        one.provisional,
        one.metrics,
        one.problem,
        gate,
        replayed,
    )


def _replayed(models: Path, name: str) -> ReplayedShape | None:
    record, serving = read_record(models / name), current_name(models)
    if record is None:
        return None
    there = serving is not None and (models / serving).is_dir()
    fits = there and record.base_digest == digest(models / str(serving))
    return ReplayedShape(
        record.base, record.at, record.by, record.n, record.changed, record.judged, fits
    )


def _shadowed(models: Path) -> str | None:
    found = read_shadow(models)
    return found.name if found else None


def _proofs(proof: Proof) -> dict[str, ProofRow]:
    return {
        name: ProofRow(
            name,
            one.threshold,
            one.n,
            one.errors,
            one.bound,
            one.coverage,
            one.needs,
            one.evidence,
            proof.max_error if one.promised is None else one.promised,
        )
        for name, one in proof.intents.items()
    }
