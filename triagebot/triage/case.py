"""One message with all that deciding on it depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from triagebot.domain.catalogue import Catalogue, Intent, IntentKind
from triagebot.domain.conversation import Memory
from triagebot.domain.message import Inbound
from triagebot.domain.prediction import Prediction, RankedAnswer
from triagebot.triage.rules import Rules

NEVER = 2.0
"""A threshold that no confidence reaches: an intent without proof."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The confidence that each intent needs before the bot answers by itself.

    An intent that is missing is not certified. `answer_floor` is what the answer needs besides,
    `menu_floor` what it needs to be worth a line in a menu.
    """

    intents: Mapping[str, float]
    answer_floor: float = 0.5
    menu_floor: float = 0.1

    def of(self, intent: str) -> float:
        """Return the needed confidence; above 1 when there is no proof."""
        return self.intents.get(intent, NEVER)

    def tightened(self, share: float) -> Thresholds:
        """Return thresholds that allow less doubt by a share, 0..1."""
        stricter = {name: value + share * (1.0 - value) for name, value in self.intents.items()}
        return Thresholds(stricter, self.answer_floor + share * (1.0 - self.answer_floor))


@dataclass(slots=True)
class Case:
    """One message with all that deciding depends on; nobody changes it.

    `ready_rules` are the catalogue's keyword rules, where they have been made ready already.
    `intent` is the best intent, if the message has words; `answers` are the ranked answers that
    still exist, best first.
    """

    inbound: Inbound
    memory: Memory
    prediction: Prediction | None
    catalogue: Catalogue
    thresholds: Thresholds
    switches: Sequence[str] = ()
    ready_rules: Rules | None = None
    intent: Intent | None = field(init=False, default=None)
    answers: Sequence[RankedAnswer] = field(init=False, default=())

    def __post_init__(self) -> None:
        """Look up what nearly every rule asks for."""
        if self.prediction:
            self.intent = self.catalogue.intents.get(self.prediction.intent)
            known = self.catalogue.answers
            self.answers = [item for item in self.prediction.answers if item.answer in known]

    @property
    def rules(self) -> Rules:
        """The keyword rules."""
        return self.ready_rules or Rules(self.catalogue.rules)

    @property
    def best(self) -> RankedAnswer | None:
        """The best answer that still exists."""
        return self.answers[0] if self.answers else None

    def kind_of(self, answer: str) -> IntentKind:
        """Return the kind of the intent that an existing answer belongs to."""
        return self.catalogue.intents[self.catalogue.answers[answer].intent].kind

    def is_business(self, answer: str) -> bool:
        """Return whether an existing answer is about the brand's business."""
        return self.kind_of(answer) is IntentKind.BUSINESS
