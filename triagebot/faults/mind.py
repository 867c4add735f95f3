"""A mind that costs nothing, and whose replies give away whether they were made twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from triagebot.domain.catalogue import Catalogue, Policy
from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Reply
from triagebot.domain.prediction import Prediction, RankedIntent

COMPLAINT = "投诉"
"""What a message says that is to go before a person."""


class CountingMind:
    """Answers with a number that only grows, so that no reply can be made again by chance."""

    model = "counting"
    catalogue = Catalogue({}, {}, (), Policy(0.02, 0.95, 0.1, 3, 2, {}, 1.0, {}, {}), ())

    def __init__(self) -> None:
        self._said = 0

    @property
    def mind(self) -> CountingMind:
        """Be one's own holder: this mind is never replaced."""
        return self

    def think(self, texts: Sequence[str]) -> list[Prediction]:
        """Find the same intent in everything."""
        ranked = (RankedIntent("delivery", 0.9),)
        return [Prediction(text, (text,), ranked, (), 1.0, self.model) for text in texts]

    def glance(self, text: str) -> Prediction:
        """Find nothing."""
        return Prediction(text, (), (RankedIntent("", 0.0),), (), 0.0, self.model)

    def decide(
        self,
        inbound: Inbound,
        memory: Memory,
        prediction: Prediction | None,
        switches: Sequence[str],
    ) -> Decision:
        """Hand off complaints, answer the rest, be silent while a person has it."""
        if memory.status in (Status.OPEN, Status.SNOOZED):
            return Decision(Action.SILENT, Reason.PERSON_HAS_IT)
        if COMPLAINT in inbound.text:
            return Decision(Action.HUMAN, Reason.COMPLAINT, "delivery", 0.9, model=self.model)
        return Decision(Action.ANSWER, Reason.CERTIFIED, "delivery", 0.9, model=self.model)

    def say(self, decision: Decision, place: Callable[[], int]) -> Reply:
        """Give the place in the queue, or the number of this reply."""
        self._said += 1
        if decision.action is Action.HUMAN:
            return Reply(f"您排在第{place()}位（{self._said}）")
        return Reply(f"三天内发货（{self._said}）")
