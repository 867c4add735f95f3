"""Whether anything has happened yet: a new installation is helped along."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from triagebot.store.tables import agent, edition, message


@dataclass(frozen=True, slots=True)
class Beginnings:
    """What there is: any message of a fan, people with a login, any answer edited at the desk."""

    has_messages: bool
    people: int
    has_editions: bool


def beginnings(connection: Connection) -> Beginnings:
    """Return what there is; quick however much that may be."""
    return Beginnings(
        connection.execute(select(message.c.id).limit(1)).first() is not None,
        connection.execute(select(func.count()).select_from(agent)).scalar_one(),
        connection.execute(select(edition.c.id).limit(1)).first() is not None,
    )
