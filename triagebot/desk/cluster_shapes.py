"""The shapes of clusters and of decisions on many on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from triagebot.desk.shapes import Intent

MOST = 5000
"""How many conversations one decision may be on."""

Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,18}$")]


class MemberShape(msgspec.Struct):
    """One waiting fan in a cluster; `nearness` 0..1, `ticked` when near enough to be trusted."""

    conversation_id: str
    message_id: str
    newest_id: str
    text: str
    nearness: float
    ticked: bool
    channel: str
    window_until: datetime | None


class ClusterShape(msgspec.Struct):
    """A card: how many alike fans wait, five typical and five least typical ones, what fits them.

    `kind` is what they share: `alike` words, the best `answer`, or the `intent`. `soonest` is when
    the first of them can no longer be written to; `text` is the answer as the fan would read it.
    """

    key: str
    kind: str
    size: int
    ticked: int
    intent: str | None
    answer: str | None
    question: str
    text: str
    soonest: datetime | None
    typical: list[MemberShape]
    least: list[MemberShape]


class ClusterPage(msgspec.Struct):
    """The cards, largest first; `alone` fans are like nobody else."""

    waiting: int
    grouped: int
    alone: int
    at: datetime
    seconds: float
    clusters: list[ClusterShape]


class ClusterQuery(msgspec.Struct, forbid_unknown_fields=True):
    """With `fresh`, group anew even if it was done a moment ago.

    With `conversation` only the card that it is in, even if it is alone.
    """

    fresh: bool = False
    conversation: Id | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 60


class MembersPage(msgspec.Struct):
    """All members of a cluster, most typical first."""

    items: list[MemberShape]


class SplitQuery(msgspec.Struct, forbid_unknown_fields=True):
    """How alike the parts have to be, 0..1."""

    least: Annotated[float, msgspec.Meta(ge=0.3, le=1.0)] = 0.8


class TargetShape(msgspec.Struct, forbid_unknown_fields=True):
    """A fan to decide on, as seen: who has written since is left out."""

    conversation_id: Id
    message_id: Id
    newest_id: Id


class NewClearing(msgspec.Struct, forbid_unknown_fields=True):
    """One decision on many: a text to all, or none to close in silence, with or without a label.

    With `keeps` they are only labelled and go on waiting. `answer` names the answer whose words the
    text is, unchanged, so that whoever was told can be found when it turns out to be wrong.
    """

    targets: Annotated[list[TargetShape], msgspec.Meta(min_length=1, max_length=MOST)]
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    intent: Intent | None = None
    keeps: bool = False
    answer: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class ClearingShape(msgspec.Struct):
    """How far a decision is: until `starts_at` nothing has left and all can be taken back."""

    id: str
    state: str
    text: str
    intent: str | None
    keeps: bool
    size: int
    counts: dict[str, int]
    created_at: datetime
    starts_at: datetime


class ClearingMade(msgspec.Struct):
    """A stored decision, and how many fans were left out, by the reason.

    `taken`, `wrote`, `over`, `used_up`.
    """

    clearing: ClearingShape
    left_out: dict[str, int]


class Pace(msgspec.Struct):
    """What the caller has cleared since `since`: decisions, conversations, and by the minute."""

    since: datetime
    decisions: int
    conversations: int
    per_minute: float


class ClearingPage(msgspec.Struct):
    """The caller's newest decisions on many."""

    items: list[ClearingShape]
    pace: Pace
