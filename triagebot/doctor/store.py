"""The store: sound, durable, of this version."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from triagebot.doctor import machine
from triagebot.doctor.findings import Finding, State, fail, ok, warn
from triagebot.errors import TriagebotError
from triagebot.store import backup, engines, private_file
from triagebot.store.database import Database

CONNECT = "Is PostgreSQL running, and is database.url right?"

# Setting, the values that are well, how bad others are, and why.
_WANTED = (
    ("fsync", ("on",), State.FAIL, "Commits are not on disk. Set fsync = on."),
    ("full_page_writes", ("on",), State.FAIL, "A torn page is not repaired. Set it on."),
    (
        "synchronous_commit",
        ("on", "remote_apply"),
        State.FAIL,
        "An acknowledged message may be lost. Set synchronous_commit = on.",
    ),
    ("data_checksums", ("on",), State.WARN, "Damage is not noticed. Run pg_checksums --enable."),
)


def sqlite_store(url: str) -> list[Finding]:
    """Look at a SQLite file: its structure, and each message's checksum."""
    path = backup.sqlite_file(url)
    if not path.exists():
        return [ok("store", f"{path} is made at the first start")]
    problems = backup.check_file(path)
    if problems:
        do = "Stop the server and put a copy back: triagebot db restore FILE."
        return [fail("store", f"{path} is damaged: {problems[0]}", do)]
    sound = ok("store", f"{path} is sound, {path.stat().st_size / 2**20:,.1f} MB")
    if private_file.is_private(path):
        return [sound]
    words = f"{path} may be read by others, and with it what fans wrote"
    return [sound, warn("store file", words, f"chmod 600 {path}*")]


def postgres_store(url: str, clock: Callable[[], datetime]) -> list[Finding]:
    """Look at a PostgreSQL database: how durable it is, and its clock."""
    try:
        return asyncio.run(_ask(url, clock))
    except TriagebotError as error:
        return [fail("store", error.message, CONNECT)]


async def _ask(url: str, clock: Callable[[], datetime]) -> list[Finding]:
    db = Database(url, clock=clock)
    await db.start()
    try:
        version, theirs = await db.read(_version)
        findings = [ok("store", f"PostgreSQL {version} answers and has our tables")]
        findings += await db.read(_durability)
    finally:
        await db.close()
    return [*findings, machine.clock("PostgreSQL's", clock(), theirs)]


def _version(connection: Connection) -> tuple[str, datetime]:
    query = "SELECT current_setting('server_version'), clock_timestamp()"
    version, theirs = connection.exec_driver_sql(query).one()
    return str(version).split()[0], theirs


def _durability(connection: Connection) -> list[Finding]:
    findings = [_setting(connection, *wanted) for wanted in _WANTED]
    if not _show(connection, "synchronous_standby_names"):
        words = "there is no synchronous standby"
        do = "With its disk the primary would take acknowledged messages with it; see deploy/."
        findings.append(warn("store standby", words, do))
    return findings


def _setting(
    connection: Connection, name: str, good: tuple[str, ...], state: State, do: str
) -> Finding:
    value = _show(connection, name)
    if value in good:
        return ok(f"store {name}", value)
    return Finding(f"store {name}", state, f"{name} is {value}", do)


def _show(connection: Connection, name: str) -> str:
    query = "SELECT current_setting(%s)"
    return str(connection.exec_driver_sql(query, (name,)).scalar_one())


def is_sqlite(url: str) -> bool:
    """Whether a database URL is of SQLite. Raises `BadInput` for one of no use."""
    return engines.parse(url).get_backend_name() == "sqlite"


def folder_of(url: str) -> Path:
    """Return the folder of a SQLite file."""
    return backup.sqlite_file(url).parent
