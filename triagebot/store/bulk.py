"""Many rows in one driver call: tuples on SQLite, arrays on PostgreSQL.

Statements are text that depends only on tables and column names, so drivers keep them prepared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Boolean, Connection, Float, Integer, Row, Table

Names = tuple[str, ...]
Values = tuple[Any, ...]


def is_sqlite(connection: Connection) -> bool:
    """Whether the connection is to SQLite; it is PostgreSQL otherwise."""
    return connection.dialect.name == "sqlite"


def new_ids(connection: Connection, table: Table, count: int) -> range | list[int]:
    """Reserve `count` ids of a table, ascending, never given out before.

    On SQLite they are certain only inside the transaction of the one writer.
    """
    if is_sqlite(connection):
        sql = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        last = connection.exec_driver_sql(sql, (table.name,)).scalar() or 0
        return range(last + 1, last + 1 + count)
    sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    rows = connection.exec_driver_sql(sql, (table.name, count))
    return sorted(row[0] for row in rows)


def insert(connection: Connection, table: Table, names: Names, rows: Sequence[Values]) -> int:
    """Insert rows and return how many are new; rows that exist already are left alone."""
    if not rows:
        return 0
    if is_sqlite(connection):
        sql = _insert_sqlite(table, names)
        return connection.exec_driver_sql(sql, list(rows)).rowcount
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
        connection.exec_driver_sql(_update_sqlite(table, names, by), list(rows))
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
) -> Sequence[Row[Any]]:
    """Return columns `names` of the rows whose text columns `by` equal one of `keys`.

    With `lock` the rows stay the caller's until the transaction ends. They are locked by
    ascending id, so that two callers never wait for each other.
    """
    if not keys:
        return []
    if is_sqlite(connection):
        parameters: Values = (msgspec.json.encode(keys).decode(),)
        return connection.exec_driver_sql(_find_sqlite(table, names, by), parameters).all()
    sql = _find_postgres(table, names, by, lock)
    return connection.exec_driver_sql(sql, _columns(keys)).all()


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


@lru_cache(maxsize=64)
def _insert_sqlite(table: Table, names: Names) -> str:
    marks = ", ".join("?" * len(names))
    # DO NOTHING and not OR IGNORE, which would also hide a missing value.
    return f'INSERT INTO "{table.name}" ({_list(names)}) VALUES ({marks}) ON CONFLICT DO NOTHING'  # noqa: S608


@lru_cache(maxsize=64)
def _insert_postgres(table: Table, names: Names) -> str:
    return (
        f'INSERT INTO "{table.name}" ({_list(names)}) '  # noqa: S608
        f"SELECT * FROM unnest({_arrays(table, names)}) ON CONFLICT DO NOTHING"
    )


@lru_cache(maxsize=64)
def _update_sqlite(table: Table, names: Names, by: Names) -> str:
    changes = ", ".join(f'"{name}" = ?' for name in names)
    same = " AND ".join(f'"{name}" = ?' for name in by)
    return f'UPDATE "{table.name}" SET {changes} WHERE {same}'  # noqa: S608


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
    same = " AND ".join(
        f"t.\"{name}\" = json_extract(k.value, '$[{place}]')" for place, name in enumerate(by)
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
