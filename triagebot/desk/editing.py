"""Drafts become versions: what all that staff edit has in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from triagebot.desk.edition_shapes import AnswerBody, DraftShape, Edited, Period, Shown, Version
from triagebot.domain.agent import Agent
from triagebot.domain.catalogue import Catalogue
from triagebot.domain.edition import AnswerWords, Edition, Subject, Words
from triagebot.errors import BadInput, NotFound
from triagebot.store import editions
from triagebot.store.database import Database
from triagebot.store.editions import Draft, Publication
from triagebot.triage.editions import fingerprint, in_use, words_of
from triagebot.triage.think import Mind


class TrainedHolder(Protocol):
    """Has the mind that serves, and the same as its bundle is."""

    @property
    def mind(self) -> Mind:
        """The mind that serves, with what was edited."""

    @property
    def trained(self) -> Mind:
        """The mind as its bundle is."""


Check = Callable[[str, Words, Catalogue], Words]
Refresh = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class EditParts:
    """What all that edits is built from.

    `refresh` brings what is published into this process, so that who publishes can try it at once.
    """

    db: Database
    holder: TrainedHolder
    refresh: Refresh
    clock: Callable[[], datetime]


class Editing:
    """Edits one subject; `check` refuses words that fans must not see, and tidies the others."""

    def __init__(self, subject: Subject, check: Check, parts: EditParts) -> None:
        self._subject = subject
        self._check = check
        self._db, self._holder = parts.db, parts.holder
        self._refresh, self._clock = parts.refresh, parts.clock

    async def show(self, name: str) -> Edited:
        """Return all there is under a name. Raises `NotFound` when nothing is."""
        versions, draft = await self._db.read(
            lambda connection: (
                editions.history(connection, self._subject, name),
                editions.draft(connection, self._subject, name),
            )
        )
        trained = self._trained(name)
        if trained is None and draft is None and not versions:
            raise NotFound("There is nothing with this name.", fields={"name": name[:80]})
        return self._shape(name, trained, versions, draft)

    async def save(self, name: str, words: Words, seen: int, by: Agent) -> Edited:
        """Save a draft. Raises `BadInput`, or `Conflict` when somebody else saved meanwhile."""
        checked = self._check(name, words, self._holder.mind.catalogue)
        await self._db.write(
            editions.save_draft, self._subject, name, checked, seen, by.name, self._clock()
        )
        return await self.show(name)

    async def discard(self, name: str) -> None:
        """Throw the draft away."""
        await self._db.write(editions.drop_draft, self._subject, name)

    async def publish(self, name: str, period: Period, by: Agent) -> Edited:
        """Publish the draft for a period. Raises `NotFound` without one, and `BadInput`."""
        draft = await self._db.read(editions.draft, self._subject, name)
        if draft is None:
            raise NotFound("There is no draft to publish.", fields={"draft": "none"})
        words = self._check(name, draft.words, self._holder.mind.catalogue)
        return await self._publish(name, words, period, by)

    async def retire(self, name: str, by: Agent) -> Edited:
        """Take an answer out of use, at once. Raises `NotFound` when it is not in use."""
        if words_of(self._holder.mind.catalogue, self._subject, name) is None:
            raise NotFound("It is not in use.", fields={"name": name[:80]})
        return await self._publish(name, None, Period(), by)

    async def restore(self, name: str, edition_id: int, by: Agent) -> Edited:
        """Make an older version the draft. Raises `NotFound`."""
        version = await self._db.read(editions.get, edition_id)
        if (version.subject, version.name) != (self._subject, name) or version.words is None:
            raise NotFound("There is no such version.", fields={"id": str(edition_id)})
        draft = await self._db.read(editions.draft, self._subject, name)
        return await self.save(name, version.words, draft.revision if draft else 0, by)

    async def _publish(self, name: str, words: Words, period: Period, by: Agent) -> Edited:
        check_period(period, self._clock())
        publication = Publication(
            self._subject,
            name,
            words,
            fingerprint(self._trained(name)),
            period.valid_from,
            period.valid_until,
            by.id,
            by.name,
        )
        await self._db.write(editions.publish, publication, self._clock())
        await self._refresh()
        return await self.show(name)

    def _trained(self, name: str) -> Words:
        return words_of(self._holder.trained.catalogue, self._subject, name)

    def _shape(
        self, name: str, trained: Words, versions: Sequence[Edition], draft: Draft | None
    ) -> Edited:
        used = in_use(versions, trained, self._clock())
        valid = any(each.is_valid(self._clock()) for each in versions)
        return Edited(
            name,
            body_of(used.words if used else trained),
            _draft(draft) if draft else None,
            list(map(partial(_version, used), versions)),
            body_of(trained),
            outside=valid and used is None,
        )


def check_period(period: Period, now: datetime) -> None:
    """Raise `BadInput` for a time that nobody could have meant."""
    moments = (period.valid_from, period.valid_until)
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        raise BadInput("A time needs its zone.", fields={"valid_until": "zone"})
    if period.valid_until is not None and period.valid_until <= (period.valid_from or now):
        raise BadInput("It would end before it begins.", fields={"valid_until": "early"})


def body_of(words: Words) -> Shown:
    """Return words on the wire."""
    if isinstance(words, AnswerWords):
        return AnswerBody(words.question, words.text, words.similar, words.risk)
    return words


def _draft(draft: Draft) -> DraftShape:
    return DraftShape(body_of(draft.words), draft.revision, draft.by, draft.at)


def _version(used: Edition | None, edition: Edition) -> Version:
    return Version(
        str(edition.id),
        body_of(edition.words),
        edition.valid_from,
        edition.valid_until,
        edition.by,
        edition.at,
        used is not None and used.id == edition.id,
    )
