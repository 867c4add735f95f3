"""The shapes of the desk's API on the wire: times are UTC with Z, ids are decimal strings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

View = Literal["waiting", "mine", "open", "bot", "resolved", "snoozed"]
Intent = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Holder(msgspec.Struct):
    """The agent who has a conversation."""

    id: str
    name: str


class Offered(msgspec.Struct):
    """The agent whom a waiting conversation is offered to, and why: `last`, `skill` or `free`."""

    id: str
    name: str
    why: str


class ConversationRow(msgspec.Struct):
    """A conversation as lists show it; `fan` is a short name, never the whole id.

    Until `window_until` the fan may be written to, `messages_left` times if that is counted.
    """

    id: str
    channel: str
    fan: str
    status: str
    agent: Holder | None
    intent: str | None
    confidence: float
    reason: str | None
    last_text: str
    last_at: datetime
    waiting_since: datetime | None
    unread: int
    window_until: datetime | None
    fence: int
    messages_left: int | None = None
    snoozed_until: datetime | None = None
    offered: Offered | None = None


class Counts(msgspec.Struct):
    """How many conversations each view has; `bot` and `resolved` are counted up to 10,000."""

    waiting: int
    mine: int
    open: int
    bot: int
    resolved: int
    snoozed: int = 0


class ConversationPage(msgspec.Struct):
    """One page of a view; `next` is the `after` of the following page, `cursor` is for events."""

    items: list[ConversationRow]
    next: str | None
    counts: Counts
    cursor: str


class ConversationQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which view and page."""

    view: View = "waiting"
    after: Annotated[str, msgspec.Meta(max_length=100)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class Choice(msgspec.Struct):
    """One line of a menu."""

    id: str
    title: str


class DecisionShape(msgspec.Struct):
    """What was done with a message and why."""

    action: str
    reason: str
    intent: str | None
    confidence: float
    threshold: float
    answer: str | None
    rule: str | None
    model: str


class LabelShape(msgspec.Struct):
    """What somebody says a message really was."""

    intent: str
    by: str
    answer: str | None = None


class ThreadItem(msgspec.Struct, rename={"from_": "from"}):
    """One line of a thread.

    The id of a fan's item is the id of the message; a bot's is `r` and the message it replies to,
    an agent's `o` and the number of the outbound, or of kind `note` `n` and its number.
    """

    id: str
    from_: Literal["fan", "bot", "agent", "system"]
    kind: str
    text: str
    at: datetime
    options: list[Choice] = []
    detail: dict[str, str] = {}
    decision: DecisionShape | None = None
    label: LabelShape | None = None
    agent: Holder | None = None
    state: str | None = None


class RankedIntentShape(msgspec.Struct):
    """An intent with its probability."""

    intent: str
    confidence: float


class Word(msgspec.Struct):
    """A word with its weight for the best intent, in logits."""

    token: str
    weight: float


class AnswerGuess(msgspec.Struct):
    """An answer that may fit; `text` is what the fan would read."""

    id: str
    question: str
    text: str
    confidence: float


class Guess(msgspec.Struct):
    """What the model thinks of the newest message of a fan."""

    message_id: str
    intents: list[RankedIntentShape]
    words: list[Word]
    reason: str | None
    answers: list[AnswerGuess]
    draft: str


class ConversationDetail(msgspec.Struct):
    """A conversation with its thread, oldest first."""

    conversation: ConversationRow
    thread: list[ThreadItem]
    guess: Guess | None


class Fence(msgspec.Struct, forbid_unknown_fields=True):
    """The fence that the caller saw; another one means that something changed since."""

    fence: int | None = None


class NewMessage(msgspec.Struct, forbid_unknown_fields=True):
    """What an agent writes; the same `client_id` again is the same message."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class NewLabel(msgspec.Struct, forbid_unknown_fields=True):
    """What the message really was."""

    intent: Intent
    answer: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class IntentShape(msgspec.Struct):
    """An intent as people choose it; titles and guidelines by language."""

    name: str
    title: dict[str, str]
    guideline: dict[str, str]
    kind: str
    risk: str


class AnswerShape(msgspec.Struct):
    """An answer that can be sent."""

    id: str
    intent: str
    question: str
    text: str
    risk: str


class CatalogueShape(msgspec.Struct):
    """All intents and answers of the model that serves; `facts` is what variables stand for."""

    intents: list[IntentShape]
    answers: list[AnswerShape]
    model: str
    facts: dict[str, str] = {}


class MessageEvent(msgspec.Struct):
    """A new or changed line of a thread."""

    conversation_id: str
    item: ThreadItem


class ModelEvent(msgspec.Struct):
    """The name of the model that serves now, or of what was published."""

    name: str
