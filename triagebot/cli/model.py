"""`triagebot model`: the bundles, which of them serves, and which did."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from triagebot.cli import echo_json
from triagebot.cli.minds import signing_key

if TYPE_CHECKING:
    from triagebot.domain.change import Change
    from triagebot.store.shadows import Seen
    from triagebot.triage.proof import Proof

_by = click.option(
    "--by",
    default=getpass.getuser,
    show_default="your login",
    help="Who does it, for the history.",
)
_why = click.option(
    "--why", default="", show_default=False, metavar="REASON", help="Why, for the history."
)


@click.group()
def model() -> None:
    """List, show, verify, promote and roll back models."""


@model.command(name="list")
@click.pass_obj
def list_(obj: dict[str, Any]) -> None:
    """List the models, the newest first."""
    from triagebot.models.shelf import list_models

    found = list_models(_folder(obj))
    if obj["json"]:
        echo_json({"models": msgspec.to_builtins(found)})
        return
    for one in found:
        proven = "provisionally certified" if one.provisional else "certified"
        note = one.problem or f"{one.certified} of {one.intents} intents {proven}"
        click.echo(f"{one.name:<32} {one.state:<9} {note}")
    if not found:
        click.echo(f"no models in {_folder(obj)}; run `triagebot train`")


@model.command()
@click.argument("name", default="current")
@click.pass_obj
def show(obj: dict[str, Any], name: str) -> None:
    """Show what a model was made from and what is proven of it."""
    from triagebot.models.history import current_name
    from triagebot.models.promote import objections
    from triagebot.models.shelf import locate, read_proof
    from triagebot.triage.manifest import read_manifest

    folder = locate(_folder(obj), name)
    manifest, proof = read_manifest(folder, signing_key(obj["settings"])), read_proof(folder)
    gate = objections(_folder(obj), folder.name)
    seen = _shadow(obj, folder.name)
    if obj["json"]:
        shown = {
            "name": folder.name,
            "manifest": manifest,
            "proof": proof,
            "gate": gate,
            "shadow": seen,
        }
        echo_json(msgspec.to_builtins(shown))
        return
    click.echo(f"{folder.name}  data {manifest.data_hash[:12]}")
    click.echo("  ".join(f"{name}={value}" for name, value in manifest.metrics.items()))
    _show_proof(proof)
    serves = folder.name == current_name(_folder(obj))
    click.echo("it serves now" if serves else "gate: " + ("; ".join(gate) or "nothing against it"))
    if seen:
        counts, changes = seen
        click.echo(f"in the shadow: {counts.changed} of {counts.seen} live messages would change")
        for change in changes[:10]:
            click.echo(f"  {change.n:>7} × {change.before} → {change.after}")


def _show_proof(proof: Proof) -> None:
    kind = "provisional" if proof.provisional else "proven on audits"
    click.echo(f"at most {proof.max_error:.1%} wrong, {proof.confidence:.0%} sure, {kind}")
    for intent, one in sorted(proof.intents.items()):
        state = (
            f"needs {one.needs} more labels"
            if one.threshold is None
            else f"from {one.threshold:.3f}, answers {one.coverage:.0%}, at most {one.bound:.2%}"
        )
        click.echo(f"  {intent:<24} {state}")


@model.command()
@click.argument("name", default="current")
@click.pass_obj
def verify(obj: dict[str, Any], name: str) -> None:
    """Check schema, hashes, signature and self-test of a model."""
    from triagebot.models.shelf import verify as check

    mind = check(_folder(obj), name, signing_key(obj["settings"]))
    lines = len(mind.bundle.selftest)
    _tell(obj, {"name": mind.model, "selftest": lines}, f"{mind.model}: sound ({lines} lines)")


@model.command()
@click.argument("name")
@click.option(
    "--force",
    default="",
    show_default=False,
    metavar="REASON",
    help="Overrule the gate; is logged.",
)
@_why
@_by
@click.pass_obj
def promote(obj: dict[str, Any], name: str, force: str, why: str, by: str) -> None:
    """Let a model serve.

    Exits with 4 and the reasons when an intent would be certified worse, a check of the bundle
    fails, or the model was not replayed against the one that serves.
    """
    from triagebot.models.promote import promote as switch

    step = switch(_folder(obj), name, by, key=signing_key(obj["settings"]), force=force, why=why)
    text = f"{step.name} serves now" + (f", before it {step.before}" if step.before else "")
    if step.forced:
        text += f"; forced ({step.forced}) against: {'; '.join(step.objections)}"
    _tell(obj, msgspec.to_builtins(step), text)


@model.command()
@_why
@_by
@click.pass_obj
def rollback(obj: dict[str, Any], why: str, by: str) -> None:
    """Return to the model that served before."""
    from triagebot.models.promote import rollback as switch

    step = switch(_folder(obj), by, key=signing_key(obj["settings"]), why=why)
    _tell(obj, msgspec.to_builtins(step), f"{step.name} serves again, instead of {step.before}")


@model.command()
@click.argument("name")
@_by
@click.pass_obj
def shadow(obj: dict[str, Any], name: str, by: str) -> None:
    """Let a model think along and answer nothing.

    It thinks about live messages, and `model show` tells what would change; `off` ends it.
    """
    from triagebot.models.shadow import set_shadow

    wanted = None if name == "off" else name
    set_shadow(_folder(obj), wanted, by, key=signing_key(obj["settings"]))
    text = f"{name} thinks along in the shadow" if wanted else "no model is in the shadow"
    _tell(obj, {"shadow": wanted}, text)


@model.command()
@click.option("--keep", default=5, type=click.IntRange(min=0), help="How many others stay.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.pass_obj
def gc(obj: dict[str, Any], keep: int, dry_run: bool) -> None:
    """Remove old models.

    Current, previous, the one in the shadow and the newest stay.
    """
    from triagebot.models.shadow import read_shadow
    from triagebot.models.shelf import collect_garbage

    shadowed = read_shadow(_folder(obj))
    also = [shadowed.name] if shadowed else []
    names = collect_garbage(_folder(obj), keep, dry_run=dry_run, also=also)
    verb = "would remove" if dry_run else "removed"
    _tell(obj, {"removed": names, "dry_run": dry_run}, f"{verb} {', '.join(names) or 'nothing'}")


def _shadow(obj: dict[str, Any], name: str) -> tuple[Seen, list[Change]] | None:
    """Return what the model would have done, if it is in the shadow now."""
    from triagebot.cli.stored import stored_shadow
    from triagebot.models.history import current_name
    from triagebot.models.shadow import read_shadow

    shadowed = read_shadow(_folder(obj))
    if shadowed is None or shadowed.name != name:
        return None
    return stored_shadow(obj["settings"], name, current_name(_folder(obj)) or "")


def _tell(obj: dict[str, Any], value: object, text: str) -> None:
    if obj["json"]:
        echo_json(value)
    else:
        click.echo(text)


def _folder(obj: dict[str, Any]) -> Path:
    return Path(obj["settings"].models.dir)
