"""What a message gets while a surge lasts: less than else, but never nothing for good. Pure."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from msgspec.structs import replace

from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Reply
from triagebot.domain.surge import Stage
from triagebot.intake.hand_off import is_a_persons
from triagebot.intake.handle_message import begin, window_after
from triagebot.intake.mind import Mind, Place, Thought
from triagebot.intake.turn import conclude
from triagebot.store.messages import Conclusion

CERTAIN = frozenset(
    {
        Reason.PERSON_HAS_IT,
        Reason.NOT_A_MESSAGE,
        Reason.WELCOME,
        Reason.CHOSEN_FROM_MENU,
        Reason.NONE_OF_THESE,
        Reason.REPEATED,
        Reason.EXACT_QUESTION,
    }
)
"""What is certain without the model; keyword rules are as well, whatever reason they give."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The stage in force, the text of the stage of that name, and who has had their share."""

    stage: Stage
    text: str
    greedy: Container[tuple[str, str]] = ()


def conclude_pressed(
    pressed: Pressed,
    mind: Mind,
    inbound: Inbound,
    memory: Memory,
    thought: Thought,
    place: Place,
) -> Conclusion:
    """Decide without the model on what is certain, and put the rest off.

    A message without words, and one of a conversation that a person has, costs no thought and is
    treated as ever. Of a greedy fan everything else is put off without a word.
    """
    stage = pressed.stage
    if (inbound.channel, inbound.fan) in pressed.greedy:
        stage = Stage.COUNT
    begun = begin(memory, inbound)
    if not inbound.text.strip() or is_a_persons(begun.status):
        return conclude(mind, inbound, memory, thought, place)
    if stage is Stage.RULES:
        conclusion = conclude(mind, inbound, memory, thought, place)
        decision = conclusion.decision
        if decision.rule is not None or decision.reason in CERTAIN:
            return replace(conclusion, decision=replace(decision, intent=decision.intent or None))
    reply = Reply() if stage is Stage.COUNT else Reply(pressed.text)
    later = Decision(Action.SILENT, Reason.PUT_OFF, model=mind.model)
    return Conclusion(later, reply, begun, window_after(inbound))
