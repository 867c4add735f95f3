"""Seals the log of deeds: each seal is a hash over some deeds and over the seal before it.

A deed that is changed, added or taken away afterwards does not fit its seal any more, and a seal
that is made anew does not fit the next one. Whoever can write to the database could make all of
them anew; so each is also written to the program's log, which is kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import takewhile
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, inspect, select

from triagebot.store.tables import audit_log, seal
from triagebot.store.times import to_ms

LEAST_LOG_DAYS = 180
"""So long deeds are kept at least: a network service must keep its logs for half a year."""

SETTLED = timedelta(minutes=1)
"""A deed is sealed when it is so old: no transaction that wrote an earlier one is open then."""

_DEEDS = select(audit_log).order_by(audit_log.c.id)
_SEALS = select(seal).order_by(seal.c.id)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A new seal: over all deeds up to `last_id`; `whole` stands for the whole chain."""

    last_id: int
    deeds: int
    whole: str


@dataclass(frozen=True, slots=True)
class Chain:
    """What a look at all seals gave: `problems` in words, and each seal's hash, oldest first."""

    problems: tuple[str, ...]
    wholes: tuple[str, ...]


def add(connection: Connection, now: datetime, limit: int = 1000) -> Sealed | None:
    """Seal up to `limit` deeds that have none; return None when there are none old enough."""
    before = connection.execute(_SEALS.order_by(None).order_by(seal.c.id.desc()).limit(1)).first()
    query = _DEEDS.where(audit_log.c.id > (before.last_id if before else 0)).limit(limit)
    until = to_ms(now - SETTLED)
    rows = list(takewhile(lambda row: row.at <= until, connection.execute(query)))
    if not rows:
        return None
    last_id, at, deeds = rows[-1].id, to_ms(now), _hash_deeds(rows)
    whole = _hash_chain(before.whole if before else "", last_id, at, deeds)
    values = {"last_id": last_id, "at": at, "deeds": deeds, "whole": whole}
    connection.execute(insert(seal).values(**values))
    return Sealed(last_id, len(rows), whole)


def check(connection: Connection, now: datetime) -> Chain:
    """Hold all deeds against their seals; old ones may be forgotten, but only the oldest first."""
    if not inspect(connection).has_table(seal.name):  # from before there were seals
        return Chain((), ())
    forgotten = to_ms(now - timedelta(days=LEAST_LOG_DAYS))
    problems: list[str] = []
    wholes: list[str] = []
    previous, last_id, may_be_gone = "", 0, True
    for row in connection.execute(_SEALS).all():
        if row.whole != _hash_chain(previous, row.last_id, row.at, row.deeds):
            problems.append(f"the seal of deeds {last_id + 1} to {row.last_id} was changed")
        between = audit_log.c.id.between(last_id + 1, row.last_id)
        deeds = connection.execute(_DEEDS.where(between)).all()
        may_be_gone = may_be_gone and not deeds and row.at < forgotten
        if not may_be_gone and _hash_deeds(deeds) != row.deeds:
            problems.append(f"deeds {last_id + 1} to {row.last_id} are not as they were sealed")
        previous, last_id = row.whole, row.last_id
        wholes.append(row.whole)
    return Chain(tuple(problems), tuple(wholes))


def last_before(connection: Connection, moment: datetime) -> int:
    """Return the newest deed whose seal is older than `moment`; 0 for none."""
    query = select(seal.c.last_id).where(seal.c.at < to_ms(moment))
    return connection.execute(query.order_by(seal.c.id.desc()).limit(1)).scalar() or 0


def _hash_deeds(rows: Iterable[Row[Any]]) -> str:
    return _hash(tuple(row) for row in rows)


def _hash_chain(previous: str, last_id: int, at: int, deeds: str) -> str:
    return _hash([(previous, last_id, at, deeds)])


def _hash(rows: Iterable[tuple[Any, ...]]) -> str:
    """Return the SHA-256, in hex, of the rows as JSON, a line each."""
    summed = sha256()
    for row in rows:
        summed.update(msgspec.json.encode(row) + b"\n")
    return summed.hexdigest()
