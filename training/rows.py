"""One sentence to learn from, where it comes from, and which of two with one text stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from training.caps import Kind
from triagebot.domain.catalogue import Example
from triagebot.domain.label import UNDATED, Label, Source

_STANDING = {
    Source.SEED: 0,
    Source.IMPORT: 1,
    Source.AGENT: 2,
    Source.REVIEW: 2,
    Source.AUDIT: 2,
}

_OF_DESK = frozenset({Source.AGENT, Source.REVIEW, Source.AUDIT})


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence to learn from.

    `text` is as written; `answer` is known for wordings of an answer's question. `weight` is how
    much it counts in training, `p_sample` in (0, 1] how likely an audit was to draw it. Rows of
    one `group` are near duplicates. `by`, `fan` and `day` say who labelled whose message when, as
    far as that is known.
    """

    text: str
    intent: str
    answer: str | None
    source: Source
    weight: float
    p_sample: float
    group: int
    by: str = ""
    fan: str = ""
    day: str = ""

    @property
    def is_of_desk(self) -> bool:
        """Whether a person at the desk said what it is."""
        return self.source in _OF_DESK

    def party(self, kind: Kind) -> str:
        """Return whose the row is for a cap, empty where that is not known."""
        parties = {
            Kind.WORDING: f"{self.group} {self.intent}",
            Kind.FAN: self.fan,
            Kind.AGENT: self.by,
            Kind.DAY: self.day,
        }
        return parties[kind]


def from_example(example: Example) -> Row:
    """Return the row of a sentence of the catalogue."""
    return Row(example.text, example.intent, example.answer, Source.SEED, 1.0, 1.0, 0)


def from_label(label: Label) -> Row:
    """Return the row of what a person said of a message."""
    said = label.text, label.intent, label.answer, label.source, label.weight, label.p_sample
    day = label.at.date().isoformat() if label.at > UNDATED else ""
    return Row(*said, 0, label.by, label.fan, day)


def winner_of(earlier: Row, later: Row) -> Row:
    """Return the row with the better standing; of seed sentences the first, else the later.

    A row that does not name the answer takes it from the other, if both mean the same intent.
    """
    ahead = _STANDING[later.source] - _STANDING[earlier.source]
    later_wins = ahead > 0 or (ahead == 0 and later.source is not Source.SEED)
    winner, loser = (later, earlier) if later_wins else (earlier, later)
    if winner.answer is None and winner.intent == loser.intent and loser.answer:
        return replace(winner, answer=loser.answer)
    return winner
