"""Say in plain words what a model is, what it was made of, and what it may be used for."""

from __future__ import annotations

from triagebot.triage.manifest import Manifest
from triagebot.triage.proof import IntentProof, Proof

_HEAD = """\
# Model card

Sorts a fan's message into {count} intents and finds the answer it wants: TF-IDF over words and
characters, a linear model, a temperature of {temperature:g}. Made from {rows} sentences (data hash
`{data}`), {accuracy:.1%} right on sentences it had not seen.

**Use it** for messages to the account whose sentences it was trained on. **Do not use it** to judge
people, or for another brand without measuring it there first.
{capped}{mended}
**Promise:** at most {max_error:.0%} of automatic answers wrong, {confidence:.0%} sure. Its proof is
{kind}.
An intent without a threshold is not answered automatically, except word for word.

| intent | threshold | proven | needs |
|---|---|---|---|
"""

_CAPPED = """
**Caps:** {capped} rows were left out, as one agent, fan, day or wording brought too much;
`report.html` says whose.
"""

_MENDED = """
**Mended labels:** of {doubted} labels that people gave, {mended} were learnt as another intent, as
listed in `mended.jsonl`; {label_noise:.0%} of all are expected to be wrong. The figures here are
measured by the labels as given, by models that never saw them.
"""


def model_card(manifest: Manifest, proof: Proof) -> str:
    """Return the card as Markdown."""
    kind = (
        "provisional: from held-out seed sentences, not from audits of real answers"
        if proof.provisional
        else "from audits of real answers"
    )
    head = _HEAD.format(
        count=len(manifest.intents),
        temperature=manifest.temperature,
        rows=manifest.metrics["rows"],
        data=manifest.data_hash[:12],
        accuracy=manifest.metrics["held_out_accuracy"],
        max_error=proof.max_error,
        confidence=proof.confidence,
        kind=kind,
        capped=_CAPPED.format(**manifest.metrics) if "capped" in manifest.metrics else "",
        mended=_MENDED.format(**manifest.metrics) if "mended" in manifest.metrics else "",
    )
    return head + "".join(_line(name, found) for name, found in sorted(proof.intents.items()))


def _line(name: str, found: IntentProof) -> str:
    threshold = "–" if found.threshold is None else f"{found.threshold:.3f}"
    proven = f"≤ {found.bound:.1%} wrong of {found.n}"
    return f"| {name} | {threshold} | {proven} | {found.needs or ''} |\n"
