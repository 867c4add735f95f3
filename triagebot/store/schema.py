"""Brings a database to the tables of this version, one process at a time."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from triagebot.errors import BadInput, Busy
from triagebot.store import bulk, engines

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_SECONDS = 30.0
_REVISION = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_BEFORE = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)
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
    engine = engines.writing_engine(url, lock_seconds=LOCK_SECONDS, migrating=True)
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


def newest() -> str:
    """Return the revision of this version's tables: the one that no other begins from."""
    texts = [file.read_text(encoding="utf-8") for file in (MIGRATIONS / "versions").glob("*.py")]
    made, left = ({m[1] for m in map(way.search, texts) if m} for way in (_REVISION, _BEFORE))
    (last,) = made - left
    return last


def _revision(connection: Connection) -> str | None:
    """Return the revision of the tables as they are; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _run(connection: Connection) -> None:
    if _revision(connection) == newest():
        return
    # Slow to import, and seldom needed.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
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
