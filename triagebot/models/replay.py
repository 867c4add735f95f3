"""Which fans' answers would change: two minds treat the same past messages.

Each message is taken as the first of its conversation, by both. Where people have judged a message
that the two treat differently, it speaks for the better one; only such messages say anything about
which is better, so the test on them (McNemar's) needs few labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from triagebot.binomial import mcnemar
from triagebot.domain.change import Change
from triagebot.domain.decision import Decision
from triagebot.domain.label import Label
from triagebot.domain.prediction import Prediction
from triagebot.errors import BadBundle
from triagebot.models.history import point
from triagebot.models.shelf import digest
from triagebot.models.treatment import Treatment, at_stake, decide_first, treatment_of, worth
from triagebot.triage.manifest import thinks_alike
from triagebot.triage.normalise import mask
from triagebot.triage.think import Mind

FILE = "replay.json"
"""Lies in the candidate's folder; the gate reads it."""

GROUPS = 200
EXAMPLES = 5
LAST = 20
"""The messages of a group, the last ones, whose ids are kept."""


@dataclass(frozen=True, slots=True)
class Past:
    """A message that came before, with what people say it was, if anybody did."""

    channel: str
    text: str
    message_id: str = ""
    label: Label | None = None


class Judged(msgspec.Struct, frozen=True):
    """Judged messages that two models treat differently: for whom they speak.

    `p` is the probability of a split at least so uneven if neither were better, 0..1.
    """

    better: int = 0
    worse: int = 0
    tied: int = 0
    p: float = 1.0


class Example(msgspec.Struct, frozen=True):
    """One message of a group, personal data masked; `judged` says for whom it speaks."""

    text: str
    before: float
    after: float
    message_id: str = ""
    judged: str = ""


class Group(msgspec.Struct, frozen=True):
    """Messages that get `after` instead of `before`.

    `at_stake` is what they cost together if `after` is wrong each time, in minutes of an agent.
    """

    before: str
    after: str
    n: int
    at_stake: float
    judged: Judged
    examples: list[Example]


class ReplayRecord(msgspec.Struct, frozen=True):
    """`replay.json`: what came of it, and which two bundles, by digest, it is true of.

    `source` is `store` or a file's name. `n` messages were replayed, `changed` of them would be
    treated differently; `groups` are the dearest first, `left_out` messages are in none of them.
    `no_traffic`: the store holds no message at all, so there was nothing to replay.
    """

    base: str
    base_digest: str
    candidate: str
    candidate_digest: str
    at: str
    by: str
    source: str
    days: float
    n: int
    changed: int
    judged: Judged
    judged_by_intent: dict[str, Judged]
    groups: list[Group]
    left_out: int = 0
    no_traffic: bool = False


@dataclass(slots=True)
class _Tally:
    n: int = 0
    at_stake: float = 0.0
    votes: Counter[int] = field(default_factory=Counter)
    examples: dict[str, Example] = field(default_factory=dict)
    message_ids: list[str] = field(default_factory=list)

    def judged(self) -> Judged:
        return _judged(self.votes)


class Replay:
    """Two minds and what differs between them so far."""

    def __init__(self, base: Mind, candidate: Mind) -> None:
        self._base = base
        self._candidate = candidate
        self._alike = thinks_alike(base.bundle.manifest, candidate.bundle.manifest)
        self._groups: dict[tuple[Treatment, Treatment], _Tally] = {}
        self._by_intent: dict[str, Counter[int]] = {}
        self.n = 0

    def feed(self, messages: Sequence[Past]) -> None:
        """Let both minds treat a batch; the same text is thought about once."""
        texts = list(dict.fromkeys(message.text for message in messages))
        before = dict(zip(texts, self._base.think(texts), strict=True))
        after = (
            before if self._alike else dict(zip(texts, self._candidate.think(texts), strict=True))
        )
        for message in messages:
            self._compare(message, before[message.text], after[message.text])
        self.n += len(messages)

    def changes(self) -> list[Change]:
        """Return what changed so far, each with the ids of its last messages."""
        return [
            Change(
                str(before), str(after), tally.n, tally.at_stake, tuple(map(int, tally.message_ids))
            )
            for (before, after), tally in self._groups.items()
        ]

    def record(
        self, at: str, by: str, source: str, days: float = 0.0, *, no_traffic: bool = False
    ) -> ReplayRecord:
        """Return what came of it so far."""
        ranked = sorted(
            self._groups.items(), key=lambda item: (-item[1].at_stake, -item[1].n, str(item[0]))
        )
        every = sum((tally.votes for tally in self._groups.values()), Counter[int]())
        return ReplayRecord(
            self._base.model,
            digest(self._base.bundle.folder),
            self._candidate.model,
            digest(self._candidate.bundle.folder),
            at,
            by,
            source,
            days,
            self.n,
            sum(tally.n for tally in self._groups.values()),
            _judged(every),
            {name: _judged(votes) for name, votes in sorted(self._by_intent.items())},
            [_group(pair, tally) for pair, tally in ranked[:GROUPS]],
            sum(tally.n for _, tally in ranked[GROUPS:]),
            no_traffic,
        )

    def _compare(self, message: Past, before: Prediction, after: Prediction) -> None:
        old = decide_first(self._base, message.channel, message.text, before)
        new = decide_first(self._candidate, message.channel, message.text, after)
        pair = treatment_of(old), treatment_of(new)
        if pair[0] == pair[1]:
            return
        tally = self._groups.setdefault(pair, _Tally())
        tally.n += 1
        tally.at_stake += at_stake(self._candidate.catalogue, new)
        tally.message_ids = [*tally.message_ids[1 - LAST :], message.message_id]
        vote = self._vote(message.label, old, new)
        if vote is not None:
            tally.votes[vote] += 1
        if len(tally.examples) < EXAMPLES:
            text = mask(message.text)
            shown = Example(text, old.confidence, new.confidence, message.message_id, _WORDS[vote])
            tally.examples.setdefault(text, shown)

    def _vote(self, label: Label | None, old: Decision, new: Decision) -> int | None:
        if label is None:
            return None
        difference = worth(new, label) - worth(old, label)
        vote = (difference > 0) - (difference < 0)
        self._by_intent.setdefault(label.intent, Counter())[vote] += 1
        return vote


def write_record(folder: Path, record: ReplayRecord) -> None:
    """Put the record into the candidate's folder, in place of an earlier one."""
    point(folder / FILE, record)


def read_record(folder: Path) -> ReplayRecord | None:
    """Return the last replay of a candidate, or None. Raises `BadBundle` when it is damaged."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=ReplayRecord)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise BadBundle(f"model {folder.name}: {FILE} is damaged: {error}") from error


_WORDS = {None: "", 1: "better", 0: "tied", -1: "worse"}


def _judged(votes: Counter[int]) -> Judged:
    return Judged(votes[1], votes[-1], votes[0], mcnemar(votes[1], votes[-1]))


def _group(pair: tuple[Treatment, Treatment], tally: _Tally) -> Group:
    return Group(
        str(pair[0]),
        str(pair[1]),
        tally.n,
        tally.at_stake,
        tally.judged(),
        list(tally.examples.values()),
    )
