"""The pile of waiting fans as turns: what each of them wants, in one text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from triagebot.domain.decision import Reason
from triagebot.store.waiting_words import Said
from triagebot.triage.cluster import Waiting

WORDLESS = (Reason.ASKS_FOR_PERSON, Reason.NONE_OF_THESE, Reason.DID_NOT_HELP)
"""Such messages say that somebody should look, not at what."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a waiting fan wants: their messages joined, but for greetings and calls for a person.

    `message_id` is the last that says it and is labelled, `newest_id` the last of all.
    """

    conversation_id: int
    channel: str
    message_id: int
    newest_id: int
    window_until: datetime
    waiting: Waiting

    @property
    def text(self) -> str:
        """The words."""
        return self.waiting.text


def turns(
    said: Sequence[Said], before: Sequence[Said], is_chat: Callable[[str], bool]
) -> list[Turn]:
    """Return one turn for each fan of `said`, in that order.

    `before` gives what fans said before they asked for a person without a word on why.
    """
    earlier = {each.conversation_id: each for each in before}
    return [
        _turn(list(messages), earlier.get(number), is_chat)
        for number, messages in groupby(said, key=lambda each: each.conversation_id)
    ]


def without_words(said: Sequence[Said]) -> Mapping[int, int]:
    """Return the first message of each fan who has only asked for a person, by conversation."""
    found = {}
    for number, messages in groupby(said, key=lambda each: each.conversation_id):
        own = list(messages)
        if all(each.reason in WORDLESS for each in own):
            found[number] = own[0].id
    return found


def _turn(messages: list[Said], earlier: Said | None, is_chat: Callable[[str], bool]) -> Turn:
    telling = [each for each in messages if each.reason not in WORDLESS]
    if not telling:
        telling = [earlier] if earlier else messages
    telling = [each for each in telling if not (each.intent and is_chat(each.intent))] or telling
    last = telling[-1]
    text = " ".join(dict.fromkeys(each.text for each in telling))
    return Turn(
        last.conversation_id,
        last.channel,
        last.id,
        messages[-1].id,
        last.window_until,
        Waiting(text, last.intent, last.confidence, last.answer, last.answer_confidence),
    )
