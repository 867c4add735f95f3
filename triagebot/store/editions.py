"""Published versions and drafts of what the bot says; a version is only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select

from triagebot.domain.catalogue import KeywordRule
from triagebot.domain.edition import AnswerWords, Edition, Subject, Words
from triagebot.errors import Conflict, NotFound
from triagebot.store import audit_log, events
from triagebot.store.tables import edition, edition_draft
from triagebot.store.times import from_ms, to_ms

_KINDS: dict[Subject, Any] = {
    Subject.ANSWER: AnswerWords | None,
    Subject.SENTENCE: str | None,
    Subject.RULES: tuple[KeywordRule, ...],
    Subject.WORD: str | None,
    Subject.MENU: str | None,
    Subject.SETTING: str | None,
}
_DEEDS = {
    Subject.WORD: ("add_word", "remove_word"),
    Subject.MENU: ("publish_menu", "remove_menu"),
    Subject.SETTING: ("change_setting", "reset_setting"),
}
"""What the log calls publishing and taking out of use."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that are not published; `revision` grows with each time they are saved."""

    subject: Subject
    name: str
    words: Words
    revision: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Publication:
    """What is to be published: words with the time in which they count, and who says so."""

    subject: Subject
    name: str
    words: Words
    base: str
    valid_from: datetime | None
    valid_until: datetime | None
    agent_id: int
    by: str


def published(connection: Connection) -> list[Edition]:
    """Return all versions of everything, oldest first."""
    return [_edition(row) for row in connection.execute(select(edition).order_by(edition.c.id))]


def history(connection: Connection, subject: Subject, name: str) -> list[Edition]:
    """Return the versions of one name, newest first."""
    query = select(edition).where(edition.c.subject == subject, edition.c.name == name)
    return [_edition(row) for row in connection.execute(query.order_by(edition.c.id.desc()))]


def newest(connection: Connection, subject: Subject) -> list[Edition]:
    """Return all versions of a subject, newest first."""
    query = select(edition).where(edition.c.subject == subject).order_by(edition.c.id.desc())
    return [_edition(row) for row in connection.execute(query)]


def get(connection: Connection, edition_id: int) -> Edition:
    """Return one version; raises `NotFound`."""
    row = connection.execute(select(edition).where(edition.c.id == edition_id)).first()
    if row is None:
        raise NotFound("There is no such version.")
    return _edition(row)


def drafts(connection: Connection, subject: Subject) -> dict[str, Draft]:
    """Return the drafts of a subject by name."""
    rows = connection.execute(select(edition_draft).where(edition_draft.c.subject == subject))
    return {row.name: _draft(row) for row in rows}


def draft(connection: Connection, subject: Subject, name: str) -> Draft | None:
    """Return the draft of one name, if there is any."""
    row = connection.execute(_select_draft(subject, name)).first()
    return _draft(row) if row else None


def save_draft(
    connection: Connection,
    subject: Subject,
    name: str,
    words: Words,
    seen: int,
    by: str,
    now: datetime,
) -> Draft:
    """Save a draft over the one whose revision its writer has `seen`, 0 for none.

    Raises `Conflict` naming who has saved another meanwhile.
    """
    there = draft(connection, subject, name)
    if there is not None and there.revision != seen:
        raise Conflict(f"{there.by} has saved another draft.", fields={"draft": there.by})
    saved = Draft(subject, name, words, seen + 1, by, now)
    drop_draft(connection, subject, name)
    connection.execute(
        insert(edition_draft).values(
            subject=subject,
            name=name,
            words=_written(words),
            revision=saved.revision,
            by=by,
            at=to_ms(now),
        )
    )
    return saved


def drop_draft(connection: Connection, subject: Subject, name: str) -> None:
    """Throw a draft away; none is fine."""
    connection.execute(delete(edition_draft).where(_same(subject, name)))


def publish(connection: Connection, publication: Publication, now: datetime) -> Edition:
    """Add a version; its draft is used up, all processes hear of it, and the log has who."""
    query = insert(edition).values(
        subject=publication.subject,
        name=publication.name,
        words=_written(publication.words),
        base=publication.base,
        valid_from=to_ms(publication.valid_from),
        valid_until=to_ms(publication.valid_until),
        by=publication.by,
        at=to_ms(now),
    )
    number = connection.execute(query.returning(edition.c.id)).scalar_one()
    drop_draft(connection, publication.subject, publication.name)
    publishes, retires = _DEEDS.get(publication.subject, ("publish", "retire"))
    what = retires if publication.words is None else publishes
    detail = {"subject": publication.subject.value, "name": publication.name}
    audit_log.note(connection, audit_log.by_agent(publication.agent_id), what, now, detail=detail)
    kind = "settings" if publication.subject is Subject.SETTING else "catalogue"
    events.emit(connection, kind, None, {"name": publication.name})
    return get(connection, number)


def publish_all(
    connection: Connection, publications: Sequence[Publication], now: datetime
) -> list[Edition]:
    """Add several versions, all or none."""
    return [publish(connection, publication, now) for publication in publications]


def _same(subject: Subject, name: str) -> ColumnElement[bool]:
    return (edition_draft.c.subject == subject) & (edition_draft.c.name == name)


def _select_draft(subject: Subject, name: str) -> Select[Any]:
    return select(edition_draft).where(_same(subject, name))


def _written(words: Words | Sequence[KeywordRule]) -> str:
    return msgspec.json.encode(words).decode()


def _read(subject: Subject, words: str) -> Words:
    found: Words = msgspec.json.decode(words, type=_KINDS[subject])
    return found


def _edition(row: Row[Any]) -> Edition:
    subject = Subject(row.subject)
    return Edition(
        row.id,
        subject,
        row.name,
        _read(subject, row.words),
        row.base,
        from_ms(row.valid_from),
        from_ms(row.valid_until),
        row.by,
        from_ms(row.at),
    )


def _draft(row: Row[Any]) -> Draft:
    subject = Subject(row.subject)
    return Draft(
        subject, row.name, _read(subject, row.words), row.revision, row.by, from_ms(row.at)
    )
