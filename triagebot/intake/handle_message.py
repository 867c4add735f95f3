"""What follows from one message: the decision, the reply, and what is remembered. Pure."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from triagebot.domain.conversation import Memory, Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Kind, Reply
from triagebot.domain.prediction import Prediction
from triagebot.domain.window import MESSAGE_HOURS
from triagebot.intake.hand_off import is_a_persons, status_after, status_before
from triagebot.intake.log_fault import log_fault
from triagebot.intake.mind import Fault, Mind, Place, Plain
from triagebot.store.messages import Conclusion

_NOT_MISSED = (Reason.CLOSE_ANSWERS,)


def conclude(
    mind: Mind, inbound: Inbound, memory: Memory, thought: Plain, place: Place
) -> Conclusion:
    """Decide on one message, word the reply and move the memory on.

    Whatever fails in deciding or wording, the message ends before a person with reason `fault`.
    """
    memory = begin(memory, inbound)
    try:
        decision = _decide(mind, inbound, memory, thought)
        reply = _say(mind, decision, memory, place)
    except Exception as error:
        log_fault("Deciding", error)
        decision = Decision(Action.HUMAN, Reason.FAULT)
        reply = _say_after_fault(mind, decision, memory, place)
    prediction = thought if isinstance(thought, Prediction) else None
    return Conclusion(
        decision, reply, remember(memory, decision, prediction), window_after(inbound)
    )


def set_aside(inbound: Inbound, memory: Memory, _thought: object, _place: Place) -> Conclusion:
    """Leave a message to a person with reason `fault`, unread and without a reply.

    For when deciding led to what cannot be stored; an event is only kept.
    """
    memory = begin(memory, inbound)
    action = Action.SILENT if inbound.kind is Kind.EVENT else Action.HUMAN
    decision = Decision(action, Reason.FAULT)
    return Conclusion(decision, Reply(), remember(memory, decision, None), window_after(inbound))


def begin(memory: Memory, inbound: Inbound) -> Memory:
    """Return the memory with which a message is met; a resolved talk is forgotten."""
    status = status_before(memory.status, inbound)
    if memory.status is Status.RESOLVED and status is Status.PENDING:
        return Memory()
    return memory if status is memory.status else replace(memory, status=status)


def remember(memory: Memory, decision: Decision, prediction: Prediction | None) -> Memory:
    """Return what the next message of the conversation has to know."""
    text = prediction.text if prediction else ""
    status = status_after(memory.status, decision)
    if decision.action is Action.HUMAN:
        return Memory(status=status)
    if decision.reason is Reason.CHITCHAT:
        return replace(memory, misses=0, offered=(), small_talk=memory.small_talk + 1)
    if decision.action is Action.SILENT or decision.reason is Reason.WELCOME:
        return memory
    if decision.action is Action.ASK:
        missed = decision.reason not in _NOT_MISSED
        return Memory(status, memory.misses + missed, decision.options, None, text)
    if decision.reason is Reason.CHOSEN_FROM_MENU:
        # The menu is still on the fan's screen, and the question was the one before it.
        return Memory(status, 0, memory.offered, decision.answer, memory.last_text)
    return Memory(status, 0, (), decision.answer, text)


def _decide(mind: Mind, inbound: Inbound, memory: Memory, thought: Plain) -> Decision:
    if isinstance(thought, Fault):
        return Decision(Action.HUMAN, Reason.FAULT, model=mind.model)
    switches = mind.catalogue.policy.switches_for(inbound.channel)
    return mind.decide(inbound, memory, thought, switches)


def _say(mind: Mind, decision: Decision, memory: Memory, place: Place) -> Reply:
    """Word the reply; the bot never speaks while a person has the conversation."""
    if decision.action is Action.SILENT or is_a_persons(memory.status):
        return Reply()
    return mind.say(decision, place)


def _say_after_fault(mind: Mind, decision: Decision, memory: Memory, place: Place) -> Reply:
    try:
        return _say(mind, decision, memory, place)
    except Exception as error:
        log_fault("Wording", error)
        return Reply()


def window_after(inbound: Inbound) -> datetime | None:
    """Return until when a message lets people write to the fan; None where it is no message."""
    # Only messages count: a tapped menu or a new follow opens a minute, too short for a person.
    is_act = inbound.kind is Kind.EVENT or "bizmsgmenuid" in inbound.detail
    return None if is_act else inbound.sent_at + MESSAGE_HOURS
