"""Brings a database to the tables of this version, one process at a time."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from triagebot.errors import BadInput, Busy
from triagebot.store import bulk, engines

LOCK_SECONDS = 30.0
TRIES = 5
MIGRATION_LOCK = 7_300
CHECKED_BYTES = 64 * 1024 * 1024
"""Up to this size a SQLite file is checked as a whole at each start; it takes 0.1 s."""

DAMAGED = "The database is damaged. Put a copy back with `triagebot db restore`."


def upgrade(url: URL) -> None:
    """Run the migrations that are missing, in one transaction; blocks.

    Raises `Busy` when the database is away or locked, `BadInput` when it is of a later version
    or damaged.
    """
    # Rebuilding a table drops the old one; with foreign keys on that would empty its children.
    engine = engines.writing_engine(url, lock_seconds=LOCK_SECONDS, foreign_keys=False)
    try:
        _migrate(engine)
    except OperationalError as error:
        raise Busy("The database cannot be reached or stays locked.") from error
    except DatabaseError as error:
        if not engines.is_stores_fault(error):
            raise
        raise BadInput(DAMAGED) from error
    except UnicodeDecodeError as error:  # the name of a table, or SQLite's words about it
        raise BadInput(DAMAGED) from error
    finally:
        engine.dispose()


def _migrate(engine: Engine) -> None:
    for left in reversed(range(TRIES)):
        try:
            with engine.connect() as connection, connection.begin():
                if not bulk.is_sqlite(connection):
                    lock = "SELECT pg_advisory_xact_lock(%s)"
                    connection.exec_driver_sql(lock, (MIGRATION_LOCK,))
                _check(connection)
                _run(connection)
            return
        except OperationalError as error:
            # Another node was using two of the tables in the opposite order.
            if not (left and engines.is_lost_race(error)):
                raise


def _run(connection: Connection) -> None:
    # Slow to import, and only a starting server needs it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise BadInput("The database belongs to a later version of this program.") from error


def _check(connection: Connection) -> None:
    """Raise `BadInput` when the structure of a SQLite file is broken, as far as is quick to see."""
    if not bulk.is_sqlite(connection):
        return
    size = connection.exec_driver_sql(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    ).scalar_one()
    if size > CHECKED_BYTES:
        return
    if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
        raise BadInput(DAMAGED)
