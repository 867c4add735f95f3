"""What all tables share: the metadata, and the kinds of columns.

Which rows an index leaves out is said in `sqlite_where`; in migrations for PostgreSQL too. Here
that would load all that belongs to PostgreSQL at each start.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the type is spelled INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")

Time = BigInteger
"""Whole milliseconds since 1970, UTC."""


def number_column() -> Column[int]:
    """Return the column `id` of a table that numbers its rows."""
    return Column("id", Number, primary_key=True, autoincrement=True)
