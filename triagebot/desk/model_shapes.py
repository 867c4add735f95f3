"""The shapes of bundles on the wire, for the screen of models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from triagebot.models.replay import Judged

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Reason = Annotated[str, msgspec.Meta(max_length=500)]


class ReplayedShape(msgspec.Struct):
    """What the last replay of a bundle came to; `fits` when it is true of what serves now."""

    base: str
    at: str
    by: str
    n: int
    changed: int
    judged: Judged
    fits: bool


class ModelRow(msgspec.Struct):
    """A bundle. `certified` of its `intents` may be answered; `gate` says what is against it."""

    name: str
    state: Literal["current", "previous", "ready", "damaged"]
    in_shadow: bool
    intents: int
    certified: int
    provisional: bool
    metrics: dict[str, Any]
    problem: str
    gate: list[str]
    replayed: ReplayedShape | None


class ModelList(msgspec.Struct):
    """All bundles, the newest first."""

    current: str | None
    previous: str | None
    shadow: str | None
    models: list[ModelRow]


class ProofRow(msgspec.Struct):
    """What is proven of one intent; without a `threshold` it is not answered automatically.

    `evidence` is seed, held_out or audit; only audits prove for good. `needs` more right labels
    would prove it.
    """

    intent: str
    threshold: float | None
    n: int
    errors: int
    bound: float
    coverage: float
    needs: int
    evidence: str
    promised: float


class Replaying(msgspec.Struct):
    """A replay that runs here now, or the reason why the last one failed."""

    done: int
    total: int
    error: str = ""


class ModelShape(msgspec.Struct):
    """A bundle with its proof by intent, worst first."""

    row: ModelRow
    max_error: float
    confidence: float
    data_hash: str
    versions: dict[str, str]
    proof: list[ProofRow]
    replaying: Replaying | None
    has_report: bool


class CompareQuery(msgspec.Struct, forbid_unknown_fields=True):
    """The bundle to compare with: the one that serves by default."""

    base: Name = "current"


class ComparedIntent(msgspec.Struct):
    """What is proven of one intent in both bundles; None where a bundle lacks it."""

    intent: str
    before: ProofRow | None
    after: ProofRow | None


class Comparison(msgspec.Struct):
    """Two bundles side by side; `metrics` holds both values of each figure."""

    before: str
    after: str
    metrics: dict[str, list[Any]]
    intents: list[ComparedIntent]


class NewReplay(msgspec.Struct, forbid_unknown_fields=True):
    """How far to look back."""

    days: Annotated[float, msgspec.Meta(gt=0, le=3650)] = 14.0


class NewPromotion(msgspec.Struct, forbid_unknown_fields=True):
    """The bundle that shall serve; `confirm` is its name, typed again.

    `force` gives the reason for overruling the gate, `why` the reason otherwise.
    """

    name: Name
    confirm: Name
    why: Reason = ""
    force: Reason = ""


class NewRollback(msgspec.Struct, forbid_unknown_fields=True):
    """`confirm` is the name of the bundle that serves and shall no longer, typed."""

    confirm: Name
    why: Reason = ""


class StepShape(msgspec.Struct):
    """One promotion or rollback."""

    action: str
    name: str
    at: str
    by: str
    before: str | None
    why: str
    forced: str
    objections: list[str]
    digest: str


class ShadowChoice(msgspec.Struct, forbid_unknown_fields=True):
    """The bundle to think along; null for none."""

    name: Name | None


class ShadowChange(msgspec.Struct):
    """Live messages that would get `after` instead of `before`, with some of them, masked."""

    before: str
    after: str
    n: int
    at_stake: float
    examples: list[str]


class ShadowShape(msgspec.Struct):
    """What the bundle in the shadow would have done; all null or empty when there is none."""

    name: str | None = None
    base: str | None = None
    wanted_at: str | None = None
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    seen: int = 0
    skipped: int = 0
    changed: int = 0
    changes: list[ShadowChange] = []
