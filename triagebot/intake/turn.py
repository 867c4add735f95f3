"""What a fan's burst of messages asks: which of them belong together, and what follows. Pure.

Messages that are clear by themselves are questions of their own; the others are put together in
the order in which they came, as people cut one sentence into several messages. All that can be
answered is answered in one reply, the part in doubt alone is asked about or goes to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from msgspec import structs

from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Reply
from triagebot.domain.prediction import Prediction
from triagebot.intake import handle_message
from triagebot.intake.hand_off import is_a_persons
from triagebot.intake.handle_message import begin, remember, window_after
from triagebot.intake.log_fault import log_fault
from triagebot.intake.mind import FAULT, Fault, Mind, Part, Place, Plain, Share, Thought
from triagebot.store.messages import Conclusion

SMALL = (Reason.CHITCHAT, Reason.NO_WORDS)
WHOLE = (Reason.ASKS_FOR_PERSON, Reason.COMPLAINT)
"""With these the fan wants no answers from the bot, not even proven ones."""

SAYS_LITTLE = 0.4
"""A best intent less sure than this comes from words that could mean anything."""

_CLEAR = (
    Reason.EXACT_QUESTION,
    Reason.CERTIFIED,
    Reason.KEYWORD_RULE,
    *WHOLE,
)

Think = Callable[[Sequence[Inbound]], list[Plain]]


def parts_of(mind: Mind, messages: Sequence[Inbound], think: Think) -> tuple[Part, ...]:
    """Return the questions that a burst of messages holds, in order."""
    thoughts = think(messages)
    judged = [_judge(mind, one, thought) for one, thought in zip(messages, thoughts, strict=True)]
    said = [place for place, decision in enumerate(judged) if decision.reason not in SMALL]
    if not said:  # nothing but small talk: one line answers it
        return (Part(tuple(range(len(messages))), messages[-1], thoughts[-1]),)
    parts = []
    for clear, run in groupby(said, key=lambda place: judged[place].reason in _CLEAR):
        places = tuple(run)
        groups: Iterable[tuple[int, ...]] = [(place,) for place in places] if clear else [places]
        parts += [_part(messages, thoughts, group, think) for group in groups]
    return tuple(_absorb(mind, parts, think))


def decide_turn(mind: Mind, share: Share, memory: Memory) -> tuple[list[Decision], Memory]:
    """Return the decision on each message of a turn, and what is remembered after it."""
    made = [_decide(mind, part, memory) for part in share.parts]
    if any(decision.reason in WHOLE for decision in made):
        made = [_left_to_person(decision) for decision in made]
    elif sum(decision.action in (Action.ASK, Action.HUMAN) for decision in made) > 1:
        # One menu can be shown, and none beside a person: the doubts go to the person together.
        made = [_to_person(decision) for decision in made]
    decisions = [_beside(memory, None)] * share.size
    settled = sorted(zip(made, share.parts, strict=True), key=lambda pair: _RANK[pair[0].action])
    for decision, part in settled:
        for place in part.places[:-1]:
            decisions[place] = _beside(memory, decision)
        decisions[part.places[-1]] = decision
        said = part.thought if isinstance(part.thought, Prediction) else None
        memory = remember(memory, decision, said)
    return decisions, memory


def conclude(
    mind: Mind, inbound: Inbound, memory: Memory, thought: Thought, place: Place
) -> Conclusion:
    """Decide on one message, alone or as one of a turn, of which the last carries the reply.

    Whatever fails, the message ends before a person with reason `fault`.
    """
    if not isinstance(thought, Share):
        return handle_message.conclude(mind, inbound, memory, thought, place)
    memory = begin(memory, inbound)
    try:
        decisions, after = decide_turn(mind, thought, memory)
        if not thought.is_last:  # the memory stays, so that each message decides the same turn
            return Conclusion(decisions[thought.place], Reply(), memory, window_after(inbound))
        spoken = [] if is_a_persons(memory.status) else decisions
        reply = say_turn(mind, spoken, place)
    except Exception as error:
        log_fault("Deciding on a turn", error)
        return handle_message.conclude(mind, inbound, memory, FAULT, place)
    return Conclusion(decisions[-1], reply, after, window_after(inbound))


def combine(replies: Sequence[Reply]) -> Reply:
    """Return several replies as one: a last paragraph that they share is said once."""
    texts = [reply.text for reply in replies if reply.text]
    said: list[str] = []
    for number, text in enumerate(texts):
        head, _, tail = text.rpartition("\n\n")
        later = any(other.endswith(f"\n\n{tail}") for other in texts[number + 1 :])
        words = head if head and later else text
        if words not in said:
            said.append(words)
    options = next((reply.options for reply in replies if reply.options), ())
    articles = tuple(article for reply in replies for article in reply.articles)
    return Reply("\n\n".join(said), options, articles)


def say_turn(mind: Mind, decisions: Sequence[Decision], place: Place) -> Reply:
    """Word the one reply to a turn: answers first, then what is asked or who takes over."""
    spoken = [decision for decision in decisions if decision.action is not Action.SILENT]
    spoken.sort(key=lambda decision: _RANK[decision.action])
    return combine([mind.say(decision, place) for decision in spoken])


_RANK = {Action.SILENT: 0, Action.ANSWER: 1, Action.ASK: 2, Action.HUMAN: 3}


def _beside(memory: Memory, decision: Decision | None) -> Decision:
    """Return the decision on a message that another one of its turn speaks for."""
    reason = Reason.PERSON_HAS_IT if is_a_persons(memory.status) else Reason.JOINED
    silent = Decision(Action.SILENT, reason)
    if decision is None:
        return silent
    return structs.replace(
        silent, intent=decision.intent, confidence=decision.confidence, model=decision.model
    )


def _judge(mind: Mind, inbound: Inbound, thought: Plain) -> Decision:
    return _decide(mind, Part((0,), inbound, thought), Memory())


def _decide(mind: Mind, part: Part, memory: Memory) -> Decision:
    if isinstance(part.thought, Fault):
        return Decision(Action.HUMAN, Reason.FAULT, model=mind.model)
    switches = mind.catalogue.policy.switches_for(part.inbound.channel)
    return mind.decide(part.inbound, memory, part.thought, switches)


def _part(
    messages: Sequence[Inbound],
    thoughts: Sequence[Plain],
    places: tuple[int, ...],
    think: Think,
) -> Part:
    if len(places) == 1:
        return Part(places, messages[places[0]], thoughts[places[0]])
    words = "，".join(messages[place].text.strip() for place in places)
    joined = structs.replace(messages[places[-1]], text=words)
    return Part(places, joined, think([joined])[0])


def _absorb(mind: Mind, parts: Sequence[Part], think: Think) -> list[Part]:
    """Take a part that says little by itself into the clear one beside it.

    So a lead-in like 我想问一下 does not become a question that a person must look at, but a
    second question is never lost in the first.
    """
    kept: list[Part] = []
    for part in parts:
        before = kept[-1] if kept else None
        together = _together(mind, before, part, think) if before else None
        if together:
            kept[-1] = together
        else:
            kept.append(part)
    return kept


def _together(mind: Mind, first: Part, second: Part, think: Think) -> Part | None:
    one, two = (_judge(mind, part.inbound, part.thought) for part in (first, second))
    is_clear = one.reason in _CLEAR, two.reason in _CLEAR
    if all(is_clear):
        same = one.answer == two.answer and one.action is two.action is Action.ANSWER
        return replace(second, places=first.places + second.places) if same else None
    if not any(is_clear):
        return None
    (clear, wanted), (other, doubt) = (
        ((first, one), (second, two)) if is_clear[0] else ((second, two), (first, one))
    )
    if doubt.reason is Reason.OUT_OF_SCOPE:
        return replace(clear, places=tuple(sorted(first.places + second.places)))
    if not isinstance(other.thought, Prediction) or other.thought.confidence >= SAYS_LITTLE:
        return None
    words = "，".join(part.inbound.text.strip() for part in (first, second))
    joined = structs.replace(second.inbound, text=words)
    both = _judge(mind, joined, think([joined])[0])
    if (both.action, both.answer) != (wanted.action, wanted.answer):
        return None
    return replace(clear, places=tuple(sorted(first.places + second.places)))


def _left_to_person(decision: Decision) -> Decision:
    if decision.reason in WHOLE or decision.action is Action.HUMAN:
        return decision
    return structs.replace(decision, action=Action.SILENT, reason=Reason.JOINED)


def _to_person(decision: Decision) -> Decision:
    if decision.action is not Action.ASK:
        return decision
    return structs.replace(decision, action=Action.HUMAN, options=())
