"""Reads the store after the run and holds it against the list of what was acknowledged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triagebot.errors import BadInput
from triagebot.loadtest.plan import Plan

_SQL = (
    'SELECT fan, detail, "text" FROM message '
    "WHERE channel = {mark} AND fan >= {mark} AND fan < {mark} ORDER BY id"
)
_NUMBER = '"MsgId":"'


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the store has of a run.

    `lost` were acknowledged and are not there; `duplicate` are there more than once; `different`
    have other words than were sent; `disordered` come before an earlier one of the same fan.
    """

    stored: int
    lost: int
    duplicate: int
    different: int
    disordered: int


def compare(store: str, channel: str, plan: Plan, acknowledged: bytearray) -> Comparison:
    """Return how the messages of a run lie in a store.

    `store` is the path or URL of a SQLite file or the URL of a PostgreSQL database; it is only
    read. Raises `BadInput` when it cannot be.
    """
    found = bytearray(plan.messages)
    stored = duplicate = different = disordered = 0
    last: dict[str, int] = {}
    for fan, detail, words in _rows(store, (channel, plan.prefix, plan.prefix + "~")):
        place = _place(detail, plan)
        stored += 1
        if not 0 <= place < plan.messages or words != plan.text(place):
            different += 1
            continue
        duplicate += found[place]
        found[place] = 1
        disordered += place < last.get(fan, -1)
        last[fan] = place
    lost = sum(1 for place, acked in enumerate(acknowledged) if acked and not found[place])
    return Comparison(stored, lost, duplicate, different, disordered)


def _place(detail: str, plan: Plan) -> int:
    start = detail.find(_NUMBER) + len(_NUMBER)
    number = detail[start : detail.find('"', start)]
    return int(number) - plan.first_number if number.isdecimal() else -1


def _rows(store: str, parameters: tuple[str, str, str]) -> Iterator[tuple[str, str, str]]:
    if store.startswith("postgresql"):
        yield from _from_postgres(store, parameters)
        return
    path = Path(store.removeprefix("sqlite+pysqlite:///").removeprefix("sqlite:///"))
    if not path.is_file():
        raise BadInput(f"There is no store at {path}.", fields={"store": "missing"})
    try:
        with closing(sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True)) as connection:
            yield from connection.execute(_SQL.format(mark="?"), parameters)
    except sqlite3.Error as error:
        raise BadInput(f"The store cannot be read: {error}", fields={"store": "read"}) from error


def _from_postgres(store: str, parameters: tuple[str, str, str]) -> Iterator[Any]:
    try:
        import psycopg
    except ImportError as error:
        raise BadInput("PostgreSQL needs the extra: triagebot[postgres].") from error
    try:
        with (
            psycopg.connect(store.replace("postgresql+psycopg", "postgresql")) as connection,
            connection.cursor("loadtest") as cursor,
        ):
            # The ids are ASCII, but a collation may sort them in another way than SQLite does.
            sql = _SQL.format(mark="%s").replace("fan >=", 'fan COLLATE "C" >=')
            yield from cursor.execute(sql.replace("fan <", 'fan COLLATE "C" <'), parameters)
    except psycopg.Error as error:
        raise BadInput(f"The store cannot be read: {error}", fields={"store": "read"}) from error
