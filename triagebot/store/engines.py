"""How the two engines are opened: durable, with one writer, and with bounded waiting."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from triagebot.errors import BadInput
from triagebot.store import bulk, private_file

CONNECT_SECONDS = 2
BEGIN_WRITING = "BEGIN IMMEDIATE"

WRITER_CACHE_KIB = 64 * 1024
LOG_PAGES = 32_768
"""How long SQLite's log may get until all of it is carried over: 128 MiB. A page that many commits
changed is carried over once."""

SERVER_LIMITS: dict[str, object] = {
    "timezone": "UTC",
    # Of a node that vanished, the server must not keep the locks.
    "idle_in_transaction_session_timeout": 10_000,
}


def parse(url: str) -> URL:
    """Return the parsed database URL.

    `sqlite:///file`, `postgresql://…` and `postgresql+psycopg://…` are understood. Raises
    `BadInput` for anything else, and for SQLite without a file: readers could not see it.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadInput("The database URL cannot be read.", fields={"store.url": "url"}) from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed.set(drivername="sqlite+pysqlite")
    raise BadInput(
        "The database must be a SQLite file or PostgreSQL.", fields={"store.url": "engine"}
    )


def writing_engine(url: URL, *, lock_seconds: float, migrating: bool = False) -> Engine:
    """Open the engine of the one writer: one connection, each commit on disk.

    One that is `migrating` may rebuild tables, and what that sorts need not fit into memory.
    """
    if url.get_backend_name() == "sqlite":
        private_file.make(Path(url.database or ""))
        return _sqlite(url, 1, lock_seconds, _migrating if migrating else _writing)
    return _postgres(url, 1, lock_seconds)


def reading_engine(url: URL, *, size: int, lock_seconds: float) -> Engine:
    """Open the engine of the readers: each transaction one snapshot, and no writing."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, size, lock_seconds, _reading, begin="BEGIN")
    engine = _postgres(url, size, lock_seconds)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def writing(engine: Engine, kept: Connection | None) -> Iterator[Connection]:
    """Give a connection with a transaction, which is committed unless the block fails.

    One that is `kept` stays open. On SQLite the driver alone begins and commits, in a fifth of
    SQLAlchemy's time.
    """
    if kept is None:
        with engine.connect() as connection, connection.begin():
            yield connection
        return
    driver = cast(sqlite3.Connection, kept.connection.dbapi_connection)
    driver.execute(BEGIN_WRITING)
    try:
        yield kept
        kept.commit()  # what SQLAlchemy knows of; the jobs of the hot path it does not see
        driver.commit()
    except BaseException:
        kept.rollback()
        driver.rollback()
        raise


def rows_written(kept: Connection | None) -> int:
    """Return how many rows a kept connection ever wrote; 0 where there is none."""
    if kept is None:
        return 0
    return cast(sqlite3.Connection, kept.connection.dbapi_connection).total_changes


def is_stores_fault(error: BaseException | None) -> bool:
    """Whether the store itself failed: away, locked, full, or damaged; not a caller's mistake."""
    return isinstance(error, OperationalError) or type(error) is DatabaseError


def is_lost_race(error: BaseException | None) -> bool:
    """Whether the engine ended the transaction in favour of another one."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    invalidated = getattr(error, "connection_invalidated", False)
    return state in ("40001", "40P01") or bool(invalidated)


def is_held_elsewhere(error: BaseException | None) -> bool:
    """Whether a lock was not had in time. On PostgreSQL the transaction may go on from before."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) == "55P03"


def wait_for_locks(connection: Connection, milliseconds: int | None) -> None:
    """Wait so long for locks in this transaction, on PostgreSQL; None is the usual patience."""
    if connection.dialect.name == "postgresql":
        limit = "DEFAULT" if milliseconds is None else int(milliseconds)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout TO {limit}")


def lenient(text: bytes) -> str:
    """Read text of which the disk may have changed some bytes."""
    return text.decode("utf-8", "replace")


def _sqlite(
    url: URL,
    size: int,
    lock_seconds: float,
    prepare: Callable[[sqlite3.Connection], None],
    *,
    begin: str = BEGIN_WRITING,
) -> Engine:
    engine = create_engine(
        url, pool_size=size, max_overflow=0, connect_args={"timeout": lock_seconds}
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would open transactions late and close them around DDL; we open our own.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        prepare(connection)

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        if not driver.in_transaction:  # else `writing` has begun
            bulk.on_sqlite(connection, begin)

    return engine


def _migrating(connection: sqlite3.Connection) -> None:
    # Rebuilding a table drops the old one; with foreign keys on that would empty its children.
    connection.execute("PRAGMA foreign_keys=0")
    _hold_much(connection)


def _writing(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys=1")
    # What a statement would take back if it failed: as a file that is two writes for each page.
    connection.execute("PRAGMA temp_store=MEMORY")
    _hold_much(connection)


def _hold_much(connection: sqlite3.Connection) -> None:
    # Fans write in no order, so their pages are everywhere: those that were touched stay at hand,
    # and are carried over once for many commits.
    connection.execute(f"PRAGMA cache_size=-{WRITER_CACHE_KIB}")
    connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")


def _reading(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys=1")
    connection.execute("PRAGMA query_only=1")
    # One damaged letter must not hide the other messages; row checksums notice it.
    connection.text_factory = lenient


def _postgres(url: URL, size: int, lock_seconds: float) -> Engine:
    try:
        return create_engine(
            url,
            pool_size=size,
            max_overflow=0,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": _options(lock_timeout=int(lock_seconds * 1000)),
                # A line into the void is noticed in seconds, not in a quarter of an hour.
                "tcp_user_timeout": 5_000,
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "keepalives_count": 3,
                # A plan fixed for good is a bad one for searches of rare and of common words.
                "prepare_threshold": None,
            },
        )
    except ImportError as error:
        raise BadInput("PostgreSQL needs the extra: triagebot[postgres].") from error


def _options(**limits: int) -> str:
    """Return settings for the server's side of each session; times in milliseconds."""
    return " ".join(f"-c {name}={value}" for name, value in (SERVER_LIMITS | limits).items())
