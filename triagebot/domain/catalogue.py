"""What staff write in `intents/`: intents, answers, keyword rules and the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ASK_COST = 0.5
"""What a menu costs the fan, in an agent's minutes, where the policy says nothing."""


class Risk(StrEnum):
    """How much a wrong automatic answer costs."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class IntentKind(StrEnum):
    """How the bot treats an intent: the brand's matter, small talk, none of ours, a grievance."""

    BUSINESS = "business"
    CHITCHAT = "chitchat"
    OUT_OF_SCOPE = "out_of_scope"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that fans want. Titles and guidelines are keyed by language, `zh` and `en`."""

    name: str
    kind: IntentKind
    risk: Risk
    title: Mapping[str, str]
    guideline: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply text with the standard question (标准问) it answers and other wordings (相似问)."""

    id: str
    intent: str
    question: str
    similar: tuple[str, ...]
    text: str
    risk: Risk

    @property
    def questions(self) -> tuple[str, ...]:
        """All wordings, the standard question first."""
        return (self.question, *self.similar)


@dataclass(frozen=True, slots=True)
class KeywordRule:
    """Words that decide by themselves: any of `words` in the normalised text, none of `unless`.

    `exact` wants the whole message to be one of the words. `switch` names the account switch
    that turns the rule on; an empty one is always on. `action` is `human` or `answer`.
    """

    name: str
    words: tuple[str, ...]
    action: str
    unless: tuple[str, ...] = ()
    exact: bool = False
    switch: str = ""
    answer: str | None = None
    reason: str = "keyword_rule"


@dataclass(frozen=True, slots=True)
class Policy:
    """The owner's promise and manners, from `_policy.yml`.

    `max_error` and `confidence` are the promise: at most that share of automatic answers wrong,
    that sure; `by_risk` promises less where a risk is named. `cost` gives the price of a wrong
    answer by risk, `human_cost` of a message that a person answers and `ask_cost` of a menu, all
    in minutes of an agent. `texts` are the bot's own sentences by name. `switches` are the rule
    switches each account has on, by channel, `default` for the rest. `audit_rate` is the share of
    automatic answers, 0..1, that is drawn for blind checks.
    """

    max_error: float
    confidence: float
    margin: float
    menu_size: int
    small_talk_limit: int
    cost: Mapping[Risk, float]
    human_cost: float
    texts: Mapping[str, str]
    switches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    audit_rate: float = 0.02
    by_risk: Mapping[Risk, float] = field(default_factory=dict)
    ask_cost: float = ASK_COST

    def promised(self, risk: Risk) -> float:
        """Return the share of wrong answers, 0..0.5, promised for intents of this risk."""
        return min(self.max_error, self.by_risk.get(risk, self.max_error))

    def switches_for(self, channel: str) -> tuple[str, ...]:
        """Names of the switches that are on in a channel."""
        return tuple(self.switches.get(channel, self.switches.get("default", ())))


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with its intent and where it was written, for error messages."""

    text: str
    intent: str
    answer: str | None = None
    source: str = "seed"
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything in `intents/`, checked."""

    intents: Mapping[str, Intent]
    answers: Mapping[str, Answer]
    rules: tuple[KeywordRule, ...]
    policy: Policy
    words: tuple[str, ...]
    examples: tuple[Example, ...] = ()
