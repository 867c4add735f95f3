"""Many rows in one statement: rows of places on SQLite, arrays on PostgreSQL.

Statements are text that depends only on tables, column names and, on SQLite, on a few numbers of
rows, so drivers keep them prepared. One statement for many rows lets other threads of Python run
all the while; a call for each row would wait for them each time.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, cast

import msgspec
from sqlalchemy import BigInteger, Boolean, Connection, Float, Integer, Table
from sqlalchemy.exc import DBAPIError

Names = tuple[str, ...]
Values = tuple[Any, ...]

AT_ONCE = 64
"""Rows in one statement on SQLite; a power of two, as are all smaller numbers that occur."""


def is_sqlite(connection: Connection) -> bool:
    """Whether the connection is to SQLite; it is PostgreSQL otherwise."""
    return connection.dialect.name == "sqlite"


def new_ids(connection: Connection, table: Table, count: int) -> range | list[int]:
    """Reserve `count` ids of a table, ascending, never given out before.

    On SQLite they are certain only inside the transaction of the one writer.
    """
    if is_sqlite(connection):
        sql = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        found = on_sqlite(connection, sql, (table.name,)).fetchone()
        last = found[0] if found else 0
        return range(last + 1, last + 1 + count)
    sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    rows = connection.exec_driver_sql(sql, (table.name, count))
    return sorted(row[0] for row in rows)


def insert(connection: Connection, table: Table, names: Names, rows: Sequence[Values]) -> int:
    """Insert rows and return how many are new; rows that exist already are left alone."""
    if not rows:
        return 0
    if is_sqlite(connection):
        return sum(
            on_sqlite(connection, _insert_sqlite(table, names, size), values).rowcount
            for size, values in _flat(rows)
        )
    return connection.exec_driver_sql(_insert_postgres(table, names), _columns(rows)).rowcount


def update(
    connection: Connection,
    table: Table,
    names: Names,
    rows: Sequence[Values],
    by: Names = ("id",),
) -> None:
    """Set columns `names` where columns `by` are equal; a row has the values of both, in order."""
    if not rows:
        return
    if is_sqlite(connection):
        for size, values in _flat(rows):
            on_sqlite(connection, _update_sqlite(table, names, by, size), values)
    else:
        connection.exec_driver_sql(_update_postgres(table, names, by), _columns(rows))


def find(
    connection: Connection,
    table: Table,
    names: Names,
    by: Names,
    keys: Sequence[Values],
    *,
    lock: bool = False,
) -> Sequence[Any]:
    """Return columns `names` of the rows whose columns `by` equal one of `keys`.

    A row is a tuple that has its values by name as well. On PostgreSQL `by` are text columns; on
    SQLite one may also be an expression, spelled as in its index.

    With `lock` the rows stay the caller's until the transaction ends. They are locked by
    ascending id, so that two callers never wait for each other.
    """
    if not keys:
        return []
    if is_sqlite(connection):
        parameters: Values = (msgspec.json.encode(keys).decode(),)
        return [
            *map(_named(names), on_sqlite(connection, _find_sqlite(table, names, by), parameters))
        ]
    sql = _find_postgres(table, names, by, lock)
    return connection.exec_driver_sql(sql, _columns(keys)).all()


def on_sqlite(connection: Connection, sql: str, values: Values = ()) -> sqlite3.Cursor:
    """Run a statement by the driver alone, in a fraction of SQLAlchemy's time, with its errors.

    The transaction must have begun.
    """
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    try:
        return driver.execute(sql, values)
    except sqlite3.Error as error:
        raise DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True) from error


@lru_cache(maxsize=64)
def _named(names: Names) -> Callable[[Iterable[Any]], Any]:
    make: Callable[[Iterable[Any]], Any] = namedtuple("Found", names)._make  # type: ignore[attr-defined]
    return make


def _flat(rows: Sequence[Values]) -> Iterator[tuple[int, Values]]:
    """Yield the rows in parts of 64, 32, 16 … rows: how many, and their values in one tuple."""
    start, size = 0, AT_ONCE
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield size, tuple(chain.from_iterable(rows[start : start + size]))
        start += size


def _marks(columns: int, rows: int) -> str:
    row = ", ".join("?" * columns)
    return ", ".join([f"({row})"] * rows)


def _columns(rows: Sequence[Values]) -> Values:
    return tuple(list(column) for column in zip(*rows, strict=True))


def _list(names: Names, prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in names)


def _arrays(table: Table, names: Names) -> str:
    return ", ".join(f"%s::{_array_type(table, name)}[]" for name in names)


def _array_type(table: Table, name: str) -> str:
    kind = table.c[name].type
    if isinstance(kind, Boolean):
        return "boolean"
    if isinstance(kind, Float):
        return "double precision"
    return "bigint" if isinstance(kind, (BigInteger, Integer)) else "text"


@lru_cache(maxsize=256)
def _insert_sqlite(table: Table, names: Names, rows: int) -> str:
    # DO NOTHING and not OR IGNORE, which would also hide a missing value.
    return (
        f'INSERT INTO "{table.name}" ({_list(names)}) VALUES {_marks(len(names), rows)} '  # noqa: S608
        "ON CONFLICT DO NOTHING"
    )


@lru_cache(maxsize=64)
def _insert_postgres(table: Table, names: Names) -> str:
    return (
        f'INSERT INTO "{table.name}" ({_list(names)}) '  # noqa: S608
        f"SELECT * FROM unnest({_arrays(table, names)}) ON CONFLICT DO NOTHING"
    )


@lru_cache(maxsize=256)
def _update_sqlite(table: Table, names: Names, by: Names, rows: int) -> str:
    every = (*names, *by)
    changes = ", ".join(f'"{name}" = n.column{place}' for place, name in enumerate(names, 1))
    same = " AND ".join(
        f't."{name}" = n.column{place}' for place, name in enumerate(by, len(names) + 1)
    )
    return (
        f'UPDATE "{table.name}" AS t SET {changes} '  # noqa: S608
        f"FROM (VALUES {_marks(len(every), rows)}) AS n WHERE {same}"
    )


@lru_cache(maxsize=64)
def _update_postgres(table: Table, names: Names, by: Names) -> str:
    changes = ", ".join(f'"{name}" = n."{name}"' for name in names)
    same = " AND ".join(f't."{name}" = n."{name}"' for name in by)
    every = (*names, *by)
    return (
        f'UPDATE "{table.name}" AS t SET {changes} '  # noqa: S608
        f"FROM unnest({_arrays(table, every)}) AS n({_list(every)}) WHERE {same}"
    )


@lru_cache(maxsize=64)
def _find_sqlite(table: Table, names: Names, by: Names) -> str:
    places = [f't."{name}"' if name in table.c else name for name in by]
    same = " AND ".join(
        f"{place} = json_extract(k.value, '$[{number}]')" for number, place in enumerate(places)
    )
    # CROSS JOIN keeps the order: walk the keys and look each up in the index.
    return (
        f"SELECT {_list(names, 't.')} FROM json_each(?) AS k "  # noqa: S608
        f'CROSS JOIN "{table.name}" AS t ON {same}'
    )


@lru_cache(maxsize=64)
def _find_postgres(table: Table, names: Names, by: Names, lock: bool) -> str:
    same = " AND ".join(f't."{name}" = k."{name}"' for name in by)
    tail = " ORDER BY t.id FOR UPDATE OF t" if lock else ""
    return (
        f"SELECT {_list(names, 't.')} FROM unnest({_arrays(table, by)}) AS k({_list(by)}) "  # noqa: S608
        f'JOIN "{table.name}" AS t ON {same}{tail}'
    )
