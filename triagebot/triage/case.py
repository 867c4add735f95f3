"""One message with all that deciding on it depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triagebot.domain.catalogue import Catalogue, Intent, IntentKind
from triagebot.domain.conversation import Memory
from triagebot.domain.message import Inbound
from triagebot.domain.prediction import Prediction, RankedAnswer

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


@dataclass(frozen=True, slots=True)
class Case:
    """One message with all that deciding depends on."""

    inbound: Inbound
    memory: Memory
    prediction: Prediction | None
    catalogue: Catalogue
    thresholds: Thresholds
    switches: Sequence[str] = ()

    @property
    def intent(self) -> Intent | None:
        """The best intent, if the message has words."""
        return self.catalogue.intents.get(self.prediction.intent) if self.prediction else None

    @property
    def best(self) -> RankedAnswer | None:
        """The best answer that still exists."""
        return next(iter(self.answers()), None)

    def answers(self) -> list[RankedAnswer]:
        """Return the ranked answers that still exist, best first."""
        ranked = self.prediction.answers if self.prediction else ()
        return [item for item in ranked if item.answer in self.catalogue.answers]

    def kind_of(self, answer: str) -> IntentKind:
        """Return the kind of the intent that an existing answer belongs to."""
        return self.catalogue.intents[self.catalogue.answers[answer].intent].kind

    def is_business(self, answer: str) -> bool:
        """Return whether an existing answer is about the brand's business."""
        return self.kind_of(answer) is IntentKind.BUSINESS
