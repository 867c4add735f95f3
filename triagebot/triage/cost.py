"""Weigh what an answer, a menu and a person are expected to cost for one message, in minutes."""

from __future__ import annotations

from triagebot.domain.decision import Action
from triagebot.domain.prediction import RankedAnswer
from triagebot.triage.case import Case

UNPROVEN = (Action.ASK, Action.HUMAN)
PROVEN = (Action.ANSWER, *UNPROVEN)
"""What may happen to a message whose answer is proven; of equally dear ones the first is taken."""


def cheapest(case: Case, best: RankedAnswer, among: tuple[Action, ...]) -> Action:
    """Return the action that is expected to cost least, of those that are possible."""
    found = costs(case, best)
    return min((action for action in among if action in found), key=lambda action: found[action])


def costs(case: Case, best: RankedAnswer) -> dict[Action, float]:
    """Return the expected cost of each action, in minutes of an agent.

    An answer costs what its risk says when it is wrong. A menu costs itself, and a person when the
    right answer is not in it; without lines there is no menu to send.
    """
    policy = case.catalogue.policy
    risk = case.catalogue.answers[best.answer].risk
    found = {
        Action.ANSWER: (1.0 - best.confidence) * policy.cost.get(risk, 0.0),
        Action.HUMAN: policy.human_cost,
    }
    if lines := menu_lines(case):
        hit = min(1.0, sum(line.confidence for line in lines))
        found[Action.ASK] = policy.ask_cost + (1.0 - hit) * policy.human_cost
    return found


def menu_lines(case: Case) -> list[RankedAnswer]:
    """Return the answers that a menu would offer, best first."""
    return [
        item
        for item in case.answers[: case.catalogue.policy.menu_size]
        if case.is_business(item.answer) and item.confidence >= case.thresholds.menu_floor
    ]


def proven_answer(case: Case) -> RankedAnswer | None:
    """Return the best answer if it fits its intent and that is proven at this confidence."""
    prediction, best = case.prediction, case.best
    if not (prediction and best) or not case.is_business(best.answer):
        return None
    if case.catalogue.answers[best.answer].intent != prediction.intent:
        return None
    if best.confidence < case.thresholds.answer_floor:
        return None
    return best if prediction.confidence >= case.thresholds.of(prediction.intent) else None
