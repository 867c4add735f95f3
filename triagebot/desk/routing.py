"""Whom a waiting fan is offered to: who knows them, who knows the matter, who has room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

MOST_OFFERED = 10
"""So many offers stand before one agent at most; the rest of the queue is everybody's."""


class Why(StrEnum):
    """Why an agent is offered a fan: had them last, their skill, or had the fewest."""

    LAST = "last"
    SKILL = "skill"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Present:
    """An agent at the desk.

    `intents` and `channels` are what they are there for, none for all; `has` counts their open
    conversations, `offered` the offers before them; `capacity` 0 is no limit.
    """

    id: int
    intents: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    capacity: int = 0
    has: int = 0
    offered: int = 0

    @property
    def has_room(self) -> bool:
        """Whether one more may be offered."""
        within = not self.capacity or self.has + self.offered < self.capacity
        return within and self.offered < MOST_OFFERED

    def suits(self, waiting: Waiting) -> bool:
        """Whether the matter and the channel are theirs."""
        kind = waiting.channel.split(":")[0]
        is_theirs = not self.channels or bool({kind, waiting.channel} & self.channels)
        return is_theirs and (not self.intents or waiting.intent in self.intents)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation in the queue; `passed` are those who let an offer of it run out."""

    id: int
    channel: str
    intent: str | None
    last_agent: int | None = None
    passed: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Choice:
    """The agent whom a conversation is offered to, and why."""

    agent_id: int
    why: Why


def route(waiting: Waiting, present: Iterable[Present]) -> Choice | None:
    """Return whom to offer a conversation to; None leaves it to everybody.

    Who wrote to the fan last comes first, whatever their skills; then who is there for this very
    intent; then who has fewest. Without room nobody is offered anything.
    """
    able = [each for each in present if each.has_room and each.id not in waiting.passed]
    if any(each.id == waiting.last_agent for each in able):
        return Choice(waiting.last_agent or 0, Why.LAST)
    suited = [each for each in able if each.suits(waiting)]
    if not suited:
        return None
    chosen = min(suited, key=lambda each: (not each.intents, each.has + each.offered, each.id))
    return Choice(chosen.id, Why.SKILL if chosen.intents else Why.FREE)


def route_all(queue: Iterable[Waiting], present: Iterable[Present]) -> Mapping[int, Choice]:
    """Return the offers for a queue in its order, each seeing what those before it took up."""
    people = {each.id: each for each in present}
    chosen = {}
    for waiting in queue:
        if choice := route(waiting, people.values()):
            chosen[waiting.id] = choice
            person = people[choice.agent_id]
            people[choice.agent_id] = replace(person, offered=person.offered + 1)
    return chosen
