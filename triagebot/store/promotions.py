"""The newest promotion and the files of its bundle, where all nodes find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from triagebot.store.tables import bundle_file, promotion

KEPT = 5
"""Of so many promotions the files are kept, so that a roll-back finds them."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """A bundle, since when it is to serve (ISO 8601, UTC), and who said so."""

    bundle: str
    at: str
    by: str


def newest(connection: Connection) -> Promotion | None:
    """Return the promotion that is in force on all nodes."""
    query = select(promotion).order_by(promotion.c.at.desc()).limit(1)
    row = connection.execute(query).first()
    return Promotion(row.bundle, row.at, row.by) if row else None


def publish(connection: Connection, new: Promotion, files: Mapping[str, bytes]) -> bool:
    """Put a promotion in force, with its bundle's files; return whether it is the newest."""
    known = newest(connection)
    if known is not None and known.at >= new.at:
        return False
    connection.execute(insert(promotion).values(at=new.at, bundle=new.bundle, by=new.by))
    connection.execute(delete(bundle_file).where(bundle_file.c.bundle == new.bundle))
    rows = [
        {"bundle": new.bundle, "name": name, "content": content} for name, content in files.items()
    ]
    connection.execute(insert(bundle_file), rows)
    recent = select(promotion.c.bundle).order_by(promotion.c.at.desc()).limit(KEPT)
    connection.execute(delete(bundle_file).where(bundle_file.c.bundle.not_in(recent)))
    return True


def files_of(connection: Connection, bundle: str) -> dict[str, bytes]:
    """Return the files of a bundle by name; none when they are no longer kept."""
    query = select(bundle_file).where(bundle_file.c.bundle == bundle)
    return {row.name: bytes(row.content) for row in connection.execute(query)}
