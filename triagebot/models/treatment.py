"""What a fan would get from one mind or another, what that may cost, and whether it is right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from triagebot.domain.catalogue import Catalogue
from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Action, Decision
from triagebot.domain.label import Label
from triagebot.domain.message import Inbound, Kind
from triagebot.domain.prediction import Prediction
from triagebot.triage.think import Mind

_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Treatment:
    """An action, and the answer where it is one; None stands for the policy's own line.

    Two menus are the same treatment whatever their lines: the fan is asked back.
    """

    action: Action
    answer: str | None = None

    def __str__(self) -> str:
        """Return it in words, such as `answer delivery/when` or `human`."""
        if self.action is not Action.ANSWER:
            return self.action.value
        return f"answer {self.answer or 'small talk'}"


def decide_first(mind: Mind, channel: str, text: str, prediction: Prediction) -> Decision:
    """Return what a mind does with a message that begins a conversation."""
    inbound = Inbound(channel, "", "", Kind.TEXT, text, _EPOCH)
    return mind.decide(inbound, Memory(), prediction if prediction.text else None)


def treatment_of(decision: Decision) -> Treatment:
    """Return what the fan notices of a decision."""
    answered = decision.action is Action.ANSWER
    return Treatment(decision.action, decision.answer if answered else None)


def at_stake(catalogue: Catalogue, decision: Decision) -> float:
    """Return what a decision costs if it is the wrong one, in minutes of an agent."""
    policy = catalogue.policy
    if decision.action is Action.HUMAN:
        return policy.human_cost
    if decision.action is not Action.ANSWER:
        return policy.ask_cost
    answer = catalogue.answers.get(decision.answer or "")
    about = answer or catalogue.intents.get(decision.intent or "")
    return policy.cost.get(about.risk, 0.0) if about else 0.0


def is_right(decision: Decision, label: Label) -> bool:
    """Return whether what was answered is what the message needed.

    Where the label names the answer it must be that one, else one of the intent.
    """
    if decision.answer and label.answer:
        return decision.answer == label.answer
    given = decision.answer.split("/")[0] if decision.answer else decision.intent
    return given == label.intent


def worth(decision: Decision, label: Label) -> int:
    """Return 1 for a right automatic answer, -1 for a wrong one, 0 when there was none."""
    if decision.action is not Action.ANSWER:
        return 0
    return 1 if is_right(decision, label) else -1
